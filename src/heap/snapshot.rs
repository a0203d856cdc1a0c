//! The graph of a heap snapshot, in a few arrays of small numbers.

use rustc_hash::FxHashMap;

use super::lists::{Edges, Lists, Nodes};
use super::strings::Strings;

/// A node's place in the arrays, not V8's id of the object.
pub type NodeIndex = u32;
pub type EdgeIndex = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    Hidden,
    Array,
    String,
    Object,
    Code,
    Closure,
    Synthetic,
    ConcatenatedString,
    Shape,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// A variable of a scope.
    Context,
    /// Its name is the index itself.
    Element,
    Property,
    Internal,
    /// Its name is a number.
    Hidden,
    Shortcut,
    /// From a key of a `WeakMap` to the value, which lives as long as both the key and the map do.
    Ephemeron,
    /// Keeps nothing alive.
    Weak,
}

impl NodeKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Array => "array",
            Self::String | Self::ConcatenatedString => "string",
            Self::Object => "object",
            Self::Code => "code",
            Self::Closure => "closure",
            Self::Synthetic => "synthetic",
            Self::Shape => "shape",
            Self::Other => "other",
        }
    }
}

impl EdgeKind {
    /// In the order of their numbers.
    pub(super) const ALL: [Self; 8] = [
        Self::Context,
        Self::Element,
        Self::Property,
        Self::Internal,
        Self::Hidden,
        Self::Shortcut,
        Self::Ephemeron,
        Self::Weak,
    ];

    /// Is the name of such an edge a number, and no string?
    pub(super) const fn has_number(self) -> bool {
        matches!(self, Self::Element | Self::Hidden)
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Element => "element",
            Self::Property => "property",
            Self::Internal => "internal",
            Self::Hidden => "hidden",
            Self::Shortcut => "shortcut",
            Self::Ephemeron => "ephemeron",
            Self::Weak => "weak",
        }
    }
}

/// A place in a script, from 0. V8 writes it for functions, and for objects that have a constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    pub script: u32,
    pub line: u32,
    pub column: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub index: EdgeIndex,
    pub kind: EdgeKind,
    /// A string, or the number itself where the kind says so.
    pub name: u32,
    pub target: NodeIndex,
}

/// A text by which nodes or edges are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Name(Option<u32>);

/// The first node is the root of all.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub(super) nodes: Nodes,
    /// One more than there are nodes: where the edges of each begin, and where the last one's end.
    pub(super) first_edges: Vec<EdgeIndex>,
    pub(super) edges: Edges,
    /// By their node.
    locations: Vec<(NodeIndex, Location)>,
    pub(super) strings: Strings,
    /// The edges from a string that was put together to its parts, the last part first.
    part_names: [Name; 2],
    /// For the name of each `Ephemeron` edge: the table of the map.
    pub(super) tables: FxHashMap<u32, NodeIndex>,
}

/// Strings that were put together of others are followed so far.
const MOST_PARTS: usize = 64;

impl Snapshot {
    pub(super) fn new(lists: Lists, first_edges: Vec<EdgeIndex>, strings: Strings) -> Self {
        let Lists { nodes, edges, mut locations, .. } = lists;
        if !locations.is_sorted_by_key(|&(node, _)| node) {
            locations.sort_by_key(|&(node, _)| node);
        }
        let mut snapshot =
            Self { nodes, first_edges, edges, locations, strings, ..Self::default() };
        snapshot.part_names = ["second", "first"].map(|name| snapshot.name_of(name));
        snapshot
    }

    #[must_use]
    pub fn nodes(&self) -> std::ops::Range<NodeIndex> {
        0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    #[must_use]
    pub fn kind(&self, node: NodeIndex) -> NodeKind {
        self.nodes.kinds[node as usize]
    }

    #[must_use]
    pub fn name(&self, node: NodeIndex) -> &str {
        self.strings.get(self.nodes.names[node as usize])
    }

    /// How a text is looked for more than once; looks at every string.
    #[must_use]
    pub fn name_of(&self, text: &str) -> Name {
        Name(self.strings.all().find(|&(_, each)| each == text).map(|(index, _)| index))
    }

    #[must_use]
    pub fn is_named(&self, node: NodeIndex, name: Name) -> bool {
        Some(self.nodes.names[node as usize]) == name.0
    }

    /// V8's own id, by which developer tools show an object as `@123`.
    #[must_use]
    pub fn id(&self, node: NodeIndex) -> u32 {
        self.nodes.ids[node as usize]
    }

    /// In bytes.
    #[must_use]
    pub fn self_size(&self, node: NodeIndex) -> u32 {
        self.nodes.self_sizes[node as usize]
    }

    #[must_use]
    pub fn location(&self, node: NodeIndex) -> Option<Location> {
        let after = self.locations.partition_point(|&(each, _)| each <= node);
        let &(found, location) = self.locations.get(after.checked_sub(1)?)?;
        (found == node).then_some(location)
    }

    pub fn edges(&self, node: NodeIndex) -> impl Iterator<Item = Edge> + '_ {
        self.edges_of(node).map(|index| self.edge(index))
    }

