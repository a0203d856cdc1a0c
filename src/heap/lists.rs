//! Nodes, edges and places as they are kept: an array for each of their fields, which is written in parts.

use super::layout::{Layout, List};
use super::numbers::Entries;
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

/// All that the numbers of a snapshot say.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) nodes: Nodes,
    pub(super) edges: Edges,
    pub(super) locations: Vec<(NodeIndex, Location)>,
    /// How many nodes and edges the header tells of, which need not be true.
    pub(super) expected: [usize; 2],
}

/// How many entries are made room for at once when nobody knows how many there will be.
const BATCH: usize = 64;

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

    /// Takes entries as long as they are written as V8 writes them; gives the place after them.
    pub(super) fn read(&mut self, list: List, layout: &Layout, bytes: &[u8], at: usize) -> usize {
        let [nodes, edges] = self.expected;
        match list {
            _ if !layout.is_in_order(list) => at,
            List::Nodes => read(&mut self.nodes, nodes, layout, bytes, at),
            List::Edges => read(&mut self.edges, edges, layout, bytes, at),
            List::Locations if layout.fields(list) == 4 => {
                let mut entries = Entries::<4, 4>::new(bytes, at, bytes.len());
                let locations = entries.by_ref().filter_map(|entry| layout.location(&entry));
                self.locations.extend(locations);
                entries.at
            }
            List::Locations => at,
        }
    }
}

fn reserve<T>(list: &mut Vec<T>, count: usize) {
    // Without it the list grows as it is filled.
    let _ = list.try_reserve_exact(count);
}

fn read<T: Table>(
    table: &mut T,
    expected: usize,
    layout: &Layout,
    bytes: &[u8],
    mut at: usize,
) -> usize {
    if table.count() == 0 {
        table.reserve(expected);
    }
    loop {
        let before = table.count();
        table.resize(before + BATCH);
        let filled = table.room(before).fill(layout, bytes, at, bytes.len());
        table.resize(before + filled.entries);
        table.note(&filled);
        at = filled.end;
        if filled.entries < BATCH {
            return at;
        }
    }
}

/// Nodes or edges.
pub(super) trait Table {
    type Room<'a>: Room
    where
        Self: 'a;

    fn count(&self) -> usize;

    /// Makes room for so many, if there is memory for them. None is taken before it is used.
    fn reserve(&mut self, count: usize);

    /// Makes it so long. What is new is of no meaning until it is filled.
    fn resize(&mut self, count: usize);

    /// Makes it so long when it is empty. Memory that is not filled is not taken.
    fn begin(&mut self, count: usize);

    /// What is to be filled, from one entry on.
    fn room(&mut self, from: usize) -> Self::Room<'_>;

    fn note(&mut self, filled: &Filled);
}

/// Entries of a table that are to be filled, whoever fills the others.
pub(super) trait Room: Sized + Send {
    /// The first ones; None if there are not so many.
    fn take(&mut self, count: usize) -> Option<Self>;

    /// Reads entries as long as there is room, they begin before `end` and they are written as V8 writes them.
    fn fill(self, layout: &Layout, bytes: &[u8], start: usize, end: usize) -> Filled;
}

/// What has been read of some bytes.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) entries: usize,
    /// The place after them.
    pub(super) end: usize,
    highest_name: u32,
    highest_target: NodeIndex,
}

impl Filled {
    /// Adds what others have filled.
    pub(super) fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.end = self.end.max(other.end);
        self.highest_name = self.highest_name.max(other.highest_name);
        self.highest_target = self.highest_target.max(other.highest_target);
    }
}

pub(super) struct NodeRoom<'a> {
    kinds: &'a mut [NodeKind],
    names: &'a mut [u32],
    ids: &'a mut [u32],
    self_sizes: &'a mut [u32],
    edge_counts: &'a mut [u32],
}

impl NodeRoom<'_> {
    fn fill_of<const FIELDS: usize>(
        self,
        layout: &Layout,
        bytes: &[u8],
        start: usize,
        end: usize,
    ) -> Filled {
        let Self { kinds, names, ids, self_sizes, edge_counts } = self;
        let mut filled = Filled::default();
        let mut entries = Entries::<FIELDS, 5>::new(bytes, start, end);
        let room = kinds.iter_mut().zip(names).zip(ids.iter_mut().zip(self_sizes)).zip(edge_counts);
        for ((((kind, name), (id, self_size)), edge_count), entry) in room.zip(entries.by_ref()) {
            *kind = layout.node_kind(entry[0]);
            [*name, *id, *self_size, *edge_count] = [entry[1], entry[2], entry[3], entry[4]];
            filled.highest_name = filled.highest_name.max(entry[1]);
            filled.entries += 1;
        }
        filled.end = entries.at;
        filled
    }
}

impl Room for NodeRoom<'_> {
    fn take(&mut self, count: usize) -> Option<Self> {
        Some(Self {
            kinds: self.kinds.split_off_mut(..count)?,
            names: self.names.split_off_mut(..count)?,
            ids: self.ids.split_off_mut(..count)?,
            self_sizes: self.self_sizes.split_off_mut(..count)?,
            edge_counts: self.edge_counts.split_off_mut(..count)?,
        })
    }

    fn fill(self, layout: &Layout, bytes: &[u8], start: usize, end: usize) -> Filled {
        match layout.fields(List::Nodes) {
            5 => self.fill_of::<5>(layout, bytes, start, end),
            6 => self.fill_of::<6>(layout, bytes, start, end),
            7 => self.fill_of::<7>(layout, bytes, start, end),
            _ => Filled { end: start, ..Filled::default() },
        }
    }
}

