//! Nodes, edges and places as they are kept: an array for each of their fields.

use super::layout::{Layout, List};
use super::numbers::{Entries, Places, entries};
use super::snapshot::{EdgeKind, Location, NodeIndex, NodeKind};

/// An edge's target shares its number with the edge's kind.
const TARGET_BITS: u32 = 29;
const TARGET: u32 = (1 << TARGET_BITS) - 1;

#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) kinds: Vec<NodeKind>,
    pub(super) names: Vec<u32>,
    pub(super) highest_name: u32,
    pub(super) ids: Vec<u32>,
    pub(super) self_sizes: Vec<u32>,
    pub(super) edge_counts: Vec<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Edges {
    pub(super) names: Vec<u32>,
    /// Of those that are strings.
    pub(super) highest_name: u32,
    ends: Vec<u32>,
    pub(super) highest_target: NodeIndex,
}

/// All that the numbers of a snapshot say, or of a part of one.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) nodes: Nodes,
    pub(super) edges: Edges,
    pub(super) locations: Vec<(NodeIndex, Location)>,
    places: Places,
}

impl Lists {
    /// Takes one entry, or tells what is wrong with it.
    pub(super) fn push(
        &mut self,
        list: List,
        entry: &[u32],
        layout: &Layout,
    ) -> Result<(), &'static str> {
        match list {
            List::Nodes => self.nodes.push(entry, layout),
            List::Edges => return self.edges.push(entry, layout),
            List::Locations => self.locations.extend(layout.location(entry)),
        }
        Ok(())
    }

    /// Takes whole entries as long as they are written as V8 writes them; gives the place after them.
    pub(super) fn read(
        &mut self,
        list: List,
        layout: &Layout,
        bytes: &[u8],
        start: usize,
        end: usize,
    ) -> usize {
        let Self { nodes, edges, locations, places } = self;
        entries(bytes, layout.fields(list), start, end, places, |entries| {
            match list {
                List::Nodes => nodes.extend(entries, layout),
                List::Edges => return edges.extend(entries, layout),
                List::Locations => locations.extend(layout.locations(entries)),
            }
            true
        })
    }

    pub(super) fn append(&mut self, part: &mut Self) {
        let (nodes, others) = (&mut self.nodes, &mut part.nodes);
        nodes.kinds.append(&mut others.kinds);
        nodes.names.append(&mut others.names);
        nodes.highest_name = nodes.highest_name.max(others.highest_name);
        nodes.ids.append(&mut others.ids);
        nodes.self_sizes.append(&mut others.self_sizes);
        nodes.edge_counts.append(&mut others.edge_counts);
        let (edges, others) = (&mut self.edges, &mut part.edges);
        edges.names.append(&mut others.names);
        edges.highest_name = edges.highest_name.max(others.highest_name);
        edges.ends.append(&mut others.ends);
        edges.highest_target = edges.highest_target.max(others.highest_target);
        self.locations.append(&mut part.locations);
    }

    pub(super) fn clear(&mut self) {
        let Nodes { kinds, names, highest_name, ids, self_sizes, edge_counts } = &mut self.nodes;
        kinds.clear();
        for numbers in [names, ids, self_sizes, edge_counts] {
            numbers.clear();
        }
        *highest_name = 0;
        let Edges { names, highest_name, ends, highest_target } = &mut self.edges;
        names.clear();
        ends.clear();
        (*highest_name, *highest_target) = (0, 0);
        self.locations.clear();
    }

    pub(super) fn reserve(&mut self, nodes: usize, edges: usize) {
        let Nodes { kinds, names, ids, self_sizes, edge_counts, .. } = &mut self.nodes;
        reserve(kinds, nodes);
        for numbers in [names, ids, self_sizes] {
            reserve(numbers, nodes);
        }
        reserve(edge_counts, nodes + 1);
        reserve(&mut self.edges.names, edges);
        reserve(&mut self.edges.ends, edges);
    }
}

fn reserve<T>(list: &mut Vec<T>, count: usize) {
    // Without it the list grows as it is filled.
    let _ = list.try_reserve_exact(count);
}

