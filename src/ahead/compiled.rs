//! What V8 has compiled of the program's modules in an earlier start, as `js/kept-file.js` has written it down.
//!
//! A checksum of all that follows, the length of both with an index in JSON, the index, and what that points to.

use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// In bytes: of the checksum.
pub(super) const CHECKSUM: usize = 4;

/// `None` if there is no such file, or it is not as it was written.
pub(super) fn read(file: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(file).ok()?;
    let (sum, rest) = bytes.split_first_chunk::<CHECKSUM>()?;
    (u32::from_le_bytes(*sum) == checksum(rest)).then_some(bytes)
}

/// Of a file that V8 takes at its word.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    u32::try_from(xxh3_64(bytes) & u64::from(u32::MAX)).unwrap_or_default()
}

/// Says of what something was compiled: a text, and what else counts.
#[must_use]
pub fn compiled_key(rest: &str, text: &str) -> String {
    let mut hash = Xxh3::new();
    hash.update(rest.as_bytes());
    hash.update(&[0]);
    hash.update(text.as_bytes());
    format!("{:032x}", hash.digest128())
}
