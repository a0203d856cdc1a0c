//! What the file needs to be trusted that safe-hot's own modules are loaded from (`js/own-code.js`).

use std::fs::{self, Metadata};
use std::path::Path;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::ahead;

/// A checksum of the bytes.
#[napi(catch_unwind)]
pub fn checksum(bytes: Uint8Array) -> u32 {
    ahead::checksum(&bytes)
}

/// For each file what says whether it is another than before, as `stampOf` in `js/own-code.js` has it, or `null` where
/// there is none.
#[napi(catch_unwind)]
pub fn stamps(folder: String, names: Vec<String>) -> Vec<Option<String>> {
    let folder = Path::new(&folder);
    let stamp_of = |name: &String| fs::metadata(folder.join(name)).ok().map(|found| stamp(&found));
    names.iter().map(stamp_of).collect()
}

const NANOSECONDS: i64 = 1_000_000_000;

#[cfg(unix)]
fn stamp(found: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let modified = found.mtime() * NANOSECONDS + found.mtime_nsec();
    let changed = found.ctime() * NANOSECONDS + found.ctime_nsec();
    format!("{} {modified} {changed}", found.len())
}

/// Windows counts from 1601, by 100 nanoseconds.
#[cfg(windows)]
fn stamp(found: &Metadata) -> String {
    use std::os::windows::fs::MetadataExt;
    let nanoseconds =
        |time: u64| i64::try_from(time).map_or(0, |time| (time - 116_444_736 * NANOSECONDS) * 100);
    let modified = nanoseconds(found.last_write_time());
    let made = nanoseconds(found.creation_time());
    format!("{} {modified} {made}", found.len())
}