impl Nodes {
    pub(super) const fn len(&self) -> usize {
        self.kinds.len()
    }

    fn push(&mut self, entry: &[u32], layout: &Layout) {
        let kind = layout.node_kinds.get(entry[layout.kind] as usize);
        self.kinds.push(kind.copied().unwrap_or(NodeKind::Other));
        let name = entry[layout.name];
        self.highest_name = self.highest_name.max(name);
        self.names.push(name);
        self.ids.push(entry[layout.id]);
        self.self_sizes.push(entry[layout.self_size]);
        self.edge_counts.push(entry[layout.edge_count]);
    }

    fn extend(&mut self, entries: &Entries, layout: &Layout) {
        let kind = |kind| layout.node_kinds.get(kind as usize).copied().unwrap_or(NodeKind::Other);
        self.kinds.extend(entries.field(layout.kind).map(kind));
        let before = self.names.len();
        self.names.extend(entries.field(layout.name));
        self.highest_name = self.names[before..].iter().copied().fold(self.highest_name, u32::max);
        self.ids.extend(entries.field(layout.id));
        self.self_sizes.extend(entries.field(layout.self_size));
        self.edge_counts.extend(entries.field(layout.edge_count));
    }
}

impl Edges {
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    fn push(&mut self, entry: &[u32], layout: &Layout) -> Result<(), &'static str> {
        let kind = layout.edge_kinds.get(entry[layout.edge_kind] as usize);
        let Some(&kind) = kind else { return Err("an edge is of no kind") };
        let to = entry[layout.to_node];
        if !to.is_multiple_of(layout.node_stride) {
            return Err("an edge leads into the middle of a node");
        }
        let target = to / layout.node_stride;
        if target > TARGET {
            return Err("an edge leads to no node");
        }
        self.add(kind, entry[layout.edge_name], target);
        Ok(())
    }

    /// A target is `TARGET` at most.
    pub(super) fn add(&mut self, kind: EdgeKind, name: u32, target: NodeIndex) {
        self.names.push(name);
        self.ends.push(end(kind, target));
        self.highest_name = self.highest_name.max(if kind.has_number() { 0 } else { name });
        self.highest_target = self.highest_target.max(target);
    }

    /// Takes all of them, or none if something is wrong with one.
    fn extend(&mut self, entries: &Entries, layout: &Layout) -> bool {
        let before = self.ends.len();
        let stride = layout.node_stride;
        let (mut is_right, mut highest_target) = (true, 0);
        let kinds = entries.field(layout.edge_kind);
        self.ends.extend(kinds.zip(entries.field(layout.to_node)).map(|(kind, to)| {
            let target = to / stride;
            let kind = layout.edge_kinds.get(kind as usize);
            is_right &= kind.is_some() && target * stride == to && target <= TARGET;
            highest_target = highest_target.max(target);
            end(kind.copied().unwrap_or(EdgeKind::Weak), target & TARGET)
        }));
        if !is_right {
            self.ends.truncate(before);
            return false;
        }
        self.highest_target = self.highest_target.max(highest_target);
        self.names.extend(entries.field(layout.edge_name));
        for (&name, &end) in self.names[before..].iter().zip(&self.ends[before..]) {
            let name = if kind(end).has_number() { 0 } else { name };
            self.highest_name = self.highest_name.max(name);
        }
        true
    }

    #[inline]
    pub(super) fn kind(&self, edge: usize) -> EdgeKind {
        kind(self.ends[edge])
    }

    #[inline]
    pub(super) fn target(&self, edge: usize) -> NodeIndex {
        self.ends[edge] & TARGET
    }

    pub(super) fn set_kind(&mut self, edge: usize, kind: EdgeKind) {
        self.ends[edge] = end(kind, self.target(edge));
    }
}

const fn end(kind: EdgeKind, target: NodeIndex) -> u32 {
    ((kind as u32) << TARGET_BITS) | target
}

const fn kind(end: u32) -> EdgeKind {
    EdgeKind::ALL[(end >> TARGET_BITS) as usize]
}
