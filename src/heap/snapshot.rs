//! The graph of a heap snapshot, in a few arrays of small numbers.

use rustc_hash::FxHashMap;

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

/// The first node is the root of all.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub(super) node_kinds: Vec<NodeKind>,
    pub(super) node_names: Vec<u32>,
    pub(super) node_ids: Vec<u32>,
    pub(super) self_sizes: Vec<u32>,
    /// One more than there are nodes: where the edges of each begin, and where the last one's end.
    pub(super) first_edges: Vec<EdgeIndex>,
    pub(super) edge_kinds: Vec<EdgeKind>,
    pub(super) edge_names: Vec<u32>,
    pub(super) edge_targets: Vec<NodeIndex>,
    pub(super) locations: FxHashMap<NodeIndex, Location>,
    pub(super) text: String,
    /// One more than there are strings.
    pub(super) text_ends: Vec<usize>,
    /// For the name of each `Ephemeron` edge: the table of the map.
    pub(super) tables: FxHashMap<u32, NodeIndex>,
}

/// Strings that were put together of others are followed so far.
const MOST_PARTS: usize = 64;

impl Snapshot {
    #[must_use]
    pub fn nodes(&self) -> std::ops::Range<NodeIndex> {
        0..u32::try_from(self.node_kinds.len()).unwrap_or(u32::MAX)
    }

    #[must_use]
    pub fn kind(&self, node: NodeIndex) -> NodeKind {
        self.node_kinds[node as usize]
    }

    #[must_use]
    pub fn name(&self, node: NodeIndex) -> &str {
        self.string(self.node_names[node as usize])
    }

    /// V8's own id, by which developer tools show an object as `@123`.
    #[must_use]
    pub fn id(&self, node: NodeIndex) -> u32 {
        self.node_ids[node as usize]
    }

    /// In bytes.
    #[must_use]
    pub fn self_size(&self, node: NodeIndex) -> u32 {
        self.self_sizes[node as usize]
    }

    #[must_use]
    pub fn location(&self, node: NodeIndex) -> Option<Location> {
        self.locations.get(&node).copied()
    }

    pub fn edges(&self, node: NodeIndex) -> impl Iterator<Item = Edge> + '_ {
        let node = node as usize;
        (self.first_edges[node]..self.first_edges[node + 1]).map(|index| self.edge(index))
    }

    #[must_use]
    pub fn edge(&self, index: EdgeIndex) -> Edge {
        let at = index as usize;
        Edge {
            index,
            kind: self.edge_kinds[at],
            name: self.edge_names[at],
            target: self.edge_targets[at],
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
            _ => self.string(edge.name).to_owned(),
        }
    }

    /// The target of the first edge that is named so.
    #[must_use]
    pub fn follow(&self, node: NodeIndex, kind: EdgeKind, name: &str) -> Option<NodeIndex> {
        self.edges(node)
            .find(|edge| edge.kind == kind && self.string(edge.name) == name)
            .map(|edge| edge.target)
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
                pending.extend(self.follow(part, EdgeKind::Internal, "second"));
                pending.extend(self.follow(part, EdgeKind::Internal, "first"));
            } else {
                text.push_str(self.name(part));
            }
        }
        text
    }

    pub(super) fn string(&self, index: u32) -> &str {
        let index = index as usize;
        &self.text[self.text_ends[index]..self.text_ends[index + 1]]
    }

    pub(super) const fn strings_len(&self) -> usize {
        self.text_ends.len().saturating_sub(1)
    }
}
