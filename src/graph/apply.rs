//! The only code that changes a graph. Costs what the change touches, never the size of the graph.

use super::{Edges, GraphError, HotFlags, ModuleGraph};
use crate::id::{ModuleId, Revision};

/// One fact about one module.
///
/// `Import`, `Mention` and `Hot` say something of a version that has been evaluated, so for a
/// module that is not loaded they say nothing: late calls of a removed version do not bring it
/// back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphChange {
    /// A version of `id` was evaluated: these are its edges, and it has accepted and declined
    /// nothing yet.
    Set { id: ModuleId, imports: Vec<ModuleId>, mentions: Vec<ModuleId> },
    /// `importer` has required or imported `imported`. A mention of it has thereby come true.
    Import { importer: ModuleId, imported: ModuleId },
    /// The source of `id` names `mentioned` in a `require` that has not run yet.
    Mention { id: ModuleId, mentioned: ModuleId },
    /// All that the current version of `id` accepts and declines, in place of what it did before.
    Hot {
        id: ModuleId,
        accepts: Vec<ModuleId>,
        self_accepts: bool,
        declines: Vec<ModuleId>,
        self_declines: bool,
    },
    /// Whether `id` is the entry, or was loaded by cold code.
    Root { id: ModuleId, root: bool },
    /// `id` is no longer loaded. Those that import it do so until they change themselves.
    Remove { id: ModuleId },
}

impl GraphChange {
    fn ids(&self) -> impl Iterator<Item = ModuleId> {
        let (own, first, second): (_, &[ModuleId], &[ModuleId]) = match self {
            Self::Set { id, imports, mentions } => ([*id, *id], imports, mentions),
            Self::Hot { id, accepts, declines, .. } => ([*id, *id], accepts, declines),
            Self::Import { importer: id, imported: other }
            | Self::Mention { id, mentioned: other } => ([*id, *other], &[], &[]),
            Self::Root { id, .. } | Self::Remove { id } => ([*id, *id], &[], &[]),
        };
        own.into_iter().chain(first.iter().copied()).chain(second.iter().copied())
    }
}

impl ModuleGraph {
    /// Applies all of `changes` in order and gives the new revision, or none of them.
    ///
    /// # Errors
    ///
    /// `UnknownModule` if one of them names an id that this graph never gave out.
    pub fn apply(&mut self, changes: &[GraphChange]) -> Result<Revision, GraphError> {
        for id in changes.iter().flat_map(GraphChange::ids) {
            self.record(id)?;
        }
        for change in changes {
            self.apply_one(change);
        }
        self.revision = self.revision.next();
        Ok(self.revision)
    }

    fn apply_one(&mut self, change: &GraphChange) {
        match change {
            GraphChange::Set { id, imports, mentions } => self.set(*id, imports, mentions),
            GraphChange::Import { importer, imported } => self.import(*importer, *imported),
            GraphChange::Mention { id, mentioned } => self.mention(*id, *mentioned),
            GraphChange::Hot { id, accepts, self_accepts, declines, self_declines } => {
                let record = &mut self.records[id.index()];
                if record.loaded {
                    record.hot = HotFlags {
                        accepts: accepts.iter().copied().collect(),
                        self_accepts: *self_accepts,
                        declines: declines.iter().copied().collect(),
                        self_declines: *self_declines,
                    };
                }
            }
            GraphChange::Root { id, root } => self.records[id.index()].root = *root,
            GraphChange::Remove { id } => self.remove(*id),
        }
    }

    fn set(&mut self, id: ModuleId, imports: &[ModuleId], mentions: &[ModuleId]) {
        self.drop_outgoing(id);
        self.records[id.index()].loaded = true;
        for &imported in imports {
            self.import(id, imported);
        }
        for &mentioned in mentions {
            self.mention(id, mentioned);
        }
    }

    fn import(&mut self, importer: ModuleId, import: ModuleId) {
        let record = &mut self.records[importer.index()];
        if !record.loaded || !record.imports.insert(import) {
            return;
        }
        let was_mentioned = record.mentions.remove(&import);
        let record = &mut self.records[import.index()];
        record.importers.insert(importer);
        if was_mentioned {
            record.mentioned_by.remove(&importer);
        }
    }

    fn mention(&mut self, id: ModuleId, mentioned: ModuleId) {
        let record = &mut self.records[id.index()];
        if !record.loaded || record.imports.contains(&mentioned) {
            return;
        }
        record.mentions.insert(mentioned);
        self.records[mentioned.index()].mentioned_by.insert(id);
    }

    fn remove(&mut self, id: ModuleId) {
        self.drop_outgoing(id);
        let record = &mut self.records[id.index()];
        record.loaded = false;
        record.root = false;
    }

