//! Which of some objects all ways to an object lead over, and how much is reachable over them only.
//!
//! An object *dominates* another if every way from the root to that leads over it, and its *retained size* is what it dominates,
//! itself included: what is freed when it goes. Of a whole heap's dominator tree, the part is built here that has the objects which are told of:
//! a number for each object of the heap, the nearest of them that dominates it, instead of five and a list of all
//! edges backwards.
//!
//! As in developer tools, weak edges and shortcuts count for nothing and the value of a `WeakMap` is its key's.
//! Source: Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm; with the tree cut down to what is asked for.

use rustc_hash::FxHashMap;

use super::node_set::NodeSet;
use super::snapshot::{EdgeKind, NodeIndex, Snapshot};

/// In the order in which they are first reached, from the root, which is 0: what dominates one has a smaller number.
type Entry = u32;

const NONE: Entry = Entry::MAX;

/// Of an object that is asked for: the entry is its group's.
const ASKED: Entry = Entry::MAX - 1;

/// One of the objects that are asked for, or several that count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dominator {
    /// The nearest other one that dominates it; None for the root, and for what only the root does.
    pub(crate) parent: Option<usize>,
    /// In bytes; 0 if it is not reachable.
    pub(crate) retained_size: u64,
}

/// For each group of objects what dominates it, where a way that reaches one object of a group has reached all of it. An object that is
/// in several groups counts for the first of them. Works in `memory`, whatever is in it.
pub(crate) fn of(
    snapshot: &Snapshot,
    groups: &[Vec<NodeIndex>],
    memory: Vec<u32>,
) -> Vec<Dominator> {
    let mut tree = Tree::of(snapshot, groups, memory);
    tree.reach(0);
    tree.settle();
    while tree.has_moved {
        // What was compared with the tree as it was before is compared again.
        tree.has_moved = false;
        tree.compare_all();
        tree.settle();
    }
    tree.dominators(groups.len())
}

struct Tree<'a> {
    snapshot: &'a Snapshot,
    /// For each object the nearest entry that dominates it, as far as is known: the ways that are not yet known may lead past
    /// it, and then it is one that dominates this.
    nearest: Vec<Entry>,
    /// Of objects that are asked for: the group.
    groups: FxHashMap<NodeIndex, usize>,
    /// The same, which are few.
    asked: NodeSet,
    /// Of each group its entry, once it is reached.
    entries: Vec<Entry>,
    /// Of each entry the nearest one that dominates it.
    parents: Vec<Entry>,
    /// Has a parent changed?
    has_moved: bool,
    /// Objects whose edges are to be looked at again, in order and as a set.
    pending: Vec<NodeIndex>,
    is_pending: NodeSet,
}

impl<'a> Tree<'a> {
    fn of(snapshot: &'a Snapshot, groups: &[Vec<NodeIndex>], memory: Vec<Entry>) -> Self {
        let nodes = snapshot.nodes().len();
        let mut nearest = memory;
        nearest.clear();
        nearest.resize(nodes, NONE);
        let mut tree = Self {
            snapshot,
            nearest,
            groups: FxHashMap::default(),
            asked: NodeSet::of(nodes),
            entries: vec![NONE; groups.len()],
            parents: vec![0],
            has_moved: false,
            pending: Vec::new(),
            is_pending: NodeSet::of(nodes),
        };
        for (group, nodes) in groups.iter().enumerate() {
            // The root dominates all, whoever asks.
            for &node in nodes.iter().filter(|&&node| node != 0) {
                tree.groups.entry(node).or_insert(group);
                tree.asked.insert(node);
            }
        }
        tree
    }

    /// The root is where all begins.
    fn reach(&mut self, root: NodeIndex) {
        self.nearest[root as usize] = 0;
        self.look_again(root);
    }

    fn look_again(&mut self, node: NodeIndex) {
        if self.is_pending.insert(node) {
            self.pending.push(node);
        }
    }

    fn settle(&mut self) {
        while let Some(node) = self.pending.pop() {
            self.is_pending.remove(node);
            self.compare(node);
        }
    }

    fn compare_all(&mut self) {
        for node in self.snapshot.nodes() {
            if self.nearest[node as usize] != NONE {
                self.compare(node);
            }
        }
    }

    /// Looks at what an object leads to.
    fn compare(&mut self, node: NodeIndex) {
        let snapshot = self.snapshot;
        let over = self.entry(node);
        for (kind, target) in snapshot.ends(node) {
            if self.nearest[target as usize] != over && holds(node, kind) {
                self.lead(over, target);
            }
        }
    }

    /// A way over `over` leads to `target`.
    fn lead(&mut self, over: Entry, target: NodeIndex) {
        let Some(group) = self.group(target) else {
            let known = self.nearest[target as usize];
            let nearest = if known == NONE { over } else { self.common(known, over) };
            if nearest != known {
                self.nearest[target as usize] = nearest;
                self.look_again(target);
            }
            return;
        };
        if self.nearest[target as usize] == NONE {
            // It is looked at once: what it leads to is led to by its group.
            self.nearest[target as usize] = ASKED;
            self.look_again(target);
        }
        let entry = self.entries[group];
        if entry == NONE {
            self.entries[group] = Entry::try_from(self.parents.len()).unwrap_or(NONE);
            self.parents.push(over);
        } else if entry != over {
            let known = self.parents[entry as usize];
            let parent = self.common(known, over);
            if parent != known {
                self.parents[entry as usize] = parent;
                self.has_moved = true;
            }
        }
    }

