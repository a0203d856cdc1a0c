//! Reads a heap snapshot as it streams in: each number goes into its array at once, and nothing is held twice.
//!
//! V8 writes one object: `snapshot` says which numbers stand for what, then `nodes`, `edges` and `locations` are arrays
//! of numbers, and `strings` comes last. Weak edges are left out: they keep nothing alive.
//! Source: V8 `HeapSnapshotJSONSerializer` (src/profiler/heap-snapshot-generator.cc).

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::error::SnapshotError;
use super::numbers::{self, MOST_FIELDS, SLACK};
use super::snapshot::{EdgeKind, Location, NodeIndex, NodeKind, Snapshot};

/// The header is a few kilobytes; what is longer is something else.
const MOST_HEADER_BYTES: usize = 1 << 20;

/// A key of the outer object.
const MOST_KEY_BYTES: usize = 256;

/// Reserved ahead at most: what a header claims need not be true. Memory that is not written to is not taken.
const MOST_RESERVED: usize = 1 << 26;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Nodes,
    Edges,
    Locations,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Plain,
    Escaped,
    /// Of `\u`: how many digits there are, and their value.
    Unicode(u8, u16),
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Start,
    /// Before a key, a comma or the end.
    Between,
    Key(Vec<u8>),
    Colon(Vec<u8>),
    Value(Vec<u8>),
    /// The value of `snapshot`, or one that is not needed.
    Raw {
        is_header: bool,
        depth: u32,
        in_string: bool,
        escaped: bool,
    },
    Numbers {
        what: Numbers,
        value: Option<u32>,
    },
    Strings,
    InString(Text),
    End,
}

pub struct Parser {
    state: State,
    position: u64,
    header: Vec<u8>,
    layout: Option<Layout>,
    /// Numbers of the entry that is being read.
    entry: Vec<u32>,
    has_edges: bool,
    /// The node whose edges are being read, and how many of them are still to come. For the nodes after it, `first_edges`
    /// has the number of their edges.
    source: usize,
    edges_left: u32,
    bytes: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    has_strings: bool,
    snapshot: Snapshot,
}

/// Where in an entry each field stands, and which number stands for which kind.
struct Layout {
    node_fields: usize,
    /// The same, by which edges count the way to their node.
    node_stride: u32,
    kind: usize,
    name: usize,
    id: usize,
    self_size: usize,
    edge_count: usize,
    node_kinds: Vec<NodeKind>,
    edge_fields: usize,
    edge_kind: usize,
    edge_name: usize,
    to_node: usize,
    edge_kinds: Vec<EdgeKind>,
    location_fields: usize,
    location: Option<[usize; 4]>,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            state: State::Start,
            position: 0,
            header: Vec::new(),
            layout: None,
            entry: Vec::new(),
            has_edges: false,
            source: 0,
            edges_left: 0,
            bytes: Vec::new(),
            high: None,
            has_strings: false,
            snapshot: Snapshot { text_ends: vec![0], ..Snapshot::default() },
        }
    }
}

