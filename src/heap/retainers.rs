//! Shortest ways from the root to every node, along edges that keep alive.

use rustc_hash::{FxHashMap, FxHashSet};

use super::snapshot::{Edge, EdgeIndex, EdgeKind, NodeIndex, NodeKind, Snapshot};

const NONE: EdgeIndex = EdgeIndex::MAX;

/// More than any edge costs, so that a ring of lists is enough for a queue.
const RING: usize = 64;

/// The last edge of a shortest way to each node. A way that a person understands counts as shorter: V8's own structures
/// cost more than variables, properties and elements.
pub struct Retainers {
    last_edges: Vec<EdgeIndex>,
    reached: Vec<bool>,
}

impl Retainers {
    /// Linear in nodes and edges. An edge of `without` does not count.
    #[must_use]
    pub(crate) fn of(snapshot: &Snapshot, without: &FxHashSet<EdgeIndex>) -> Self {
        Search::new(snapshot, without).run()
    }

    #[must_use]
    pub fn is_reached(&self, node: NodeIndex) -> bool {
        self.reached[node as usize]
    }

    /// The edges from the root to a node; empty if no way leads there.
    #[must_use]
    pub fn path(&self, snapshot: &Snapshot, node: NodeIndex) -> Vec<Edge> {
        let mut path = Vec::new();
        let mut at = node;
        while self.last_edges[at as usize] != NONE {
            let edge = snapshot.edge(self.last_edges[at as usize]);
            path.push(edge);
            at = snapshot.source(edge.index);
        }
        path.reverse();
        path
    }
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    without: &'a FxHashSet<EdgeIndex>,
    distances: Vec<u32>,
    last_edges: Vec<EdgeIndex>,
    settled: Vec<bool>,
    ring: Vec<Vec<NodeIndex>>,
    /// Edges from keys of a `WeakMap` that are reached, by the map's table, which is not.
    waiting: FxHashMap<NodeIndex, Vec<EdgeIndex>>,
}

impl<'a> Search<'a> {
    fn new(snapshot: &'a Snapshot, without: &'a FxHashSet<EdgeIndex>) -> Self {
        let nodes = snapshot.nodes().len();
        Self {
            snapshot,
            without,
            distances: vec![u32::MAX; nodes],
            last_edges: vec![NONE; nodes],
            settled: vec![false; nodes],
            ring: vec![Vec::new(); RING],
            waiting: FxHashMap::default(),
        }
    }

    fn run(mut self) -> Retainers {
        self.distances[0] = 0;
        self.ring[0].push(0);
        let mut distance = 0;
        let mut empty = 0;
        while empty < RING {
            let slot = distance as usize % RING;
            empty += 1;
            while let Some(node) = self.ring[slot].pop() {
                empty = 0;
                if !std::mem::replace(&mut self.settled[node as usize], true) {
                    self.settle(node, distance);
                }
            }
            distance += 1;
        }
        Retainers { last_edges: self.last_edges, reached: self.settled }
    }

    fn settle(&mut self, node: NodeIndex, distance: u32) {
        let snapshot = self.snapshot;
        let extra = source_cost(snapshot, node);
        for edge in snapshot.edges(node) {
            if self.without.contains(&edge.index) {
                continue;
            }
            if edge.kind == EdgeKind::Ephemeron {
                let table = snapshot.table(edge).filter(|&table| !self.settled[table as usize]);
                if let Some(table) = table {
                    self.waiting.entry(table).or_default().push(edge.index);
                    continue;
                }
            }
            self.relax(edge, distance + extra);
        }
        for edge in self.waiting.remove(&node).unwrap_or_default() {
            self.relax(snapshot.edge(edge), distance);
        }
    }

    fn relax(&mut self, edge: Edge, distance: u32) {
        let Some(cost) = edge_cost(self.snapshot, edge) else { return };
        let target = edge.target as usize;
        let new = distance + cost;
        if new < self.distances[target] {
            self.distances[target] = new;
            self.last_edges[target] = edge.index;
            self.ring[new as usize % RING].push(edge.target);
        }
    }
}

/// None for an edge that keeps nothing alive.
fn edge_cost(snapshot: &Snapshot, edge: Edge) -> Option<u32> {
    let way = match edge.kind {
        EdgeKind::Weak => return None,
        EdgeKind::Hidden => 4,
        EdgeKind::Internal | EdgeKind::Ephemeron => 2,
        EdgeKind::Context | EdgeKind::Element | EdgeKind::Property | EdgeKind::Shortcut => 1,
    };
    let target = match snapshot.kind(edge.target) {
        NodeKind::Code | NodeKind::Shape | NodeKind::Hidden => 8,
        _ => 0,
    };
    Some(way + target)
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
