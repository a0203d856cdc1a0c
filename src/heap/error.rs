//! What can be wrong with the bytes of a heap snapshot.

use thiserror::Error;

/// Positions are in bytes from the start.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SnapshotError {
    #[error("this is no heap snapshot: {expected} was expected at byte {position}")]
    Unexpected { expected: &'static str, position: u64 },
    #[error("the heap snapshot is cut off at byte {position}")]
    Truncated { position: u64 },
    #[error("the heap snapshot has no field \"{name}\", which the analysis needs")]
    MissingField { name: &'static str },
    #[error("the heap snapshot contradicts itself: {what}, before byte {position}")]
    Inconsistent { what: &'static str, position: u64 },
}

impl SnapshotError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_SNAPSHOT"
    }
}
