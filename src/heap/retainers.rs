//! Shortest ways from the root to every node, along edges that keep alive.

use rustc_hash::{FxHashMap, FxHashSet};

use super::node_set::NodeSet;
use super::snapshot::{Edge, EdgeIndex, EdgeKind, NodeIndex, NodeKind, Snapshot};

const NONE: EdgeIndex = EdgeIndex::MAX;

/// More than any edge costs, so that a ring of lists is enough for a queue; but a value of a `WeakMap` may be farther.
const RING: usize = 64;

/// The last edge of a shortest way to each node. A way that a person understands counts as shorter: V8's own structures
/// cost more than variables, properties and elements.
pub struct Retainers<'a> {
    snapshot: &'a Snapshot,
    distances: Vec<u32>,
    last_edges: Vec<EdgeIndex>,
    reached: NodeSet,
    /// Edges that do not count.
    without: FxHashSet<EdgeIndex>,
    ring: Vec<Vec<NodeIndex>>,
    /// Edges from keys of a `WeakMap` that are reached, by the map's table, which is not.
    waiting: FxHashMap<NodeIndex, Vec<EdgeIndex>>,
}

impl<'a> Retainers<'a> {
    /// Linear in nodes and edges.
    #[must_use]
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        Self::without(snapshot, FxHashSet::default())
    }

    fn without(snapshot: &'a Snapshot, without: FxHashSet<EdgeIndex>) -> Self {
        let nodes = snapshot.nodes().len();
        let mut retainers = Self {
            snapshot,
            distances: vec![u32::MAX; nodes],
            last_edges: vec![NONE; nodes],
            reached: NodeSet::of(nodes),
            without,
            ring: vec![Vec::new(); RING],
            waiting: FxHashMap::default(),
        };
        retainers.distances[0] = 0;
        retainers.search(vec![(0, 0)]);
        retainers
    }

    /// The ways that are left without some more edges. Looks once at every edge, and searches where ways have led over one of
    /// these only.
    pub(crate) fn cut(&mut self, edges: &[EdgeIndex]) {
        self.without.extend(edges);
        let lost = self.forget_ways_over(edges);
        if !lost.is_empty() {
            let starts = self.ways_into(&lost);
            self.search(starts);
        }
    }

    /// What it has taken of memory, for others: what is new to a process costs more than to be written over.
    pub(crate) fn into_memory(self) -> [Vec<u32>; 2] {
        [self.distances, self.last_edges]
    }

    #[must_use]
    pub fn is_reached(&self, node: NodeIndex) -> bool {
        self.reached.has(node)
    }

    /// The edges from the root to a node; empty if no way leads there.
    #[must_use]
    pub fn path(&self, node: NodeIndex) -> Vec<Edge> {
        let mut path = Vec::new();
        let mut at = node;
        while self.last_edges[at as usize] != NONE {
            let edge = self.snapshot.edge(self.last_edges[at as usize]);
            path.push(edge);
            at = self.snapshot.source(edge.index);
        }
        path.reverse();
        path
    }

    /// The nodes to which the way led over one of these edges, which are not reached any more.
    fn forget_ways_over(&mut self, edges: &[EdgeIndex]) -> Vec<NodeIndex> {
        let snapshot = self.snapshot;
        let tables: FxHashSet<NodeIndex> = snapshot.tables().collect();
        let mut pending: Vec<Edge> = edges.iter().map(|&edge| snapshot.edge(edge)).collect();
        let mut lost = Vec::new();
        while !pending.is_empty() {
            let mut lost_tables: FxHashSet<NodeIndex> = FxHashSet::default();
            while let Some(edge) = pending.pop() {
                let node = edge.target as usize;
                if self.last_edges[node] != edge.index {
                    continue;
                }
                self.last_edges[node] = NONE;
                self.distances[node] = u32::MAX;
                self.reached.remove(edge.target);
                lost.push(edge.target);
                pending.extend(snapshot.edges(edge.target));
                if tables.contains(&edge.target) {
                    lost_tables.insert(edge.target);
                }
            }
            if !lost_tables.is_empty() {
                // What a map has led to is lost with its table, whatever becomes of the key.
                let is_lost = |edge: &Edge| {
                    edge.kind == EdgeKind::Ephemeron
                        && snapshot.table(*edge).is_some_and(|table| lost_tables.contains(&table))
                };
                let all = snapshot.nodes().flat_map(|node| snapshot.edges(node));
                pending.extend(all.filter(is_lost));
            }
        }
        lost
    }

    /// The edges that lead from what is reached to what no longer is, as places where a search begins.
    fn ways_into(&mut self, lost: &[NodeIndex]) -> Vec<(u32, NodeIndex)> {
        let snapshot = self.snapshot;
        let mut is_lost = NodeSet::of(self.distances.len());
        for &node in lost {
            is_lost.insert(node);
        }
        let mut starts = Vec::new();
        self.waiting.clear();
        for (index, target) in (0..).zip(snapshot.targets()) {
            if !is_lost.has(target) {
                continue;
            }
            let source = snapshot.source(index);
            if self.is_reached(source) {
                let distance = self.distances[source as usize] + source_cost(snapshot, source);
                let new = self.step(index, snapshot.end(index).0, target, distance);
                starts.extend(new.map(|new| (new, target)));
            }
        }
        starts
    }

    /// Dijkstra's algorithm, with a ring of lists as the queue.
    fn search(&mut self, mut starts: Vec<(u32, NodeIndex)>) {
        starts.sort_unstable_by(|a, b| b.cmp(a));
        let mut distance = 0;
        let mut queued = 0;
        while queued > 0 || !starts.is_empty() {
            if queued == 0 {
                distance = starts.last().map_or(distance, |&(first, _)| first);
            }
            let slot = distance as usize % RING;
            while let Some((_, node)) = starts.pop_if(|&mut (first, _)| first == distance) {
                self.ring[slot].push(node);
                queued += 1;
            }
            let mut due = std::mem::take(&mut self.ring[slot]);
            while let Some(node) = due.pop() {
                queued -= 1;
                if self.distances[node as usize] > distance {
                    // A way over a key that is farther than the ring goes around.
                    self.ring[slot].push(node);
                    queued += 1;
                } else if self.reached.insert(node) {
                    queued += self.settle(node, distance);
                }
            }
            due.append(&mut self.ring[slot]);
            self.ring[slot] = due;
            distance += 1;
        }
    }

    /// Looks where a node leads, and tells how many nodes have come into the queue.
    fn settle(&mut self, node: NodeIndex, distance: u32) -> usize {
        let snapshot = self.snapshot;
        let extra = source_cost(snapshot, node);
        let mut queued = 0;
        let mut enqueue = |retainers: &mut Self, edge: EdgeIndex, distance| {
            let (kind, target) = snapshot.end(edge);
            if let Some(new) = retainers.step(edge, kind, target, distance) {
                retainers.ring[new as usize % RING].push(target);
                queued += 1;
            }
        };
        for edge in snapshot.edges_of(node) {
            enqueue(self, edge, distance + extra);
        }
        if !self.waiting.is_empty() {
            for edge in self.waiting.remove(&node).unwrap_or_default() {
                let key = snapshot.source(edge);
                let of_key = self.distances[key as usize] + source_cost(snapshot, key);
                enqueue(self, edge, distance.max(of_key));
            }
        }
        queued
    }

    /// Notes the way over an edge if it is the shortest so far, and tells how long it is.
    #[inline]
    fn step(
        &mut self,
        edge: EdgeIndex,
        kind: EdgeKind,
        target: NodeIndex,
        distance: u32,
    ) -> Option<u32> {
        let cost = COSTS[kind as usize];
        let known = self.distances[target as usize];
        let mut least = distance.saturating_add(cost);
        if least >= known || (!self.without.is_empty() && self.without.contains(&edge)) {
            return None;
        }
        if kind == EdgeKind::Ephemeron
            && let Some(table) = self.snapshot.table(self.snapshot.edge(edge))
        {
            if !self.is_reached(table) {
                self.waiting.entry(table).or_default().push(edge);
                return None;
            }
            // It is as far as the farther of its map and its key, or a way could lead over itself.
            least = least.max(self.distances[table as usize] + cost);
        }
        let new = least + target_cost(self.snapshot, target);
        if new >= known {
            return None;
        }
        self.distances[target as usize] = new;
        self.last_edges[target as usize] = edge;
        Some(new)
    }
}

