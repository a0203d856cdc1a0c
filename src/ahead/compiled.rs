//! What V8 has compiled of the program's modules in an earlier start, as `js/compiled.js` has written it down.
//!
//! A checksum of all that follows, the length of both with an index in JSON, the index, and what that points to.

use std::ops::Range;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::Value;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// In bytes: the checksum, and with it the length of the index.
const CHECKSUM: usize = 4;
const HEAD: usize = 8;

pub(super) struct Compiled {
    bytes: Vec<u8>,
    /// By file: of which text, and where.
    entries: FxHashMap<String, (String, Range<usize>)>,
}

impl Compiled {
    /// `None` if there is no such file, or it is not as it was written.
    pub(super) fn read(file: &Path) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if number(0)? != checksum(bytes.get(CHECKSUM..)?) {
            return None;
        }
        let start = usize::try_from(number(CHECKSUM)?).ok()?;
        let index: Value = serde_json::from_slice(bytes.get(HEAD..start)?).ok()?;
        let entries = index.as_array()?.iter().filter_map(|entry| {
            let place = |at: usize| usize::try_from(entry["compiled"][at].as_u64()?).ok();
            let range = start + place(0)?..start + place(1)?;
            bytes.get(range.clone())?;
            let text = |name: &str| Some(entry[name].as_str()?.to_owned());
            Some((text("file")?, (text("key")?, range)))
        });
        let entries = entries.collect();
        Some(Self { bytes, entries })
    }

    pub(super) fn of(&self, file: &str, key: &str) -> Option<&[u8]> {
        let (known, range) = self.entries.get(file)?;
        if known == key { self.bytes.get(range.clone()) } else { None }
    }
}

/// Of a file that V8 takes at its word.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    u32::try_from(xxh3_64(bytes) & u64::from(u32::MAX)).unwrap_or_default()
}

/// Says of what text, with what parameters, something was compiled.
#[must_use]
pub fn compiled_key(text: &str, parameters: &str) -> String {
    let mut hash = Xxh3::new();
    hash.update(parameters.as_bytes());
    hash.update(&[0]);
    hash.update(text.as_bytes());
    format!("{:032x}", hash.digest128())
}
