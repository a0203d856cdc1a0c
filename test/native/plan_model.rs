//! The plan against a specification that is written separately and takes no shortcut, on random
//! graphs.

#![allow(
    clippy::unwrap_used,
    reason = "helpers are not test functions to the lint, but only tests call them"
)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use safe_hot::graph::{GraphChange, ModuleGraph, ModuleRecord};
use safe_hot::id::ModuleId;
use safe_hot::plan::{
    Boundary, BoundaryKind, Decline, Plan, PlanRequest, Reason, Unaccepted, Verdict, plan,
};

const MODULES: u32 = 8;

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own")]
struct Module {
    imports: Vec<u32>,
    accepts: Vec<u32>,
    declines: Vec<u32>,
    self_accepts: bool,
    self_declines: bool,
    root: bool,
    loaded: bool,
}

fn module() -> impl Strategy<Value = Module> {
    let some = |most| prop::collection::vec(0..MODULES, 0..most);
    let rarely = prop::bool::weighted;
    let edges = (some(4), some(3), prop_oneof![6 => Just(vec![]), 1 => some(2)]);
    let flags = (rarely(0.15), rarely(0.05), rarely(0.2), rarely(0.95));
    (edges, flags).prop_map(|((imports, accepts, declines), flags)| Module {
        imports,
        accepts,
        declines,
        self_accepts: flags.0,
        self_declines: flags.1,
        root: flags.2,
        loaded: flags.3,
    })
}

fn request() -> impl Strategy<Value = PlanRequest> {
    let unaccepted =
        prop_oneof![Just(Unaccepted::Reload), Just(Unaccepted::Restart), Just(Unaccepted::Ignore)];
    let changed = prop::collection::vec(0..MODULES, 0..4);
    (changed, prop::option::weighted(0.3, 0..MODULES), unaccepted).prop_map(
        |(changed, caller, unaccepted)| PlanRequest {
            changed: ids(&changed),
            caller: caller.map(ModuleId),
            unaccepted,
        },
    )
}

fn ids(numbers: &[u32]) -> Vec<ModuleId> {
    numbers.iter().copied().map(ModuleId).collect()
}

fn build(modules: &[Module]) -> ModuleGraph {
    let mut graph = ModuleGraph::new();
    for (id, _) in modules.iter().enumerate() {
        graph.intern(&format!("/{id}"));
    }
    for (id, module) in (0..).map(ModuleId).zip(modules) {
        let mut changes = vec![
            GraphChange::Set { id, imports: ids(&module.imports), mentions: vec![] },
            GraphChange::Hot {
                id,
                accepts: ids(&module.accepts),
                self_accepts: module.self_accepts,
                declines: ids(&module.declines),
                self_declines: module.self_declines,
            },
            GraphChange::Root { id, root: module.root },
        ];
        if !module.loaded {
            changes.push(GraphChange::Remove { id });
        }
        graph.apply(&changes).unwrap();
    }
    graph
}

/// Sets that satisfy the rules, found by trying all pairs until nothing is added.
struct Specification<'graph> {
    graph: &'graph ModuleGraph,
    changed: BTreeSet<ModuleId>,
    caller: Option<ModuleId>,
    planned: BTreeSet<ModuleId>,
}

impl<'graph> Specification<'graph> {
    fn new(graph: &'graph ModuleGraph, request: &PlanRequest) -> Self {
        let changed: BTreeSet<ModuleId> =
            request.changed.iter().copied().filter(|id| record(graph, *id).is_loaded()).collect();
        let caller = request.caller.filter(|id| !changed.contains(id));
        let mut it = Self { graph, planned: changed.clone(), changed, caller };
        loop {
            let more: BTreeSet<ModuleId> = all()
                .filter(|importer| {
                    it.planned.iter().any(|id| {
                        it.leaves(*id) && it.has_edge(*id, *importer) && it.goes_on(*id, *importer)
                    })
                })
                .collect();
            if more.is_subset(&it.planned) {
                return it;
            }
            it.planned.extend(more);
        }
    }