/// By the kind of an edge. More than any way for one that keeps nothing alive. A table, as the kinds of edges in a row cannot be foretold.
const COSTS: [u32; EdgeKind::ALL.len()] = {
    let mut costs = [0; EdgeKind::ALL.len()];
    let mut at = 0;
    while at < costs.len() {
        costs[at] = match EdgeKind::ALL[at] {
            EdgeKind::Weak => u32::MAX,
            EdgeKind::Hidden => 4,
            EdgeKind::Internal | EdgeKind::Ephemeron => 2,
            EdgeKind::Context | EdgeKind::Element | EdgeKind::Property | EdgeKind::Shortcut => 1,
        };
        at += 1;
    }
    costs
};

fn target_cost(snapshot: &Snapshot, target: NodeIndex) -> u32 {
    match snapshot.kind(target) {
        NodeKind::Code | NodeKind::Shape | NodeKind::Hidden => 8,
        _ => 0,
    }
}

/// What is on the stack only while the snapshot is taken tells less than anything else.
fn source_cost(snapshot: &Snapshot, node: NodeIndex) -> u32 {
    if snapshot.kind(node) != NodeKind::Synthetic {
        return 0;
    }
    match snapshot.name(node) {
        "(Stack roots)" | "(Handle scope roots)" => 40,
        "" => 0,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NODES: u32 = 12;

    /// Each edge as source, target and kind; the table of an ephemeron edge goes with its target.
    fn snapshot(mut edges: Vec<(u32, u32, u8)>) -> Snapshot {
        edges.sort_unstable();
        let edges = edges.into_iter().map(|(source, target, kind)| {
            let kind = match kind {
                0 => EdgeKind::Ephemeron,
                1 => EdgeKind::Hidden,
                2 => EdgeKind::Internal,
                _ => EdgeKind::Property,
            };
            (source, kind, target)
        });
        let mut snapshot = Snapshot::of_edges(NODES, edges);
        for edge in 0..snapshot.edges.len() {
            let target = snapshot.edges.target(edge);
            if snapshot.edges.kind(edge) == EdgeKind::Ephemeron {
                snapshot.tables.insert(target, (target * 7 + 1) % NODES);
            }
        }
        snapshot
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            cases: 2000,
            ..ProptestConfig::default()
        })]

        #[test]
        fn cutting_edges_leaves_what_a_search_without_them_finds(
            edges in prop::collection::vec((0..NODES, 0..NODES, 0_u8..8), 1..60),
            cuts in prop::collection::vec(
                prop::collection::vec(any::<prop::sample::Index>(), 1..4), 1..6,
            ),
        ) {
            let snapshot = snapshot(edges);
            let count = snapshot.edges.len();
            let mut cut = Retainers::of(&snapshot);
            for each in cuts {
                let each: Vec<EdgeIndex> =
                    each.iter().map(|at| u32::try_from(at.index(count)).unwrap_or(0)).collect();
                cut.cut(&each);

                let whole = Retainers::without(&snapshot, cut.without.clone());
                prop_assert_eq!(&cut.reached, &whole.reached);
                for node in snapshot.nodes().filter(|&node| cut.is_reached(node)) {
                    let path = cut.path(node);
                    prop_assert!(path.iter().all(|edge| !cut.without.contains(&edge.index)));
                    prop_assert_eq!(path.last().map_or(0, |edge| edge.target), node);
                }
                if snapshot.tables.is_empty() {
                    prop_assert_eq!(&cut.distances, &whole.distances);
                }
            }
        }
    }
}
