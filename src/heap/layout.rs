//! What the header of a snapshot says: where in an entry each field stands, and which number stands for which kind.

use serde_json::Value;

use super::error::SnapshotError;
use super::snapshot::{EdgeKind, Location, NodeIndex, NodeKind};

/// A list of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Nodes,
    Edges,
    Locations,
}

#[derive(Debug)]
pub(super) struct Layout {
    node_fields: usize,
    /// The same, by which edges count the way to their node.
    node_stride: u32,
    /// What a number is multiplied by to be divided by `node_stride`, which is quicker than to divide.
    /// Source: Lemire, Kaser and Kurz, Faster Remainder by Direct Computation.
    node_reciprocal: u64,
    pub(super) kind: usize,
    pub(super) name: usize,
    pub(super) id: usize,
    pub(super) self_size: usize,
    pub(super) edge_count: usize,
    node_kinds: Vec<NodeKind>,
    edge_fields: usize,
    pub(super) edge_kind: usize,
    pub(super) edge_name: usize,
    pub(super) to_node: usize,
    edge_kinds: Vec<EdgeKind>,
    location_fields: usize,
    location: Option<[usize; 4]>,
}

impl Layout {
    /// Reads `meta` of the header.
    pub(super) fn read(meta: &Value) -> Result<Self, SnapshotError> {
        let fields = |name: &'static str| -> Result<Vec<&str>, SnapshotError> {
            let list = meta[name].as_array().ok_or(SnapshotError::MissingField { name })?;
            Ok(list.iter().map(|field| field.as_str().unwrap_or_default()).collect())
        };
        let position = |fields: &[&str], name: &'static str| {
            let found = fields.iter().position(|&field| field == name);
            found.ok_or(SnapshotError::MissingField { name })
        };
        let kinds = |name: &'static str| -> Result<Vec<&str>, SnapshotError> {
            let list = meta[name][0].as_array().ok_or(SnapshotError::MissingField { name })?;
            Ok(list.iter().map(|kind| kind.as_str().unwrap_or_default()).collect())
        };
        let node = fields("node_fields")?;
        let edge = fields("edge_fields")?;
        let location = fields("location_fields").unwrap_or_default();
        let of_location = |name| position(&location, name).ok();
        let node_stride = u32::try_from(node.len()).unwrap_or(u32::MAX);
        Ok(Self {
            node_fields: node.len(),
            node_stride,
            // It has five fields at least.
            node_reciprocal: u64::MAX / u64::from(node_stride.max(2)) + 1,
            kind: position(&node, "type")?,
            name: position(&node, "name")?,
            id: position(&node, "id")?,
            self_size: position(&node, "self_size")?,
            edge_count: position(&node, "edge_count")?,
            node_kinds: kinds("node_types")?.into_iter().map(node_kind).collect(),
            edge_fields: edge.len(),
            edge_kind: position(&edge, "type")?,
            edge_name: position(&edge, "name_or_index")?,
            to_node: position(&edge, "to_node")?,
            edge_kinds: kinds("edge_types")?.into_iter().map(edge_kind).collect(),
            location_fields: location.len().max(1),
            location: of_location("object_index")
                .zip(of_location("script_id"))
                .zip(of_location("line").zip(of_location("column")))
                .map(|((node, script), (line, column))| [node, script, line, column]),
        })
    }

    /// How many numbers an entry has.
    pub(super) const fn fields(&self, list: List) -> usize {
        match list {
            List::Nodes => self.node_fields,
            List::Edges => self.edge_fields,
            List::Locations => self.location_fields,
        }
    }

    /// Do the fields that are needed come first, in the order in which V8 writes them?
    pub(super) fn is_in_order(&self, list: List) -> bool {
        let Self { kind, name, id, self_size, edge_count, .. } = *self;
        let Self { edge_kind, edge_name, to_node, .. } = *self;
        match list {
            List::Nodes => [kind, name, id, self_size, edge_count] == [0, 1, 2, 3, 4],
            List::Edges => [edge_kind, edge_name, to_node] == [0, 1, 2],
            List::Locations => self.location == Some([0, 1, 2, 3]),
        }
    }

    pub(super) fn location(&self, entry: &[u32]) -> Option<(NodeIndex, Location)> {
        self.place(self.location?.map(|field| entry[field]))
    }

    pub(super) fn node_kind(&self, number: u32) -> NodeKind {
        self.node_kinds.get(number as usize).copied().unwrap_or(NodeKind::Other)
    }

    /// An edge's kind and target, or what is wrong with them.
    #[inline]
    pub(super) fn edge(&self, kind: u32, to: u32) -> Result<(EdgeKind, NodeIndex), &'static str> {
        let Some(&kind) = self.edge_kinds.get(kind as usize) else {
            return Err("an edge is of no kind");
        };
        let target = self.node(to);
        if target * self.node_stride != to {
            return Err("an edge leads into the middle of a node");
        }
        Ok((kind, target))
    }

    /// The node at a place in the list of nodes.
    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a quotient is no more than what is divided"
    )]
    fn node(&self, place: u32) -> NodeIndex {
        ((u128::from(self.node_reciprocal) * u128::from(place)) >> 64) as u32
    }

    /// None for a place before the first line of a script, as our own line before an ES module has it: it is of no use.
    fn place(&self, [node, script, line, column]: [u32; 4]) -> Option<(NodeIndex, Location)> {
        let is_place = self.location.is_some() && line != u32::MAX && column != u32::MAX;
        is_place.then_some((self.node(node), Location { script, line, column }))
    }
}

fn node_kind(name: &str) -> NodeKind {
    match name {
        "hidden" => NodeKind::Hidden,
        "array" => NodeKind::Array,
        "string" => NodeKind::String,
        "object" => NodeKind::Object,
        "code" => NodeKind::Code,
        "closure" => NodeKind::Closure,
        "synthetic" => NodeKind::Synthetic,
        "concatenated string" => NodeKind::ConcatenatedString,
        "object shape" => NodeKind::Shape,
        _ => NodeKind::Other,
    }
}

fn edge_kind(name: &str) -> EdgeKind {
    match name {
        "context" => EdgeKind::Context,
        "element" => EdgeKind::Element,
        "property" => EdgeKind::Property,
        "hidden" => EdgeKind::Hidden,
        "shortcut" => EdgeKind::Shortcut,
        "weak" => EdgeKind::Weak,
        _ => EdgeKind::Internal,
    }
}