    fn has_edge(&self, id: ModuleId, importer: ModuleId) -> bool {
        let imports = record(self.graph, importer).imports().contains(&id);
        imports || (self.caller == Some(importer) && self.changed.contains(&id))
    }

    fn is_dropped(&self, id: ModuleId) -> bool {
        let it = record(self.graph, id);
        !it.self_declines() && !it.is_root() && !all().any(|other| self.has_edge(id, other))
    }

    fn is_own_boundary(&self, id: ModuleId) -> bool {
        let it = record(self.graph, id);
        it.self_accepts() && !it.self_declines() && !self.is_dropped(id)
    }

    /// Whether a change of `id` concerns its importers.
    fn leaves(&self, id: ModuleId) -> bool {
        !record(self.graph, id).self_declines() && !self.is_own_boundary(id)
    }

    fn goes_on(&self, id: ModuleId, importer: ModuleId) -> bool {
        let it = record(self.graph, importer);
        !it.declines().contains(&id) && !it.accepts().contains(&id) && self.caller != Some(importer)
    }

    fn stops(&self) -> impl Iterator<Item = (ModuleId, ModuleId)> {
        let left = self.planned.iter().copied().filter(|id| self.leaves(*id));
        left.flat_map(|id| all().map(move |importer| (id, importer)))
            .filter(|(id, importer)| self.has_edge(*id, *importer))
    }

    fn declined(&self) -> BTreeSet<Decline> {
        let own = self.planned.iter().filter(|id| record(self.graph, **id).self_declines());
        let own = own.map(|id| Decline { id: *id, by: *id });
        let others = self
            .stops()
            .filter(|(id, importer)| record(self.graph, *importer).declines().contains(id));
        own.chain(others.map(|(id, by)| Decline { id, by })).collect()
    }

    fn boundaries(&self) -> BTreeSet<(ModuleId, ModuleId, BoundaryKind)> {
        let own = self.planned.iter().filter(|id| self.is_own_boundary(**id));
        let own = own.map(|id| (*id, *id, BoundaryKind::SelfAccepts));
        let others = self.stops().filter_map(|(via, id)| {
            let it = record(self.graph, id);
            if self.planned.contains(&id) || it.declines().contains(&via) {
                None
            } else if it.accepts().contains(&via) {
                Some((id, via, BoundaryKind::Accepts))
            } else {
                (self.caller == Some(id)).then_some((id, via, BoundaryKind::Caller))
            }
        });
        own.chain(others).collect()
    }

    fn dead_ends(&self) -> BTreeSet<ModuleId> {
        let roots = self.planned.iter().filter(|id| record(self.graph, **id).is_root());
        roots.copied().filter(|id| self.leaves(*id)).collect()
    }

    fn verdict(&self, unaccepted: Unaccepted) -> Verdict {
        let has_dead_end = !self.dead_ends().is_empty();
        match unaccepted {
            _ if self.planned.is_empty() => Verdict::Ignored,
            _ if !self.declined().is_empty() => Verdict::RestartRequired,
            Unaccepted::Restart if has_dead_end => Verdict::RestartRequired,
            Unaccepted::Ignore if has_dead_end => Verdict::Ignored,
            _ => Verdict::Reload,
        }
    }

    /// Steps to the nearest end, for each record that leads to one.
    fn distances(&self) -> BTreeMap<ModuleId, usize> {
        let boundaries = self.boundaries();
        let mut distances: BTreeMap<ModuleId, usize> =
            boundaries.iter().map(|(id, _, _)| (*id, 0)).collect();
        distances.extend(self.dead_ends().into_iter().map(|id| (id, 0)));
        let dropped = self.planned.iter().filter(|id| self.is_dropped(**id));
        distances.extend(dropped.map(|id| (*id, 0)));
        for _ in all() {
            for (id, importer) in self.stops() {
                let taken = boundaries.iter().any(|it| (it.0, it.1) == (importer, id));
                if !taken && !self.goes_on(id, importer) {
                    continue;
                }
                if let Some(distance) = distances.get(&importer).map(|distance| distance + 1) {
                    let known = distances.entry(id).or_insert(distance);
                    *known = distance.min(*known);
                }
            }
        }
        distances
    }

