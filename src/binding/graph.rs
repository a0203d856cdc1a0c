//! `NativeGraph`: the module graph and its plans. Ids are plain numbers in JavaScript.

#![expect(clippy::needless_pass_by_value, reason = "napi gives each argument as an owned value")]

use napi_derive::napi;
use parking_lot::Mutex;

use super::error::{NativeError, thrown};
use crate::graph::{GraphChange, GraphError, ModuleGraph, ModuleRecord};
use crate::id::ModuleId;
use crate::plan::{
    Boundary, BoundaryKind, Decline, Plan, PlanRequest, Planned, Reason, Unaccepted, Verdict, plan,
};

/// What the thrown error has as its `code`.
type Code = &'static str;

/// Which module imports which, and who accepts a change of whom.
#[napi]
#[derive(Debug, Default)]
pub struct NativeGraph {
    inner: Mutex<ModuleGraph>,
}

#[napi]
impl NativeGraph {
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of an absolute path, the same for as long as this graph lives. Gives out a new one
    /// for a new path.
    #[napi(catch_unwind)]
    pub fn intern(&self, path: String) -> u32 {
        self.inner.lock().intern(&path).0
    }

    /// The id of an absolute path that was interned before.
    #[napi(catch_unwind)]
    pub fn lookup(&self, path: String) -> Option<u32> {
        self.inner.lock().lookup(&path).map(|id| id.0)
    }

    /// Throws `ERR_SAFE_HOT_UNKNOWN_MODULE` for an id that this graph never gave out.
    #[napi(catch_unwind)]
    pub fn path(&self, id: u32) -> napi::Result<String, Code> {
        self.with_record(id, |record| record.path().to_owned())
    }

    /// The ids of the loaded modules that import `id`, ascending. Throws
    /// `ERR_SAFE_HOT_UNKNOWN_MODULE`.
    #[napi(catch_unwind)]
    pub fn importers(&self, id: u32) -> napi::Result<Vec<u32>, Code> {
        self.with_record(id, |record| numbers(record.importers()))
    }

    /// The ids of the modules that `id` imports, ascending. Throws `ERR_SAFE_HOT_UNKNOWN_MODULE`.
    #[napi(catch_unwind)]
    pub fn imports(&self, id: u32) -> napi::Result<Vec<u32>, Code> {
        self.with_record(id, |record| numbers(record.imports()))
    }

    /// Applies all changes, in order, and gives the new revision. Throws
    /// `ERR_SAFE_HOT_UNKNOWN_MODULE` if one names an id that this graph never gave out; then none
    /// is applied.
    #[napi(catch_unwind)]
    pub fn apply(&self, changes: Vec<NativeGraphChange>) -> napi::Result<u32, Code> {
        let changes: Vec<GraphChange> = changes.into_iter().map(GraphChange::from).collect();
        let revision = self.inner.lock().apply(&changes).map_err(|error| thrown(&error))?;
        Ok(revision.0)
    }

    /// What must be replaced if these modules have changed. Changes nothing.
    #[napi(catch_unwind)]
    pub fn plan(&self, request: NativePlanRequest) -> NativePlanOutcome {
        let outcome = plan(&self.inner.lock(), &PlanRequest::from(request));
        match outcome {
            Ok(plan) => NativePlanOutcome::Planned { plan: NativePlan::from(plan) },
            Err(error) => NativePlanOutcome::Failed { error: NativeError::from(&error) },
        }
    }

    /// What of these modules, and of all that they lead to, no root leads to any more. Throws
    /// `ERR_SAFE_HOT_UNKNOWN_MODULE`.
    #[napi(catch_unwind)]
    pub fn orphaned_by(&self, ids: Vec<u32>) -> napi::Result<Vec<u32>, Code> {
        let orphans = self.inner.lock().orphaned_by(&module_ids(ids));
        orphans.map(|ids| numbers(&ids)).map_err(|error| thrown(&error))
    }

    /// What `orphanedBy` would give once these changes were applied; changes nothing. Copies the
    /// graph. Throws `ERR_SAFE_HOT_UNKNOWN_MODULE`.
    #[napi(catch_unwind)]
    pub fn orphaned_once(
        &self,
        changes: Vec<NativeGraphChange>,
        ids: Vec<u32>,
    ) -> napi::Result<Vec<u32>, Code> {
        let mut graph = self.inner.lock().clone();
        let changes: Vec<GraphChange> = changes.into_iter().map(GraphChange::from).collect();
        graph.apply(&changes).map_err(|error| thrown(&error))?;
        let orphans = graph.orphaned_by(&module_ids(ids));
        orphans.map(|ids| numbers(&ids)).map_err(|error| thrown(&error))
    }

