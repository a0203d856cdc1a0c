//! Reads a heap snapshot as it streams in: each number goes into its array, and nothing is held twice.
//!
//! V8 writes one object: `snapshot` says which numbers stand for what, then `nodes`, `edges` and `locations` are arrays
//! of numbers, and `strings` comes last.
//! Source: V8 `HeapSnapshotJSONSerializer` (src/profiler/heap-snapshot-generator.cc).

use serde_json::Value;

use super::ephemerons;
use super::error::SnapshotError;
use super::layout::{Layout, List};
use super::lists::Lists;
use super::numbers::with_digit;
use super::snapshot::Snapshot;
use super::strings::{StringReader, Strings};

/// The header is a few kilobytes; what is longer is something else.
const MOST_HEADER_BYTES: usize = 1 << 20;

/// A key of the outer object.
const MOST_KEY_BYTES: usize = 256;

/// Reserved ahead at most: what a header claims need not be true. Memory that is not written to is not taken.
const MOST_RESERVED: usize = 1 << 26;

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
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
        list: List,
        value: Option<u32>,
    },
    Strings,
    InString,
    End,
}

#[derive(Default)]
pub struct Parser {
    state: State,
    position: u64,
    header: Vec<u8>,
    layout: Option<Layout>,
    /// Numbers of the entry that is being read.
    entry: Vec<u32>,
    has_edges: bool,
    has_strings: bool,
    string: StringReader,
    lists: Lists,
    strings: Strings,
}

