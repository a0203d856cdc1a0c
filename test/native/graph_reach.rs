//! Which modules nobody asks for any more: the cheap question against the walk over the whole
//! graph.

#![allow(
    clippy::unwrap_used,
    reason = "helpers are not test functions to the lint, but only tests call them"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use safe_hot::graph::{GraphChange, ModuleGraph};
use safe_hot::id::ModuleId;

const MODULES: u32 = 9;

fn graph() -> ModuleGraph {
    let mut graph = ModuleGraph::new();
    for id in 0..MODULES {
        graph.intern(&format!("/{id}"));
    }
    graph
}

fn ids(numbers: &[u32]) -> Vec<ModuleId> {
    numbers.iter().copied().map(ModuleId).collect()
}

fn set(id: u32, imports: &[u32], mentions: &[u32]) -> GraphChange {
    GraphChange::Set { id: ModuleId(id), imports: ids(imports), mentions: ids(mentions) }
}

const fn root(id: u32) -> GraphChange {
    GraphChange::Root { id: ModuleId(id), root: true }
}

#[test]
fn a_cycle_that_lost_its_importer_is_orphaned_with_what_only_it_imports() {
    let mut graph = graph();
    graph
        .apply(&[
            root(0),
            set(0, &[5], &[]),
            set(1, &[2], &[]),
            set(2, &[1, 3, 5], &[]),
            set(3, &[], &[]),
            set(5, &[], &[]),
        ])
        .unwrap();

    assert_eq!(graph.orphaned_by(&ids(&[1])).unwrap(), ids(&[1, 2, 3]));
    assert_eq!(graph.unreachable(&[]), ids(&[1, 2, 3]));
    assert_eq!(graph.unreachable(&ids(&[2])), []);
}

#[test]
fn a_mention_keeps_a_module() {
    let mut graph = graph();
    graph.apply(&[root(0), set(0, &[], &[1]), set(1, &[2], &[]), set(2, &[], &[])]).unwrap();

    assert_eq!(graph.orphaned_by(&ids(&[1, 2])).unwrap(), []);
}

#[test]
fn an_orphan_that_imports_a_candidate_is_not_its_affair() {
    let mut graph = graph();
    graph.apply(&[root(0), set(0, &[], &[]), set(1, &[2], &[]), set(2, &[], &[])]).unwrap();

    assert_eq!(graph.orphaned_by(&ids(&[2])).unwrap(), ids(&[2]));
}

#[test]
fn an_unknown_candidate_has_a_code() {
    let error = graph().orphaned_by(&ids(&[99])).unwrap_err();

    assert_eq!(error.code(), "ERR_SAFE_HOT_UNKNOWN_MODULE");
}

#[derive(Debug, Clone)]
struct Change(u32, Vec<u32>, Vec<u32>, u8);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let few = || prop::collection::vec(0..MODULES, 0..3);
    let change = (0..MODULES, few(), few(), 0..8_u8)
        .prop_map(|(id, imports, mentions, kind)| Change(id, imports, mentions, kind));
    prop::collection::vec(change, 1..24)
}

fn apply(graph: &mut ModuleGraph, Change(id, imports, mentions, kind): Change) {
    let id = ModuleId(id);
    let change = match kind {
        0 => GraphChange::Remove { id },
        1 => GraphChange::Root { id, root: imports.is_empty() },
        _ => GraphChange::Set { id, imports: ids(&imports), mentions: ids(&mentions) },
    };
    graph.apply(&[change]).unwrap();
}

fn reachable_from(graph: &ModuleGraph, starts: &[ModuleId]) -> BTreeSet<ModuleId> {
    let mut reached = BTreeSet::new();
    let mut queue = starts.to_vec();
    while let Some(id) = queue.pop() {
        let record = graph.record(id).unwrap();
        if record.is_loaded() && reached.insert(id) {
            queue.extend(record.imports().iter().chain(record.mentions()));
        }
    }
    reached
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn orphans_are_the_unreachable_ones_below_the_candidates(
        changes in changes(),
        candidates in prop::collection::vec(0..MODULES, 0..4),
    ) {
        let mut graph = graph();
        for change in changes {
            apply(&mut graph, change);
        }
        let candidates = ids(&candidates);
        let unreachable: BTreeSet<ModuleId> = graph.unreachable(&[]).into_iter().collect();
        let below = reachable_from(&graph, &candidates);

        let orphans = graph.orphaned_by(&candidates).unwrap();

        let expected: BTreeSet<ModuleId> = below.intersection(&unreachable).copied().collect();
        prop_assert_eq!(orphans.len(), expected.len());
        prop_assert_eq!(orphans.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn edges_are_kept_in_step(changes in changes()) {
        let mut graph = graph();
        for change in changes {
            apply(&mut graph, change);
        }
        for (id, record) in graph.records() {
            for import in record.imports() {
                prop_assert!(graph.record(*import).unwrap().importers().contains(&id));
            }
            for importer in record.importers() {
                let importer = graph.record(*importer).unwrap();
                prop_assert!(importer.is_loaded() && importer.imports().contains(&id));
            }
        }
    }
}