impl Parser {
    /// Takes the next bytes; they may end anywhere.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), SnapshotError> {
        let mut at = 0;
        while at < chunk.len() {
            at += match self.state {
                State::Numbers { what, value } => self.numbers(&chunk[at..], what, value)?,
                State::InString(Text::Plain) => self.plain_text(&chunk[at..]),
                _ => {
                    self.byte(chunk[at])?;
                    self.position += 1;
                    1
                }
            };
        }
        Ok(())
    }

    /// The snapshot, once all bytes are in.
    pub fn finish(self) -> Result<Snapshot, SnapshotError> {
        let position = self.position;
        if self.state != State::End {
            return Err(SnapshotError::Truncated { position });
        }
        let Self { layout, has_edges, source, edges_left, mut snapshot, .. } = self;
        let inconsistent = |what| SnapshotError::Inconsistent { what, position };
        if layout.is_none() {
            return Err(SnapshotError::MissingField { name: "snapshot" });
        }
        if snapshot.node_kinds.is_empty() {
            return Err(SnapshotError::MissingField { name: "nodes" });
        }
        let without_edges = if has_edges { source + 1 } else { 0 };
        if edges_left > 0 || snapshot.first_edges[without_edges..].iter().any(|&count| count > 0) {
            return Err(inconsistent("there are fewer edges than its nodes have"));
        }
        let nodes = snapshot.node_kinds.len();
        let edges = u32::try_from(snapshot.edge_kinds.len())
            .map_err(|_| inconsistent("there are too many edges"))?;
        snapshot.first_edges[without_edges..].fill(edges);
        snapshot.first_edges.push(edges);
        if snapshot.edge_targets.iter().any(|&target| target as usize >= nodes) {
            return Err(inconsistent("an edge leads to no node"));
        }
        let strings = snapshot.strings_len();
        let is_string = |&name: &u32| (name as usize) < strings;
        if !snapshot.node_names.iter().all(is_string) {
            return Err(inconsistent("a node's name is no string of it"));
        }
        let names = snapshot.edge_names.iter().zip(&snapshot.edge_kinds);
        if !names.clone().all(|(name, kind)| has_number(*kind) || is_string(name)) {
            return Err(inconsistent("an edge's name is no string of it"));
        }
        find_ephemerons(&mut snapshot);
        Ok(snapshot)
    }

    const fn unexpected(&self, expected: &'static str) -> SnapshotError {
        SnapshotError::Unexpected { expected, position: self.position }
    }

    const fn inconsistent(&self, what: &'static str) -> SnapshotError {
        SnapshotError::Inconsistent { what, position: self.position }
    }

    fn byte(&mut self, byte: u8) -> Result<(), SnapshotError> {
        match &mut self.state {
            State::Start => match byte {
                b'{' => self.state = State::Between,
                _ if is_space(byte) => {}
                _ => return Err(self.unexpected("{")),
            },
            State::Between => match byte {
                b'"' => self.state = State::Key(Vec::new()),
                b'}' => self.state = State::End,
                b',' => {}
                _ if is_space(byte) => {}
                _ => return Err(self.unexpected("a key, a comma or }")),
            },
            State::Key(key) => match byte {
                b'"' => self.state = State::Colon(std::mem::take(key)),
                _ if key.len() < MOST_KEY_BYTES => key.push(byte),
                _ => return Err(self.unexpected("the end of a key")),
            },
            State::Colon(key) => match byte {
                b':' => self.state = State::Value(std::mem::take(key)),
                _ if is_space(byte) => {}
                _ => return Err(self.unexpected(":")),
            },
            State::Value(_) | State::End if is_space(byte) => {}
            State::Value(key) => {
                let key = std::mem::take(key);
                return self.begin_value(&key, byte);
            }
            State::Raw { .. } => return self.raw(byte),
            State::Strings => match byte {
                b'"' => self.state = State::InString(Text::Plain),
                b']' => self.state = State::Between,
                b',' => {}
                _ if is_space(byte) => {}
                _ => return Err(self.unexpected("a string, a comma or ]")),
            },
            State::InString(text) => {
                let text = *text;
                return self.escape(text, byte);
            }
            State::Numbers { .. } => {}
            State::End => return Err(self.unexpected("the end")),
        }
        Ok(())
    }

    fn begin_value(&mut self, key: &[u8], byte: u8) -> Result<(), SnapshotError> {
        let numbers = match key {
            b"nodes" => Some(Numbers::Nodes),
            b"edges" => Some(Numbers::Edges),
            b"locations" => Some(Numbers::Locations),
            _ => None,
        };
        if let Some(what) = numbers {
            if self.layout.is_none() {
                return Err(self.unexpected("the field \"snapshot\""));
            }
            if byte != b'[' {
                return Err(self.unexpected("["));
            }
            self.begin_numbers(what)?;
        } else if key == b"strings" {
            if byte != b'[' || std::mem::replace(&mut self.has_strings, true) {
                return Err(self.unexpected("one list of strings"));
            }
            self.state = State::Strings;
        } else {
            let is_header = key == b"snapshot";
            let is_open = matches!(byte, b'{' | b'[');
            if !is_open || (is_header && self.layout.is_some()) {
                return Err(self.unexpected("{ or ["));
            }
            if is_header {
                self.header.push(byte);
            }
            self.state = State::Raw { is_header, depth: 1, in_string: false, escaped: false };
        }
        Ok(())
    }

    fn begin_numbers(&mut self, what: Numbers) -> Result<(), SnapshotError> {
        let is_first = match what {
            Numbers::Nodes => self.snapshot.node_kinds.is_empty(),
            Numbers::Edges => !self.has_edges && !self.snapshot.node_kinds.is_empty(),
            Numbers::Locations => true,
        };
        if !is_first {
            return Err(self.unexpected("nodes, then edges, once each"));
        }
        if what == Numbers::Edges {
            self.has_edges = true;
            self.edges_left = std::mem::take(&mut self.snapshot.first_edges[0]);
        }
        self.state = State::Numbers { what, value: None };
        Ok(())
    }

    fn raw(&mut self, byte: u8) -> Result<(), SnapshotError> {
        let State::Raw { is_header, depth, in_string, escaped } = &mut self.state else {
            return Ok(());
        };
        let is_header = *is_header;
        let mut has_ended = false;
        if *in_string {
            let ends = byte == b'"' && !*escaped;
            *escaped = byte == b'\\' && !*escaped;
            *in_string = !ends;
        } else {
            match byte {
                b'"' => *in_string = true,
                b'{' | b'[' => *depth = depth.saturating_add(1),
                b'}' | b']' => {
                    *depth -= 1;
                    has_ended = *depth == 0;
                }
                _ => {}
            }
        }
        if is_header {
            if self.header.len() >= MOST_HEADER_BYTES {
                return Err(self.unexpected("a shorter header"));
            }
            self.header.push(byte);
        }
        if has_ended {
            self.state = State::Between;
            if is_header {
                self.read_header()?;
            }
        }
        Ok(())
    }

    fn read_header(&mut self) -> Result<(), SnapshotError> {
        let header: Value =
            serde_json::from_slice(&self.header).map_err(|_| self.unexpected("a header"))?;
        let count = |name: &str| {
            let count = header[name].as_u64().unwrap_or(0);
            usize::try_from(count).unwrap_or(MOST_RESERVED).min(MOST_RESERVED)
        };
        let (nodes, edges) = (count("node_count"), count("edge_count"));
        let Snapshot { node_kinds, node_names, node_ids, self_sizes, first_edges, .. } =
            &mut self.snapshot;
        reserve(node_kinds, nodes);
        for list in [node_names, node_ids, self_sizes] {
            reserve(list, nodes);
        }
        reserve(first_edges, nodes + 1);
        reserve(&mut self.snapshot.edge_kinds, edges);
        reserve(&mut self.snapshot.edge_names, edges);
        reserve(&mut self.snapshot.edge_targets, edges);
        self.layout = Some(Layout::read(&header["meta"])?);
        self.header = Vec::new();
        Ok(())
    }

    /// Reads numbers, and tells how many bytes that were.
    fn numbers(
        &mut self,
        chunk: &[u8],
        what: Numbers,
        value: Option<u32>,
    ) -> Result<usize, SnapshotError> {
        if value.is_none() && self.entry.is_empty() {
            let read = self.whole_entries(chunk, what)?;
            if read > 0 {
                return Ok(read);
            }
        }
        self.single_numbers(chunk, what, value)
    }

    /// Reads whole entries as long as they are written as V8 writes them.
    fn whole_entries(&mut self, chunk: &[u8], what: Numbers) -> Result<usize, SnapshotError> {
        let start = self.position;
        let fields = self.fields(what);
        let mut values = [0; MOST_FIELDS];
        let Some(entry) = values.get_mut(..fields) else { return Ok(0) };
        let mut at = 0;
        while chunk.len() - at >= SLACK
            && let Some(length) = numbers::entry(&chunk[at..], entry)
        {
            at += length;
            self.position = start + at as u64;
            self.take(what, entry)?;
        }
        Ok(at)
    }

    /// Reads numbers up to the end of an entry, of the chunk or of the array.
    fn single_numbers(
        &mut self,
        chunk: &[u8],
        what: Numbers,
        value: Option<u32>,
    ) -> Result<usize, SnapshotError> {
        let start = self.position;
        let fields = self.fields(what);
        let mut value = value;
        for (read, &byte) in (1..).zip(chunk) {
            match byte {
                b'0'..=b'9' => {
                    // A size or an id beyond 32 bits is no matter of exactness.
                    let digit = u32::from(byte - b'0');
                    value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                    continue;
                }
                // What stands before the first line of a script, as our own line before an ES module does. It is of no use.
                b'-' if what == Numbers::Locations && value.is_none() => {
                    value = Some(u32::MAX);
                    continue;
                }
                b',' | b']' => {}
                _ if is_space(byte) && value.is_none() => continue,
                _ if is_space(byte) => {}
                _ => {
                    self.position = start + read as u64 - 1;
                    return Err(self.unexpected("a number, a comma or ]"));
                }
            }
            self.position = start + read as u64 - 1;
            self.entry.extend(value.take());
            let is_whole = self.entry.len() >= fields;
            if is_whole {
                let entry = std::mem::take(&mut self.entry);
                self.take(what, &entry)?;
                self.entry = entry;
                self.entry.clear();
            }
            let is_end = byte == b']';
            if is_end && !self.entry.is_empty() {
                return Err(self.inconsistent("a list ends in the middle of an entry"));
            }
            if is_whole || is_end {
                let numbers = State::Numbers { what, value: None };
                self.state = if is_end { State::Between } else { numbers };
                self.position += 1;
                return Ok(read);
            }
        }
        self.position = start + chunk.len() as u64;
        self.state = State::Numbers { what, value };
        Ok(chunk.len())
    }

    /// How many numbers an entry has.
    fn fields(&self, what: Numbers) -> usize {
        self.layout.as_ref().map_or(1, |layout| match what {
            Numbers::Nodes => layout.node_fields,
            Numbers::Edges => layout.edge_fields,
            Numbers::Locations => layout.location_fields,
        })
    }

    #[inline]
    fn take(&mut self, what: Numbers, entry: &[u32]) -> Result<(), SnapshotError> {
        match what {
            Numbers::Nodes => self.node(entry),
            Numbers::Edges => return self.edge(entry),
            Numbers::Locations => self.location(entry),
        }
        Ok(())
    }

    fn node(&mut self, entry: &[u32]) {
        let Some(layout) = &self.layout else { return };
        let kind = layout.node_kinds.get(entry[layout.kind] as usize);
        self.snapshot.node_kinds.push(kind.copied().unwrap_or(NodeKind::Other));
        self.snapshot.node_names.push(entry[layout.name]);
        self.snapshot.node_ids.push(entry[layout.id]);
        self.snapshot.self_sizes.push(entry[layout.self_size]);
        self.snapshot.first_edges.push(entry[layout.edge_count]);
    }

    fn edge(&mut self, entry: &[u32]) -> Result<(), SnapshotError> {
        let Some(layout) = &self.layout else { return Ok(()) };
        while self.edges_left == 0 {
            self.source += 1;
            let first = u32::try_from(self.snapshot.edge_kinds.len())
                .map_err(|_| self.inconsistent("there are too many edges"))?;
            let Some(count) = self.snapshot.first_edges.get_mut(self.source) else {
                return Err(self.inconsistent("there are more edges than its nodes have"));
            };
            self.edges_left = std::mem::replace(count, first);
        }
        self.edges_left -= 1;
        let kind = layout.edge_kinds.get(entry[layout.edge_kind] as usize);
        let Some(&kind) = kind else {
            return Err(self.inconsistent("an edge is of no kind"));
        };
        if kind == EdgeKind::Weak {
            return Ok(());
        }
        let to = entry[layout.to_node];
        if !to.is_multiple_of(layout.node_stride) {
            return Err(self.inconsistent("an edge leads into the middle of a node"));
        }
        self.snapshot.edge_kinds.push(kind);
        self.snapshot.edge_names.push(entry[layout.edge_name]);
        self.snapshot.edge_targets.push(to / layout.node_stride);
        Ok(())
    }

    fn location(&mut self, entry: &[u32]) {
        let Some(layout) = &self.layout else { return };
        let Some([node, script, line, column]) = layout.location else { return };
        let node = entry[node] / layout.node_stride;
        let location = Location { script: entry[script], line: entry[line], column: entry[column] };
        if location.line == u32::MAX || location.column == u32::MAX {
            return;
        }
        self.snapshot.locations.insert(node, location);
    }

    /// Takes what needs no care of a string, and tells how many bytes that were.
    fn plain_text(&mut self, chunk: &[u8]) -> usize {
        let length = memchr::memchr2(b'"', b'\\', chunk).unwrap_or(chunk.len());
        if length > 0 {
            self.end_surrogate();
            self.bytes.extend_from_slice(&chunk[..length]);
        }
        let Some(&byte) = chunk.get(length) else {
            self.position += length as u64;
            return length;
        };
        if byte == b'"' {
            self.end_surrogate();
            self.snapshot.text.push_str(&String::from_utf8_lossy(&self.bytes));
            self.snapshot.text_ends.push(self.snapshot.text.len());
            self.bytes.clear();
            self.state = State::Strings;
        } else {
            self.state = State::InString(Text::Escaped);
        }
        self.position += length as u64 + 1;
        length + 1
    }

    fn escape(&mut self, text: Text, byte: u8) -> Result<(), SnapshotError> {
        let next = match text {
            Text::Plain => Text::Plain,
            Text::Escaped if byte == b'u' => Text::Unicode(0, 0),
            Text::Escaped => {
                self.end_surrogate();
                self.bytes.push(match byte {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    b'"' | b'\\' | b'/' => byte,
                    _ => return Err(self.unexpected("an escape sequence")),
                });
                Text::Plain
            }
            Text::Unicode(digits, value) => {
                let Some(digit) = char::from(byte).to_digit(16) else {
                    return Err(self.unexpected("a hexadecimal digit"));
                };
                let value = (value << 4) | u16::try_from(digit).unwrap_or(0);
                if digits == 3 {
                    self.unit(value);
                    Text::Plain
                } else {
                    Text::Unicode(digits + 1, value)
                }
            }
        };
        self.state = State::InString(next);
        Ok(())
    }

    /// One unit of UTF-16; V8 writes a pair of them for each character beyond the first plane.
    fn unit(&mut self, unit: u16) {
        let units = [self.high.take(), Some(unit)];
        if units[0].is_none() && (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for each in char::decode_utf16(units.into_iter().flatten()) {
            let character = each.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn end_surrogate(&mut self) {
        if self.high.take().is_some() {
            self.bytes.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}

impl Layout {
    fn read(meta: &Value) -> Result<Self, SnapshotError> {
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
        Ok(Self {
            node_fields: node.len(),
            node_stride: u32::try_from(node.len()).unwrap_or(u32::MAX),
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
}

fn reserve<T>(list: &mut Vec<T>, count: usize) {
    // Without it the list grows as it is filled.
    let _ = list.try_reserve_exact(count);
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

const fn has_number(kind: EdgeKind) -> bool {
    matches!(kind, EdgeKind::Element | EdgeKind::Hidden)
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

const PAIR: &str = " pair in WeakMap (table @";

/// V8 draws the value of a `WeakMap` as held by the table and by the key, each on its own. It lives as long as both do,
/// so what the table draws is taken out, and the key's is an edge of a kind of its own.
fn find_ephemerons(snapshot: &mut Snapshot) {
    let mut table_ids: FxHashMap<u32, u32> = FxHashMap::default();
    for index in 0..snapshot.strings_len() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        // Each ends so, and the strings are many.
        let Some(name) = snapshot.string(index).strip_suffix(')') else { continue };
        let before = name.trim_end_matches(|each: char| each.is_ascii_digit());
        if before.ends_with(PAIR)
            && let Ok(id) = name[before.len()..].parse()
        {
            table_ids.insert(index, id);
        }
    }
    if table_ids.is_empty() {
        return;
    }
    let wanted: FxHashSet<u32> = table_ids.values().copied().collect();
    let by_id: FxHashMap<u32, NodeIndex> = (0..)
        .zip(&snapshot.node_ids)
        .filter_map(|(node, id)| wanted.contains(id).then_some((*id, node)))
        .collect();
    let tables: FxHashMap<u32, NodeIndex> = table_ids
        .iter()
        .filter_map(|(&name, id)| by_id.get(id).map(|&table| (name, table)))
        .collect();
    for node in snapshot.nodes() {
        let at = node as usize;
        for edge in snapshot.first_edges[at] as usize..snapshot.first_edges[at + 1] as usize {
            if snapshot.edge_kinds[edge] != EdgeKind::Internal {
                continue;
            }
            if let Some(&table) = tables.get(&snapshot.edge_names[edge]) {
                let is_tables = table == node;
                snapshot.edge_kinds[edge] =
                    if is_tables { EdgeKind::Weak } else { EdgeKind::Ephemeron };
            }
        }
    }
    snapshot.tables = tables;
}
