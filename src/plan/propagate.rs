//! The walk from changed records over their importers, to boundaries and roots.
//!
//! Source: Vite `propagateUpdate` (packages/vite/src/node/server/hmr.ts) and webpack
//! `getAffectedModuleEffects` (lib/hmr/JavascriptHotModuleReplacement.runtime.js), both without
//! their side effects.

use rustc_hash::FxHashMap;

use super::{Boundary, BoundaryKind, Decline, Planned, Reason};
use crate::graph::ModuleGraph;
use crate::id::ModuleId;

/// What the walk came upon, in the order in which it did: breadth first, so that a reason is a
/// nearest one.
pub(super) struct Walk<'graph> {
    graph: &'graph ModuleGraph,
    caller: Option<ModuleId>,
    pub(super) modules: Vec<Planned>,
    /// The place of each planned record in `modules`.
    order: FxHashMap<ModuleId, usize>,
    /// Edges from a record to an importer that its change goes on to.
    pub(super) edges: Vec<(ModuleId, ModuleId)>,
    /// Also those that turn out to be planned by another way.
    stops: Vec<Boundary>,
    pub(super) dead_ends: Vec<ModuleId>,
    pub(super) dropped: Vec<ModuleId>,
    pub(super) declined: Vec<Decline>,
}

impl<'graph> Walk<'graph> {
    pub(super) fn from_changes(
        graph: &'graph ModuleGraph,
        changed: &[ModuleId],
        caller: Option<ModuleId>,
    ) -> Self {
        let mut walk = Self {
            graph,
            caller: caller.filter(|id| !changed.contains(id)),
            modules: Vec::new(),
            order: FxHashMap::default(),
            edges: Vec::new(),
            stops: Vec::new(),
            dead_ends: Vec::new(),
            dropped: Vec::new(),
            declined: Vec::new(),
        };
        for &id in changed {
            walk.plan(id, Reason::Changed);
        }
        let mut next = 0;
        while let Some(&planned) = walk.modules.get(next) {
            walk.visit(planned);
            next += 1;
        }
        walk
    }

    /// A record that is planned takes no change of another: it is evaluated again itself.
    pub(super) fn boundaries(&self) -> Vec<Boundary> {
        let holds = |boundary: &&Boundary| {
            boundary.kind == BoundaryKind::SelfAccepts || !self.order.contains_key(&boundary.id)
        };
        self.stops.iter().filter(holds).copied().collect()
    }

    fn plan(&mut self, id: ModuleId, reason: Reason) {
        if !self.order.contains_key(&id) {
            self.order.insert(id, self.modules.len());
            self.modules.push(Planned { id, reason });
        }
    }

    fn visit(&mut self, Planned { id, reason }: Planned) {
        let record = self.graph.known(id);
        if record.self_declines() {
            self.declined.push(Decline { id, by: id });
            return;
        }
        let receiver = self.caller.filter(|_| reason == Reason::Changed);
        if record.importers().is_empty() && !record.is_root() && receiver.is_none() {
            self.dropped.push(id);
            return;
        }
        if record.self_accepts() {
            self.stops.push(Boundary { id, via: id, kind: BoundaryKind::SelfAccepts });
            return;
        }
        if record.is_root() {
            self.dead_ends.push(id);
        }
        for &importer in record.importers() {
            self.visit_importer(id, importer);
        }
        if let Some(caller) = receiver.filter(|caller| !record.importers().contains(caller)) {
            self.visit_importer(id, caller);
        }
    }

    fn visit_importer(&mut self, id: ModuleId, importer: ModuleId) {
        let record = self.graph.known(importer);
        if record.declines().contains(&id) {
            self.declined.push(Decline { id, by: importer });
        } else if record.accepts().contains(&id) {
            self.stops.push(Boundary { id: importer, via: id, kind: BoundaryKind::Accepts });
        } else if self.caller == Some(importer) {
            self.stops.push(Boundary { id: importer, via: id, kind: BoundaryKind::Caller });
        } else {
            self.edges.push((id, importer));
            self.plan(importer, Reason::Imports(id));
        }
    }
}