impl Table for Nodes {
    type Room<'a> = NodeRoom<'a>;

    fn count(&self) -> usize {
        self.len()
    }

    fn reserve(&mut self, count: usize) {
        let Self { kinds, names, ids, self_sizes, edge_counts, .. } = self;
        reserve(kinds, count);
        for numbers in [names, ids, self_sizes] {
            reserve(numbers, count);
        }
        // `Snapshot::first_edges` comes of it.
        reserve(edge_counts, count + 1);
    }

    fn resize(&mut self, count: usize) {
        let Self { kinds, names, ids, self_sizes, edge_counts, .. } = self;
        kinds.resize(count, NodeKind::Other);
        for numbers in [names, ids, self_sizes, edge_counts] {
            numbers.resize(count, 0);
        }
    }

    fn begin(&mut self, count: usize) {
        let Self { kinds, names, ids, self_sizes, edge_counts, .. } = self;
        *kinds = vec![NodeKind::Other; count];
        for numbers in [names, ids, self_sizes] {
            *numbers = vec![0; count];
        }
        // `Snapshot::first_edges` comes of it.
        *edge_counts = vec![0; count + 1];
        edge_counts.truncate(count);
    }

    fn room(&mut self, from: usize) -> NodeRoom<'_> {
        NodeRoom {
            kinds: &mut self.kinds[from..],
            names: &mut self.names[from..],
            ids: &mut self.ids[from..],
            self_sizes: &mut self.self_sizes[from..],
            edge_counts: &mut self.edge_counts[from..],
        }
    }

    fn note(&mut self, filled: &Filled) {
        self.highest_name = self.highest_name.max(filled.highest_name);
    }
}

impl Nodes {
    pub(super) const fn len(&self) -> usize {
        self.kinds.len()
    }

    fn push(&mut self, entry: &[u32], layout: &Layout) {
        self.kinds.push(layout.node_kind(entry[layout.kind]));
        let name = entry[layout.name];
        self.highest_name = self.highest_name.max(name);
        self.names.push(name);
        self.ids.push(entry[layout.id]);
        self.self_sizes.push(entry[layout.self_size]);
        self.edge_counts.push(entry[layout.edge_count]);
    }
}

pub(super) struct EdgeRoom<'a> {
    names: &'a mut [u32],
    ends: &'a mut [u32],
}

impl Room for EdgeRoom<'_> {
    fn take(&mut self, count: usize) -> Option<Self> {
        Some(Self {
            names: self.names.split_off_mut(..count)?,
            ends: self.ends.split_off_mut(..count)?,
        })
    }

    fn fill(self, layout: &Layout, bytes: &[u8], start: usize, end: usize) -> Filled {
        let mut filled = Filled { end: start, ..Filled::default() };
        if layout.fields(List::Edges) != 3 {
            return filled;
        }
        let mut entries = Entries::<3, 3>::new(bytes, start, end);
        for (name, end) in self.names.iter_mut().zip(self.ends) {
            let Some([kind, text, to]) = entries.next() else { break };
            let Ok((kind, target)) = layout.edge(kind, to) else { break };
            if target > TARGET {
                break;
            }
            *name = text;
            *end = self::end(kind, target);
            let text = if kind.has_number() { 0 } else { text };
            filled.highest_name = filled.highest_name.max(text);
            filled.highest_target = filled.highest_target.max(target);
            filled.entries += 1;
            filled.end = entries.at;
        }
        filled
    }
}

impl Table for Edges {
    type Room<'a> = EdgeRoom<'a>;

    fn count(&self) -> usize {
        self.len()
    }

    fn reserve(&mut self, count: usize) {
        reserve(&mut self.names, count);
        reserve(&mut self.ends, count);
    }

    fn resize(&mut self, count: usize) {
        self.names.resize(count, 0);
        self.ends.resize(count, 0);
    }

    fn begin(&mut self, count: usize) {
        self.names = vec![0; count];
        self.ends = vec![0; count];
    }

    fn room(&mut self, from: usize) -> EdgeRoom<'_> {
        EdgeRoom { names: &mut self.names[from..], ends: &mut self.ends[from..] }
    }

    fn note(&mut self, filled: &Filled) {
        self.highest_name = self.highest_name.max(filled.highest_name);
        self.highest_target = self.highest_target.max(filled.highest_target);
    }
}

impl Edges {
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    fn push(&mut self, entry: &[u32], layout: &Layout) -> Result<(), &'static str> {
        let (kind, target) = layout.edge(entry[layout.edge_kind], entry[layout.to_node])?;
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

    #[inline]
    pub(super) fn kind(&self, edge: usize) -> EdgeKind {
        kind(self.ends[edge])
    }

    #[inline]
    pub(super) fn target(&self, edge: usize) -> NodeIndex {
        self.ends[edge] & TARGET
    }

    /// Kind and target of each of some edges.
    #[inline]
    pub(super) fn ends(
        &self,
        edges: std::ops::Range<usize>,
    ) -> impl ExactSizeIterator<Item = (EdgeKind, NodeIndex)> + '_ {
        self.ends[edges].iter().map(|&end| (kind(end), end & TARGET))
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
