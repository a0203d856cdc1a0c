//! A heap snapshot on disk.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use thiserror::Error;

use super::error::SnapshotError;
use super::parse::Parser;

/// How much is read at once, and how often: while one part is parsed, the next is read.
const PART_BYTES: usize = 1 << 20;
const PARTS: usize = 2;

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
    let (to_fill, empty) = channel::<Vec<u8>>();
    let (to_parse, filled) = sync_channel(PARTS);
    // What is moved in is gone when parsing fails, and so the other thread ends.
    thread::scope(move |scope| {
        let read = move || {
            for mut part in empty {
                let length = fill(&mut file, &mut part);
                let is_last = !matches!(length, Ok(1..));
                if to_parse.send(length.map(|length| (part, length))).is_err() || is_last {
                    return;
                }
            }
        };
        thread::Builder::new().spawn_scoped(scope, read)?;
        for _ in 0..PARTS {
            let _ = to_fill.send(vec![0; PART_BYTES]);
        }
        for part in filled {
            let (part, length) = part?;
            parser.feed(&part[..length])?;
            // It is of no use once the last part is read.
            let _ = to_fill.send(part);
        }
        Ok(())
    })
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