    /// Loaded modules that no root leads to, ascending; `extraRoots` count as roots. Walks the
    /// whole graph.
    #[napi(catch_unwind)]
    pub fn unreachable(&self, extra_roots: Option<Vec<u32>>) -> Vec<u32> {
        numbers(&self.inner.lock().unreachable(&module_ids(extra_roots.unwrap_or_default())))
    }

    /// Every record there ever was, also those that are not loaded, by id.
    #[napi(catch_unwind)]
    pub fn records(&self) -> Vec<NativeModuleRecord> {
        self.inner.lock().records().map(NativeModuleRecord::from).collect()
    }

    /// How many records there are, loaded or not.
    #[napi(getter, catch_unwind)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.inner.lock().len()).unwrap_or(u32::MAX)
    }

    /// One more for each applied change set.
    #[napi(getter, catch_unwind)]
    pub fn revision(&self) -> u32 {
        self.inner.lock().revision().0
    }

    fn with_record<T>(
        &self,
        id: u32,
        read: impl FnOnce(&ModuleRecord) -> T,
    ) -> napi::Result<T, Code> {
        let graph = self.inner.lock();
        graph.record(ModuleId(id)).map(read).map_err(|error: GraphError| thrown(&error))
    }
}

/// One fact about one module. All but `set`, `root` and `remove` say nothing of a module that is
/// not loaded.
#[napi(discriminant = "type", discriminant_case = "kebab-case", object_to_js = false)]
pub enum NativeGraphChange {
    /// A version was evaluated: these are its edges, and it has accepted and declined nothing yet.
    Set {
        id: u32,
        imports: Vec<u32>,
        mentions: Vec<u32>,
    },
    Import {
        importer: u32,
        imported: u32,
    },
    /// The source names `mentioned` in a `require` that has not run yet: it is not pruned, and not
    /// an import.
    Mention {
        id: u32,
        mentioned: u32,
    },
    /// All that the current version accepts and declines, in place of what it did before.
    Hot {
        id: u32,
        accepts: Vec<u32>,
        self_accepts: bool,
        declines: Vec<u32>,
        self_declines: bool,
    },
    /// Whether this is the entry, or was loaded by cold code.
    Root {
        id: u32,
        root: bool,
    },
    /// It is no longer loaded. Those that import it do so until they change themselves.
    Remove {
        id: u32,
    },
}

#[napi(object, object_to_js = false)]
pub struct NativePlanRequest {
    /// Those that are not loaded are passed over.
    pub changed: Vec<u32>,
    /// The module that asked and receives the new exports of `changed`: a boundary, unless it has
    /// changed itself.
    pub caller: Option<u32>,
    pub unaccepted: NativeUnaccepted,
}

/// What a change means that reaches a root with no boundary on the way.
#[napi(string_enum = "kebab-case")]
pub enum NativeUnaccepted {
    Reload,
    Restart,
    Ignore,
}

#[napi(discriminant = "type", discriminant_case = "kebab-case", object_from_js = false)]
pub enum NativePlanOutcome {
    Planned { plan: NativePlan },
    Failed { error: NativeError },
}

#[napi(object, object_from_js = false)]
pub struct NativePlan {
    /// Of the graph that was planned on.
    pub revision: u32,
    /// What gets a new version, nearest to the change first.
    pub modules: Vec<NativePlanned>,
    /// What to load again, each once: planned roots, then records that accept themselves, then what
    /// a boundary accepts or receives.
    pub tops: Vec<u32>,
    pub boundaries: Vec<NativeBoundary>,
    /// Roots that the change reached with no boundary on the way.
    pub dead_ends: Vec<u32>,
    /// Those of `modules` that nobody imports and that are no root: their versions go, the next
    /// `require` loads anew.
    pub dropped: Vec<u32>,
    pub declined: Vec<NativeDecline>,
    /// For each changed module, the shortest way over importers to where its change ends. A change
    /// that is declined on each way has none.
    pub chains: Vec<Vec<u32>>,
    /// All of `modules`, importers before what they import.
    pub dispose_order: Vec<u32>,
    pub verdict: NativeVerdict,
}

#[napi(object, object_from_js = false)]
pub struct NativePlanned {
    pub id: u32,
    pub reason: NativeReason,
}

/// Why a module is planned: it has changed, or it imports `imported`, which is planned.
#[napi(discriminant = "type", discriminant_case = "kebab-case", object_from_js = false)]
pub enum NativeReason {
    Changed {},
    Imports { imported: u32 },
}

/// The record `id` takes the change of `via`.
#[napi(object, object_from_js = false)]
pub struct NativeBoundary {
    pub id: u32,
    pub via: u32,
    pub kind: NativeBoundaryKind,
}

#[napi(string_enum = "kebab-case")]
pub enum NativeBoundaryKind {
    /// It accepts its import `via`, and is not evaluated again.
    Accepts,
    /// It accepts itself, and is evaluated again.
    SelfAccepts,
    /// It asked for the reload.
    Caller,
}