    /// The nearest entry that dominates both, or is both.
    fn common(&self, mut one: Entry, mut other: Entry) -> Entry {
        while one != other {
            let (nearer, farther) = if one > other { (one, other) } else { (other, one) };
            (one, other) = (self.parents[nearer as usize], farther);
        }
        one
    }

    fn group(&self, node: NodeIndex) -> Option<usize> {
        self.asked.has(node).then(|| self.groups.get(&node).copied()).flatten()
    }

    /// The nearest entry that ways over an object lead over, be it its own.
    fn entry(&self, node: NodeIndex) -> Entry {
        match self.nearest[node as usize] {
            ASKED => self.groups.get(&node).map_or(NONE, |&group| self.entries[group]),
            nearest => nearest,
        }
    }

    fn dominators(&self, groups: usize) -> Vec<Dominator> {
        let mut sizes = vec![0_u64; self.parents.len()];
        for node in self.snapshot.nodes() {
            if self.nearest[node as usize] != NONE {
                sizes[self.entry(node) as usize] += u64::from(self.snapshot.self_size(node));
            }
        }
        for entry in (1..sizes.len()).rev() {
            sizes[self.parents[entry] as usize] += sizes[entry];
        }
        let mut groups_of = vec![None; self.parents.len()];
        for group in (0..groups).filter(|&group| self.entries[group] != NONE) {
            groups_of[self.entries[group] as usize] = Some(group);
        }
        let of = |&entry: &Entry| match entry {
            NONE => Dominator { parent: None, retained_size: 0 },
            _ => Dominator {
                parent: groups_of[self.parents[entry as usize] as usize],
                retained_size: sizes[entry as usize],
            },
        };
        self.entries.iter().map(of).collect()
    }
}

/// A shortcut leads past what holds its target as well, but from the root, where it leads to a global object.
const fn holds(source: NodeIndex, kind: EdgeKind) -> bool {
    match kind {
        EdgeKind::Weak => false,
        EdgeKind::Shortcut => source == 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NODES: u32 = 14;

    /// What can be reached without some objects, if what has reached one of a group has reached all that `is_alive` of it.
    fn reached(
        snapshot: &Snapshot,
        groups: &[Vec<NodeIndex>],
        without: &[NodeIndex],
        is_alive: impl Fn(NodeIndex) -> bool,
    ) -> Vec<bool> {
        let mut reached = vec![false; NODES as usize];
        let mut pending = vec![0];
        while let Some(node) = pending.pop() {
            if without.contains(&node) || std::mem::replace(&mut reached[node as usize], true) {
                continue;
            }
            let edges = snapshot.edges(node).filter(|edge| holds(node, edge.kind));
            pending.extend(edges.map(|edge| edge.target));
            let same = groups.iter().filter(|group| group.contains(&node)).flatten();
            pending.extend(same.filter(|&&node| is_alive(node)));
        }
        reached
    }

    /// By what is no longer reached when one group goes.
    fn naive(snapshot: &Snapshot, groups: &[Vec<NodeIndex>]) -> Vec<(Vec<usize>, u64)> {
        let all = reached(snapshot, groups, &[], |_| false);
        let lost = |group: &Vec<NodeIndex>| -> Vec<NodeIndex> {
            let left = reached(snapshot, groups, group, |node| all[node as usize]);
            let is_lost = |&node: &NodeIndex| all[node as usize] && !left[node as usize];
            snapshot.nodes().filter(is_lost).collect()
        };
        let lost: Vec<Vec<NodeIndex>> = groups.iter().map(lost).collect();
        let dominates = |one: usize, other: usize| {
            let mut alive = groups[other].iter().filter(|&&node| all[node as usize]).peekable();
            alive.peek().is_some() && alive.all(|node| lost[one].contains(node))
        };
        let tell = |group: usize| {
            let others = (0..groups.len()).filter(|&other| other != group);
            let size = lost[group].iter().map(|&node| u64::from(snapshot.self_size(node))).sum();
            (others.filter(|&other| dominates(other, group)).collect(), size)
        };
        (0..groups.len()).map(tell).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            cases: 2000,
            ..ProptestConfig::default()
        })]

        #[test]
        fn dominators_and_retained_sizes_are_those_that_taking_objects_away_shows(
            mut edges in prop::collection::vec((0..NODES, 0..NODES, 0_u8..8), 1..50),
            of in prop::collection::vec(0_usize..20, NODES as usize),
        ) {
            edges.sort_unstable();
            let edges = edges.into_iter().map(|(source, target, kind)| match kind {
                0 => (source, EdgeKind::Weak, target),
                1 => (source, EdgeKind::Shortcut, target),
                _ => (source, EdgeKind::Property, target),
            });
            let snapshot = Snapshot::of_edges(NODES, edges);
            // Objects that are asked for on their own, and some together.
            let mut groups = vec![Vec::new(); 8];
            for (node, of) in (1..NODES).zip(of) {
                groups.get_mut(of).into_iter().for_each(|group| group.push(node));
            }

            let dominators = of_groups(&snapshot, &groups);

            prop_assert_eq!(dominators, naive(&snapshot, &groups));
        }
    }

    fn of_groups(snapshot: &Snapshot, groups: &[Vec<NodeIndex>]) -> Vec<(Vec<usize>, u64)> {
        let dominators = of(snapshot, groups, vec![1]);
        let chain = |first: &Dominator| {
            let next = |&group: &usize| dominators[group].parent;
            let mut chain: Vec<usize> = std::iter::successors(first.parent, next).collect();
            chain.sort_unstable();
            chain
        };
        dominators.iter().map(|each| (chain(each), each.retained_size)).collect()
    }
}
