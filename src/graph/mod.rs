//! Which module imports which, and who accepts a change of whom.
//!
//! [`ModuleGraph`] is asked here, changed in [`apply`](ModuleGraph::apply) only, and knows nothing
//! of files. Edges are kept in both directions and ordered by id, so that each walk is cheap and
//! gives the same order each time.

mod apply;
mod cycles;
mod error;
mod reach;

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::id::{ModuleId, Revision};

pub use apply::GraphChange;
pub(crate) use cycles::Components;
pub use error::GraphError;

/// A set of module ids, in order of id.
pub type Edges = BTreeSet<ModuleId>;

/// All module records, in the order in which their paths were first seen.
#[derive(Debug, Default, Clone)]
pub struct ModuleGraph {
    ids: FxHashMap<Arc<str>, ModuleId>,
    records: Vec<ModuleRecord>,
    revision: Revision,
}

/// What is kept for one module. A record that is not loaded has no outgoing edges and no flags but
/// `root`.
#[derive(Debug, Clone)]
pub struct ModuleRecord {
    path: Arc<str>,
    imports: Edges,
    importers: Edges,
    mentions: Edges,
    mentioned_by: Edges,
    hot: HotFlags,
    root: bool,
    loaded: bool,
}

/// What a module said through its hot API.
#[derive(Debug, Default, Clone)]
struct HotFlags {
    accepts: Edges,
    self_accepts: bool,
    declines: Edges,
    self_declines: bool,
}

impl ModuleGraph {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of `path`, which must be absolute and spelled one way only. A path seen for the first
    /// time gets a record that is not loaded; that is no change of the graph, so the revision
    /// stays.
    pub fn intern(&mut self, path: &str) -> ModuleId {
        if let Some(id) = self.lookup(path) {
            return id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "memory ends long before 2^32 records")]
        let id = ModuleId(self.records.len() as u32);
        let path: Arc<str> = Arc::from(path);
        self.ids.insert(Arc::clone(&path), id);
        self.records.push(ModuleRecord::new(path));
        id
    }

    #[must_use]
    pub fn lookup(&self, path: &str) -> Option<ModuleId> {
        self.ids.get(path).copied()
    }

    /// The record of `id`.
    ///
    /// # Errors
    ///
    /// `UnknownModule` if this graph never gave out `id`.
    pub fn record(&self, id: ModuleId) -> Result<&ModuleRecord, GraphError> {
        self.records.get(id.index()).ok_or(GraphError::UnknownModule { id })
    }

    /// Every record there ever was, also those that are not loaded, in order of id.
    pub fn records(&self) -> impl Iterator<Item = (ModuleId, &ModuleRecord)> {
        (0..).map(ModuleId).zip(&self.records)
    }

    /// How many records there are, loaded or not.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// The record of an id that came out of this graph's own edges, or was checked with `record`
    /// before.
    pub(crate) fn known(&self, id: ModuleId) -> &ModuleRecord {
        &self.records[id.index()]
    }
}

impl ModuleRecord {
    const fn new(path: Arc<str>) -> Self {
        Self {
            path,
            imports: Edges::new(),
            importers: Edges::new(),
            mentions: Edges::new(),
            mentioned_by: Edges::new(),
            hot: HotFlags {
                accepts: Edges::new(),
                self_accepts: false,
                declines: Edges::new(),
                self_declines: false,
            },
            root: false,
            loaded: false,
        }
    }

    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What this module has required or imported.
    #[must_use]
    pub const fn imports(&self) -> &Edges {
        &self.imports
    }

    /// The loaded modules that have required or imported this one.
    #[must_use]
    pub const fn importers(&self) -> &Edges {
        &self.importers
    }

    /// What this module's source names in a `require` that has not run yet. Such a module is not
    /// pruned, but its change does not concern this one.
    #[must_use]
    pub const fn mentions(&self) -> &Edges {
        &self.mentions
    }

    /// The imports whose change this module accepts.
    #[must_use]
    pub const fn accepts(&self) -> &Edges {
        &self.hot.accepts
    }

    #[must_use]
    pub const fn self_accepts(&self) -> bool {
        self.hot.self_accepts
    }

    /// The imports whose change this module declines.
    #[must_use]
    pub const fn declines(&self) -> &Edges {
        &self.hot.declines
    }

    #[must_use]
    pub const fn self_declines(&self) -> bool {
        self.hot.self_declines
    }

    /// Whether this is the entry, or was loaded by cold code.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.root
    }

    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// What keeps others loaded because of this module: imports and mentions.
    fn holds(&self) -> impl Iterator<Item = ModuleId> {
        self.imports.iter().chain(&self.mentions).copied()
    }

    /// What keeps this module loaded, other than being a root.
    fn held_by(&self) -> impl Iterator<Item = ModuleId> {
        self.importers.iter().chain(&self.mentioned_by).copied()
    }

    const fn is_loaded_root(&self) -> bool {
        self.loaded && self.root
    }
}