/// The record `by` declines a change of `id`, its import or itself.
#[napi(object, object_from_js = false)]
pub struct NativeDecline {
    pub id: u32,
    pub by: u32,
}

#[napi(string_enum = "kebab-case")]
pub enum NativeVerdict {
    Reload,
    RestartRequired,
    /// There is nothing to do.
    Ignored,
}

#[napi(object, object_from_js = false)]
pub struct NativeModuleRecord {
    pub id: u32,
    pub path: String,
    pub imports: Vec<u32>,
    pub importers: Vec<u32>,
    pub mentions: Vec<u32>,
    pub accepts: Vec<u32>,
    pub self_accepts: bool,
    pub root: bool,
    pub loaded: bool,
}

fn module_ids(numbers: Vec<u32>) -> Vec<ModuleId> {
    numbers.into_iter().map(ModuleId).collect()
}

fn numbers<'a>(ids: impl IntoIterator<Item = &'a ModuleId>) -> Vec<u32> {
    ids.into_iter().map(|id| id.0).collect()
}

impl From<NativeGraphChange> for GraphChange {
    fn from(change: NativeGraphChange) -> Self {
        use NativeGraphChange as Native;
        match change {
            Native::Set { id, imports, mentions } => Self::Set {
                id: ModuleId(id),
                imports: module_ids(imports),
                mentions: module_ids(mentions),
            },
            Native::Import { importer, imported } => {
                Self::Import { importer: ModuleId(importer), imported: ModuleId(imported) }
            }
            Native::Mention { id, mentioned } => {
                Self::Mention { id: ModuleId(id), mentioned: ModuleId(mentioned) }
            }
            Native::Hot { id, accepts, self_accepts, declines, self_declines } => Self::Hot {
                id: ModuleId(id),
                accepts: module_ids(accepts),
                self_accepts,
                declines: module_ids(declines),
                self_declines,
            },
            Native::Root { id, root } => Self::Root { id: ModuleId(id), root },
            Native::Remove { id } => Self::Remove { id: ModuleId(id) },
        }
    }
}

impl From<NativePlanRequest> for PlanRequest {
    fn from(request: NativePlanRequest) -> Self {
        Self {
            changed: module_ids(request.changed),
            caller: request.caller.map(ModuleId),
            unaccepted: match request.unaccepted {
                NativeUnaccepted::Reload => Unaccepted::Reload,
                NativeUnaccepted::Restart => Unaccepted::Restart,
                NativeUnaccepted::Ignore => Unaccepted::Ignore,
            },
        }
    }
}

impl From<Plan> for NativePlan {
    fn from(plan: Plan) -> Self {
        Self {
            revision: plan.revision.0,
            modules: plan.modules.iter().map(NativePlanned::from).collect(),
            tops: numbers(&plan.tops),
            boundaries: plan.boundaries.iter().map(NativeBoundary::from).collect(),
            dead_ends: numbers(&plan.dead_ends),
            dropped: numbers(&plan.dropped),
            declined: plan.declined.iter().map(NativeDecline::from).collect(),
            chains: plan.chains.iter().map(numbers).collect(),
            dispose_order: numbers(&plan.dispose_order),
            verdict: match plan.verdict {
                Verdict::Reload => NativeVerdict::Reload,
                Verdict::RestartRequired => NativeVerdict::RestartRequired,
                Verdict::Ignored => NativeVerdict::Ignored,
            },
        }
    }
}

impl From<&Planned> for NativePlanned {
    fn from(planned: &Planned) -> Self {
        let reason = match planned.reason {
            Reason::Changed => NativeReason::Changed {},
            Reason::Imports(id) => NativeReason::Imports { imported: id.0 },
        };
        Self { id: planned.id.0, reason }
    }
}

impl From<&Boundary> for NativeBoundary {
    fn from(boundary: &Boundary) -> Self {
        let kind = match boundary.kind {
            BoundaryKind::Accepts => NativeBoundaryKind::Accepts,
            BoundaryKind::SelfAccepts => NativeBoundaryKind::SelfAccepts,
            BoundaryKind::Caller => NativeBoundaryKind::Caller,
        };
        Self { id: boundary.id.0, via: boundary.via.0, kind }
    }
}

impl From<&Decline> for NativeDecline {
    fn from(decline: &Decline) -> Self {
        Self { id: decline.id.0, by: decline.by.0 }
    }
}

impl From<(ModuleId, &ModuleRecord)> for NativeModuleRecord {
    fn from((id, record): (ModuleId, &ModuleRecord)) -> Self {
        Self {
            id: id.0,
            path: record.path().to_owned(),
            imports: numbers(record.imports()),
            importers: numbers(record.importers()),
            mentions: numbers(record.mentions()),
            accepts: numbers(record.accepts()),
            self_accepts: record.self_accepts(),
            root: record.is_root(),
            loaded: record.is_loaded(),
        }
    }
}
