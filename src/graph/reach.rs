//! Which loaded modules nobody asks for any more.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{Components, GraphError, ModuleGraph};
use crate::id::ModuleId;

impl ModuleGraph {
    /// Loaded modules to which no root leads, by imports and mentions, in order of id;
    /// `extra_roots` count as roots. Walks the whole graph.
    #[must_use]
    pub fn unreachable(&self, extra_roots: &[ModuleId]) -> Vec<ModuleId> {
        let roots = self.records().filter(|(_, record)| record.root).map(|(id, _)| id);
        let mut queue: Vec<ModuleId> =
            roots.chain(extra_roots.iter().copied()).filter(|id| self.is_loaded(*id)).collect();
        let mut reached: FxHashSet<ModuleId> = queue.iter().copied().collect();
        while let Some(id) = queue.pop() {
            let next = self.known(id).holds().filter(|held| self.known(*held).loaded);
            queue.extend(next.filter(|held| reached.insert(*held)));
        }
        let loaded = self.records().filter(|(_, record)| record.loaded).map(|(id, _)| id);
        loaded.filter(|id| !reached.contains(id)).collect()
    }

    /// What of `candidates`, and of all that they lead to, no root leads to any more; in the order
    /// in which it is come upon.
    ///
    /// Asks each candidate upwards, importers first, until a root is met; what is once known to be
    /// held or orphaned is not asked again. So it costs what is orphaned, and the way from each
    /// candidate to its nearest roots.
    ///
    /// # Errors
    ///
    /// `UnknownModule` if a candidate is an id that this graph never gave out.
    pub fn orphaned_by(&self, candidates: &[ModuleId]) -> Result<Vec<ModuleId>, GraphError> {
        for id in candidates {
            self.record(*id)?;
        }
        let mut held: FxHashSet<ModuleId> = FxHashSet::default();
        let mut upwards = Components::new(|id| self.known(id).held_by());
        let mut orphans = Vec::new();
        let mut seen: FxHashSet<ModuleId> = FxHashSet::default();
        let mut queue: VecDeque<ModuleId> = candidates.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            if !self.is_loaded(id) || !seen.insert(id) {
                continue;
            }
            let is_held = |id: ModuleId| held.contains(&id) || self.known(id).is_loaded_root();
            // What was visited and closed before a root was met leads up to no root; what is still
            // open does.
            if let Some(open) = upwards.search(id, is_held, |_| ()) {
                held.extend(open);
                continue;
            }
            orphans.push(id);
            queue.extend(self.known(id).holds());
        }
        Ok(orphans)
    }

    fn is_loaded(&self, id: ModuleId) -> bool {
        self.records.get(id.index()).is_some_and(|record| record.loaded)
    }
}