    /// The edges of a node, without what is known of them.
    #[inline]
    pub(super) fn edges_of(&self, node: NodeIndex) -> std::ops::Range<EdgeIndex> {
        let node = node as usize;
        self.first_edges[node]..self.first_edges[node + 1]
    }

    /// Kind and target of each edge of a node. A name is not looked at, as that is elsewhere in memory.
    #[inline]
    pub(super) fn ends(
        &self,
        node: NodeIndex,
    ) -> impl ExactSizeIterator<Item = (EdgeKind, NodeIndex)> + '_ {
        let edges = self.edges_of(node);
        self.edges.ends(edges.start as usize..edges.end as usize)
    }

    /// Kind and target of an edge.
    #[inline]
    pub(super) fn end(&self, edge: EdgeIndex) -> (EdgeKind, NodeIndex) {
        (self.edges.kind(edge as usize), self.edges.target(edge as usize))
    }

    /// Of all edges.
    pub fn targets(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        (0..self.edges.len()).map(|edge| self.edges.target(edge))
    }

    #[must_use]
    pub fn edge(&self, index: EdgeIndex) -> Edge {
        let at = index as usize;
        Edge {
            index,
            kind: self.edges.kind(at),
            name: self.edges.names[at],
            target: self.edges.target(at),
        }
    }

    /// The node that an edge comes from.
    #[must_use]
    pub fn source(&self, edge: EdgeIndex) -> NodeIndex {
        let after = self.first_edges.partition_point(|&first| first <= edge);
        u32::try_from(after - 1).unwrap_or(0)
    }

    #[must_use]
    pub fn edge_name(&self, edge: Edge) -> String {
        match edge.kind {
            EdgeKind::Element | EdgeKind::Hidden => edge.name.to_string(),
            _ => self.strings.get(edge.name).to_owned(),
        }
    }

    /// The target of the first edge that is named so.
    #[must_use]
    pub fn follow(&self, node: NodeIndex, kind: EdgeKind, name: Name) -> Option<NodeIndex> {
        let name = name.0?;
        self.edges(node).find(|edge| edge.name == name && edge.kind == kind).map(|edge| edge.target)
    }

    /// The tables of all `WeakMap`s that make edges.
    pub fn tables(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        self.tables.values().copied()
    }

    /// The table of the `WeakMap` that makes an edge.
    #[must_use]
    pub fn table(&self, edge: Edge) -> Option<NodeIndex> {
        self.tables.get(&edge.name).copied()
    }

    /// The text of a string node, whose parts V8 may have left apart.
    #[must_use]
    pub fn text(&self, node: NodeIndex) -> String {
        let mut text = String::new();
        let mut pending = vec![node];
        for _ in 0..MOST_PARTS {
            let Some(part) = pending.pop() else { break };
            if self.kind(part) == NodeKind::ConcatenatedString {
                let parts = self.part_names.map(|name| self.follow(part, EdgeKind::Internal, name));
                pending.extend(parts.into_iter().flatten());
            } else {
                text.push_str(self.name(part));
            }
        }
        text
    }
}

#[cfg(test)]
impl Snapshot {
    /// Objects of 1, 2, 4… bytes, and edges as source, kind and target, by their source. The target is the name as well.
    pub(super) fn of_edges(
        nodes: u32,
        edges: impl Iterator<Item = (NodeIndex, EdgeKind, NodeIndex)>,
    ) -> Self {
        let mut snapshot = Self::default();
        for node in 0..nodes {
            snapshot.nodes.kinds.push(NodeKind::Object);
            snapshot.nodes.names.push(0);
            snapshot.nodes.self_sizes.push(1 << node);
        }
        snapshot.strings.push(b"");
        snapshot.first_edges.push(0);
        for (source, kind, target) in edges {
            let first = u32::try_from(snapshot.edges.len()).unwrap_or(0);
            snapshot.first_edges.resize(source as usize + 1, first);
            snapshot.edges.add(kind, target, target);
        }
        let last = u32::try_from(snapshot.edges.len()).unwrap_or(0);
        snapshot.first_edges.resize(nodes as usize + 1, last);
        snapshot
    }
}
