//! A heap snapshot on disk.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek as _};

use thiserror::Error;

use super::error::SnapshotError;
use super::lines;
use super::numbers::SLACK;
use super::parse::Parser;

/// How much is read at once: what stays in a processor's own memory.
const PART_BYTES: usize = 1 << 19;

#[derive(Debug, Error)]
pub enum FileError {
    #[error(transparent)]
    Unreadable(#[from] std::io::Error),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl FileError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "ERR_SAFE_HOT_UNREADABLE",
            Self::Snapshot(error) => error.code(),
        }
    }
}

/// Gives all bytes of a file to a parser.
pub fn read(parser: &mut Parser, path: &str) -> Result<(), FileError> {
    let mut file = File::open(path)?;
    // What is no file, as a pipe, can be read only once.
    let about = file.metadata()?;
    if about.is_file() {
        if read_lists(parser, &mut file, about.len())? {
            return Ok(());
        }
        *parser = Parser::default();
        file.rewind()?;
    }
    let mut source = Source::new(file);
    let mut part = Vec::new();
    loop {
        let text = source.next(&mut part)?;
        if text.is_empty() {
            return Ok(());
        }
        parser.feed(text)?;
    }
}

/// Reads the long lists on all cores. False if they are written otherwise than V8 writes them, which needs more care.
fn read_lists(parser: &mut Parser, file: &mut File, size: u64) -> Result<bool, FileError> {
    let mut source = Source::new(file);
    let mut part = Vec::new();
    loop {
        let text = source.next(&mut part)?;
        if text.is_empty() {
            return Ok(true);
        }
        let (length, list) = parser.feed_to_list(text)?;
        source.give_back(&text[length..]);
        if let Some(list) = list
            && let Some((layout, lists)) = parser.lists()
        {
            let Some(bytes) = lines::read(list, layout, lists, &mut source, size)? else {
                return Ok(false);
            };
            parser.skip(bytes);
        }
    }
}

/// Bytes that come in parts.
pub(super) struct Source<F> {
    file: F,
    /// What was given back of the part before.
    rest: Vec<u8>,
}

impl<F: Read> Source<F> {
    const fn new(file: F) -> Self {
        Self { file, rest: Vec::new() }
    }

    /// Writes over `part`, and gives what is in it; nothing at the end. At least `SLACK` more bytes of `part` are behind that.
    pub(super) fn next<'a>(&mut self, part: &'a mut Vec<u8>) -> std::io::Result<&'a [u8]> {
        let given = self.rest.len();
        let most = given + PART_BYTES;
        if part.len() < most + SLACK {
            part.resize(most + SLACK, 0);
        }
        part[..given].copy_from_slice(&self.rest);
        self.rest.clear();
        let length = given + fill(&mut self.file, &mut part[given..most])?;
        Ok(&part[..length])
    }

    /// Takes what was not used of the last part.
    pub(super) fn give_back(&mut self, rest: &[u8]) {
        self.rest.extend_from_slice(rest);
    }
}

/// Fills the part but for the last one of a file.
fn fill(file: &mut impl Read, part: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < part.len() {
        match file.read(&mut part[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