    fn drop_outgoing(&mut self, id: ModuleId) {
        let record = &mut self.records[id.index()];
        let imports: Edges = std::mem::take(&mut record.imports);
        let mentions: Edges = std::mem::take(&mut record.mentions);
        record.hot = HotFlags::default();
        for imported in imports {
            self.records[imported.index()].importers.remove(&id);
        }
        for mentioned in mentions {
            self.records[mentioned.index()].mentioned_by.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(paths: &[&str]) -> (ModuleGraph, Vec<ModuleId>) {
        let mut graph = ModuleGraph::new();
        let ids = paths.iter().map(|path| graph.intern(path)).collect();
        (graph, ids)
    }

    fn set(id: ModuleId, imports: &[ModuleId]) -> GraphChange {
        GraphChange::Set { id, imports: imports.to_vec(), mentions: vec![] }
    }

    #[test]
    fn each_change_set_is_one_revision() {
        let (mut graph, ids) = graph(&["/a", "/b"]);

        assert_eq!(graph.revision(), Revision(0));
        assert_eq!(graph.apply(&[set(ids[0], &[]), set(ids[1], &[])]), Ok(Revision(1)));
        assert_eq!(graph.apply(&[]), Ok(Revision(2)));
    }

    #[test]
    fn ids_outlive_removal() {
        let (mut graph, ids) = graph(&["/a"]);
        graph.apply(&[set(ids[0], &[]), GraphChange::Remove { id: ids[0] }]).unwrap();

        assert_eq!(graph.intern("/a"), ids[0]);
        assert_eq!(graph.len(), 1);
    }

    #[test]
    fn set_replaces_edges_and_forgets_flags() {
        let (mut graph, ids) = graph(&["/a", "/b", "/c"]);
        let [a, b, c] = ids[..] else { unreachable!() };
        let accept = GraphChange::Hot {
            id: a,
            accepts: vec![b],
            self_accepts: true,
            declines: vec![],
            self_declines: false,
        };
        graph.apply(&[set(a, &[b]), accept]).unwrap();

        graph.apply(&[set(a, &[c])]).unwrap();

        let record = graph.known(a);
        assert_eq!(record.imports(), &Edges::from([c]));
        assert!(record.accepts().is_empty() && !record.self_accepts());
        assert!(graph.known(b).importers().is_empty());
        assert_eq!(graph.known(c).importers(), &Edges::from([a]));
    }

    #[test]
    fn a_removed_module_keeps_its_importers_and_loses_its_imports() {
        let (mut graph, ids) = graph(&["/a", "/b", "/c"]);
        let [a, b, c] = ids[..] else { unreachable!() };
        graph
            .apply(&[set(a, &[b]), set(b, &[c]), GraphChange::Root { id: b, root: true }])
            .unwrap();

        graph.apply(&[GraphChange::Remove { id: b }]).unwrap();

        assert_eq!(graph.known(b).importers(), &Edges::from([a]));
        assert!(graph.known(c).importers().is_empty());
        assert!(!graph.known(b).is_loaded() && !graph.known(b).is_root());
    }

    #[test]
    fn late_calls_of_a_removed_version_do_not_bring_it_back() {
        let (mut graph, ids) = graph(&["/a", "/b"]);
        let [a, b] = ids[..] else { unreachable!() };

        graph.apply(&[GraphChange::Import { importer: a, imported: b }]).unwrap();

        assert!(!graph.known(a).is_loaded());
        assert!(graph.known(b).importers().is_empty());
    }

    #[test]
    fn a_mention_that_comes_true_is_an_import() {
        let (mut graph, ids) = graph(&["/a", "/b"]);
        let [a, b] = ids[..] else { unreachable!() };
        graph.apply(&[GraphChange::Set { id: a, imports: vec![], mentions: vec![b] }]).unwrap();
        assert!(graph.known(b).importers().is_empty());

        graph.apply(&[GraphChange::Import { importer: a, imported: b }]).unwrap();

        assert!(graph.known(a).mentions().is_empty() && graph.known(b).mentioned_by.is_empty());
        assert_eq!(graph.known(b).importers(), &Edges::from([a]));
    }

    #[test]
    fn an_unknown_id_leaves_the_graph_untouched() {
        let (mut graph, ids) = graph(&["/a"]);
        let unknown = ModuleId(9);

        let outcome = graph.apply(&[set(ids[0], &[]), set(ids[0], &[unknown])]);

        assert_eq!(outcome, Err(GraphError::UnknownModule { id: unknown }));
        assert_eq!(graph.revision(), Revision(0));
        assert!(!graph.known(ids[0]).is_loaded());
    }
}
