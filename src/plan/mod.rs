//! What must be replaced when some modules have changed, as a value. Reads the graph, decides, and
//! changes nothing.
//!
//! From each changed record the walk goes to its importers, until a *boundary* takes the change or
//! a *root* ends it. All that was walked over is evaluated again: not in an order of ours, but by
//! loading the *tops* again, whose own `require` and `import` ask for the rest, as in a cold start.

mod error;
mod order;
mod propagate;
mod reason;

use rustc_hash::FxHashSet;

use crate::graph::ModuleGraph;
use crate::id::{ModuleId, Revision};

pub use error::PlanError;
use propagate::Walk;

/// What the modules `changed` mean for the graph as it is now.
///
/// Each record is walked once, so a cycle of importers ends the walk. Costs what is walked over.
///
/// # Errors
///
/// `UnknownModule` if the request names an id that the graph never gave out.
pub fn plan(graph: &ModuleGraph, request: &PlanRequest) -> Result<Plan, PlanError> {
    let changed = loaded_changes(graph, request)?;
    let walk = Walk::from_changes(graph, &changed, request.caller);
    let boundaries = walk.boundaries();
    Ok(Plan {
        revision: graph.revision(),
        tops: tops(graph, &walk.modules, &boundaries),
        chains: reason::chains(&changed, &walk, &boundaries),
        dispose_order: order::importers_first(graph, &walk.modules),
        verdict: verdict(&walk, request.unaccepted),
        boundaries,
        dead_ends: walk.dead_ends,
        dropped: walk.dropped,
        declined: walk.declined,
        modules: walk.modules,
    })
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRequest {
    /// Those that are not loaded are passed over.
    pub changed: Vec<ModuleId>,
    /// Who asked for this reload and receives the new exports of `changed`, whether it had imported
    /// them or not. So it is a boundary, on each way to it, unless it has changed itself.
    pub caller: Option<ModuleId>,
    pub unaccepted: Unaccepted,
}

/// What a change means that reaches a root with no boundary on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unaccepted {
    /// The root is replaced too.
    #[default]
    Reload,
    Restart,
    /// Nothing is done.
    Ignore,
}

/// All that a transaction needs to know, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Of the graph that was planned on.
    pub revision: Revision,
    /// What gets a new version, nearest to the change first.
    pub modules: Vec<Planned>,
    /// What to load again so that all of `modules` is asked for as in a cold start, each once:
    /// planned roots, then records that accept themselves, then what a boundary accepts or
    /// receives.
    pub tops: Vec<ModuleId>,
    pub boundaries: Vec<Boundary>,
    /// Roots that the change reached with no boundary on the way.
    pub dead_ends: Vec<ModuleId>,
    /// Those of `modules` that are no root and that nobody imports: their versions go, and the next
    /// `require` loads them anew.
    pub dropped: Vec<ModuleId>,
    pub declined: Vec<Decline>,
    /// For each changed module of `modules`, the shortest way from it over importers to where its
    /// change ends: a root, a record that accepts itself, a boundary, or one of `dropped`. A change
    /// that is declined on each way, or that only a cycle nobody asks for imports, has none.
    pub chains: Vec<Vec<ModuleId>>,
    /// All of `modules`, importers before what they import; the members of a cycle together, in
    /// order of id.
    pub dispose_order: Vec<ModuleId>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub id: ModuleId,
    pub reason: Reason,
}

/// Why a record is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Changed,
    /// It imports this record, which is planned.
    Imports(ModuleId),
}

/// The record `id` takes the change of `via`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    pub id: ModuleId,
    pub via: ModuleId,
    pub kind: BoundaryKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BoundaryKind {
    /// It accepts its import `via`, and is not evaluated again.
    Accepts,
    /// It accepts itself, and is evaluated again.
    SelfAccepts,
    /// It asked for the reload.
    Caller,
}

/// The record `by` declines a change of `id`, its import or itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decline {
    pub id: ModuleId,
    pub by: ModuleId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Reload,
    RestartRequired,
    /// There is nothing to do.
    Ignored,
}

/// The loaded ones of the changed records, each once.
fn loaded_changes(graph: &ModuleGraph, request: &PlanRequest) -> Result<Vec<ModuleId>, PlanError> {
    if let Some(caller) = request.caller {
        graph.record(caller)?;
    }
    let mut seen = FxHashSet::default();
    let mut changed = Vec::new();
    for &id in &request.changed {
        if graph.record(id)?.is_loaded() && seen.insert(id) {
            changed.push(id);
        }
    }
    Ok(changed)
}

fn tops(graph: &ModuleGraph, modules: &[Planned], boundaries: &[Boundary]) -> Vec<ModuleId> {
    let ids = modules.iter().map(|module| module.id);
    let roots = ids.filter(|id| graph.known(*id).is_root());
    let (own, others): (Vec<&Boundary>, Vec<&Boundary>) =
        boundaries.iter().partition(|boundary| boundary.kind == BoundaryKind::SelfAccepts);
    let vias = own.into_iter().chain(others).map(|boundary| boundary.via);
    let mut seen = FxHashSet::default();
    roots.chain(vias).filter(|id| seen.insert(*id)).collect()
}

const fn verdict(walk: &Walk<'_>, unaccepted: Unaccepted) -> Verdict {
    if walk.modules.is_empty() {
        return Verdict::Ignored;
    }
    if !walk.declined.is_empty() {
        return Verdict::RestartRequired;
    }
    match unaccepted {
        Unaccepted::Restart if !walk.dead_ends.is_empty() => Verdict::RestartRequired,
        Unaccepted::Ignore if !walk.dead_ends.is_empty() => Verdict::Ignored,
        _ => Verdict::Reload,
    }
}