    /// Whether `from` imports `to`, by way of planned records only.
    fn leads_to(&self, from: ModuleId, to: ModuleId) -> bool {
        let mut reached = BTreeSet::new();
        let mut queue = vec![from];
        while let Some(id) = queue.pop() {
            let imports = record(self.graph, id).imports().intersection(&self.planned);
            queue.extend(imports.copied().filter(|import| reached.insert(*import)));
        }
        reached.contains(&to)
    }
}

fn record(graph: &ModuleGraph, id: ModuleId) -> &ModuleRecord {
    graph.record(id).unwrap()
}

fn all() -> impl Iterator<Item = ModuleId> {
    (0..MODULES).map(ModuleId)
}

fn set<T: Ord + Copy>(items: &[T]) -> BTreeSet<T> {
    let set: BTreeSet<T> = items.iter().copied().collect();
    assert_eq!(set.len(), items.len(), "each is named once");
    set
}

fn check_sets(plan: &Plan, expected: &Specification<'_>) {
    let modules: Vec<ModuleId> = plan.modules.iter().map(|planned| planned.id).collect();
    assert_eq!(set(&modules), expected.planned);
    let boundary = |it: &Boundary| (it.id, it.via, it.kind);
    let boundaries: Vec<_> = plan.boundaries.iter().map(boundary).collect();
    assert_eq!(set(&boundaries), expected.boundaries());
    assert_eq!(set(&plan.declined), expected.declined());
    assert_eq!(set(&plan.dead_ends), expected.dead_ends());
    let dropped = expected.planned.iter().copied().filter(|id| expected.is_dropped(*id));
    assert_eq!(set(&plan.dropped), dropped.collect());
    let roots = expected.planned.iter().filter(|id| record(expected.graph, **id).is_root());
    let vias = expected.boundaries().into_iter().map(|(_, via, _)| via);
    assert_eq!(set(&plan.tops), roots.copied().chain(vias).collect());
}

fn check_reasons(plan: &Plan, expected: &Specification<'_>) {
    for (place, planned) in plan.modules.iter().enumerate() {
        match planned.reason {
            Reason::Changed => assert!(expected.changed.contains(&planned.id)),
            Reason::Imports(id) => {
                assert!(record(expected.graph, planned.id).imports().contains(&id));
                assert!(plan.modules[..place].iter().any(|before| before.id == id));
            }
        }
    }
}

fn check_chains(plan: &Plan, expected: &Specification<'_>) {
    let distances = expected.distances();
    let starts: Vec<ModuleId> = plan.chains.iter().map(|chain| chain[0]).collect();
    let with_end = expected.changed.iter().filter(|id| distances.contains_key(id));
    assert_eq!(set(&starts), with_end.copied().collect());
    for chain in &plan.chains {
        assert_eq!(chain.len() - 1, distances[&chain[0]]);
        assert!(chain.windows(2).all(|pair| expected.has_edge(pair[0], pair[1])));
    }
}

fn check_dispose_order(plan: &Plan, expected: &Specification<'_>) {
    assert_eq!(set(&plan.dispose_order), expected.planned);
    for (place, later) in plan.dispose_order.iter().enumerate() {
        for earlier in &plan.dispose_order[..place] {
            let in_order =
                expected.leads_to(*earlier, *later) || !expected.leads_to(*later, *earlier);
            assert!(in_order, "{earlier:?} must not go before {later:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_plan_is_what_the_specification_says(
        modules in prop::collection::vec(module(), MODULES as usize),
        request in request(),
    ) {
        let graph = build(&modules);
        let expected = Specification::new(&graph, &request);

        let plan = plan(&graph, &request).unwrap();

        check_sets(&plan, &expected);
        check_reasons(&plan, &expected);
        check_chains(&plan, &expected);
        check_dispose_order(&plan, &expected);
        prop_assert_eq!(plan.verdict, expected.verdict(request.unaccepted));
        prop_assert_eq!(plan.revision, graph.revision());
    }
}