impl Parser {
    /// Takes the next bytes; they may end anywhere.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), SnapshotError> {
        let mut at = 0;
        while at < chunk.len() {
            at += self.feed_to_list(&chunk[at..])?.0;
        }
        Ok(())
    }

    /// Takes bytes up to the first number of a list, if one begins there, and tells how many that were and which list it is.
    pub(super) fn feed_to_list(
        &mut self,
        chunk: &[u8],
    ) -> Result<(usize, Option<List>), SnapshotError> {
        let mut at = 0;
        while at < chunk.len() {
            let is_value = matches!(self.state, State::Value(_));
            at += match self.state {
                State::Numbers { list, value } => self.numbers(&chunk[at..], list, value)?,
                State::InString => {
                    let (length, has_ended) =
                        self.string.read(&chunk[at..], self.position, &mut self.strings)?;
                    if has_ended {
                        self.state = State::Strings;
                    }
                    self.position += length as u64;
                    length
                }
                _ => {
                    self.byte(chunk[at])?;
                    self.position += 1;
                    1
                }
            };
            if let State::Numbers { list, .. } = self.state
                && is_value
            {
                return Ok((at, Some(list)));
            }
        }
        Ok((at, None))
    }

    /// For one that reads a list in its place.
    pub(super) const fn lists(&mut self) -> Option<(&Layout, &mut Lists)> {
        match self {
            Self { layout: Some(layout), lists, .. } => Some((layout, lists)),
            _ => None,
        }
    }

    /// So many bytes were read in its place.
    pub(super) const fn skip(&mut self, bytes: u64) {
        self.position += bytes;
    }

    /// The snapshot, once all bytes are in.
    pub fn finish(self) -> Result<Snapshot, SnapshotError> {
        let position = self.position;
        if self.state != State::End {
            return Err(SnapshotError::Truncated { position });
        }
        let Self { layout, mut lists, strings, .. } = self;
        let inconsistent = |what| Err(SnapshotError::Inconsistent { what, position });
        if layout.is_none() {
            return Err(SnapshotError::MissingField { name: "snapshot" });
        }
        if lists.nodes.len() == 0 {
            return Err(SnapshotError::MissingField { name: "nodes" });
        }
        let mut first_edges = std::mem::take(&mut lists.nodes.edge_counts);
        let mut edges: usize = 0;
        for count in &mut first_edges {
            let first = u32::try_from(edges).unwrap_or(u32::MAX);
            edges = edges.saturating_add(std::mem::replace(count, first) as usize);
        }
        if edges != lists.edges.len() {
            return inconsistent("its nodes have more or fewer edges than there are");
        }
        let Ok(edges) = u32::try_from(edges) else {
            return inconsistent("there are too many edges");
        };
        first_edges.push(edges);
        if lists.edges.highest_target as usize >= lists.nodes.len() {
            return inconsistent("an edge leads to no node");
        }
        if lists.nodes.highest_name as usize >= strings.len() {
            return inconsistent("a node's name is no string of it");
        }
        if lists.edges.highest_name as usize >= strings.len() {
            return inconsistent("an edge's name is no string of it");
        }
        let mut snapshot = Snapshot::new(lists, first_edges, strings);
        ephemerons::find(&mut snapshot);
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
                b'"' => self.state = State::InString,
                b']' => self.state = State::Between,
                b',' => {}
                _ if is_space(byte) => {}
                _ => return Err(self.unexpected("a string, a comma or ]")),
            },
            State::Numbers { .. } | State::InString => {}
            State::End => return Err(self.unexpected("the end")),
        }
        Ok(())
    }

    fn begin_value(&mut self, key: &[u8], byte: u8) -> Result<(), SnapshotError> {
        let list = match key {
            b"nodes" => Some(List::Nodes),
            b"edges" => Some(List::Edges),
            b"locations" => Some(List::Locations),
            _ => None,
        };
        if let Some(list) = list {
            if self.layout.is_none() {
                return Err(self.unexpected("the field \"snapshot\""));
            }
            if byte != b'[' {
                return Err(self.unexpected("["));
            }
            self.begin_numbers(list)?;
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

    fn begin_numbers(&mut self, list: List) -> Result<(), SnapshotError> {
        let has_nodes = self.lists.nodes.len() > 0;
        let is_first = match list {
            List::Nodes => !has_nodes,
            List::Edges => has_nodes && !std::mem::replace(&mut self.has_edges, true),
            List::Locations => true,
        };
        if !is_first {
            return Err(self.unexpected("nodes, then edges, once each"));
        }
        self.state = State::Numbers { list, value: None };
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
        self.lists.expected = ["node_count", "edge_count"].map(count);
        self.layout = Some(Layout::read(&header["meta"])?);
        self.header = Vec::new();
        Ok(())
    }

    /// Reads numbers, and tells how many bytes that were.
    fn numbers(
        &mut self,
        chunk: &[u8],
        list: List,
        value: Option<u32>,
    ) -> Result<usize, SnapshotError> {
        if value.is_none() && self.entry.is_empty() {
            let read = self.whole_entries(chunk, list);
            if read > 0 {
                self.position += read as u64;
                return Ok(read);
            }
        }
        self.single_numbers(chunk, list, value)
    }

    /// Reads entries as long as they are written as V8 writes them.
    fn whole_entries(&mut self, chunk: &[u8], list: List) -> usize {
        let Some(layout) = &self.layout else { return 0 };
        let first = usize::from(chunk.starts_with(b"\n"));
        let first = first + usize::from(chunk[first..].starts_with(b","));
        let read = self.lists.read(list, layout, chunk, first);
        if read == first { 0 } else { read }
    }

    /// Reads numbers up to the end of an entry, of the chunk or of the array.
    fn single_numbers(
        &mut self,
        chunk: &[u8],
        list: List,
        value: Option<u32>,
    ) -> Result<usize, SnapshotError> {
        let start = self.position;
        let fields = self.layout.as_ref().map_or(1, |layout| layout.fields(list));
        let mut value = value;
        for (read, &byte) in (1..).zip(chunk) {
            match byte {
                b'0'..=b'9' => {
                    value = Some(with_digit(value.unwrap_or(0), byte));
                    continue;
                }
                // What stands before the first line of a script.
                b'-' if list == List::Locations && value.is_none() => {
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
                if let Some(layout) = &self.layout {
                    let taken = self.lists.push(list, &self.entry, layout);
                    taken.map_err(|what| self.inconsistent(what))?;
                }
                self.entry.clear();
            }
            let is_end = byte == b']';
            if is_end && !self.entry.is_empty() {
                return Err(self.inconsistent("a list ends in the middle of an entry"));
            }
            if is_whole || is_end {
                let numbers = State::Numbers { list, value: None };
                self.state = if is_end { State::Between } else { numbers };
                self.position += 1;
                return Ok(read);
            }
        }
        self.position = start + chunk.len() as u64;
        self.state = State::Numbers { list, value };
        Ok(chunk.len())
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}
