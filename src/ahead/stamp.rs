//! Whether a file or a folder is as it was, without reading it again.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Another content has another stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    modified: SystemTime,
    bytes: u64,
    /// What changes along, and which no program sets.
    rest: (u64, u64, i64, i64),
}

impl Stamp {
    /// `None` for what has changed within the last `step`: no stamp would tell that it has not changed again.
    pub(super) fn of(found: &Metadata, step: Duration) -> Option<Self> {
        let stamp =
            Self { modified: found.modified().ok()?, bytes: found.len(), rest: rest(found) };
        let now = SystemTime::now();
        let latest = changed(found).map_or(stamp.modified, |changed| changed.max(stamp.modified));
        now.duration_since(latest).is_ok_and(|age| age > step).then_some(stamp)
    }

    pub(super) fn of_path(path: &Path, step: Duration) -> Option<Self> {
        Self::of(&fs::metadata(path).ok()?, step)
    }
}

#[cfg(unix)]
fn rest(found: &Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino(), found.ctime(), found.ctime_nsec())
}

/// When it changed in any way, by the system's own clock.
#[cfg(unix)]
fn changed(found: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = Duration::from_secs(u64::try_from(found.ctime()).ok()?);
    let nanoseconds = Duration::from_nanos(u64::try_from(found.ctime_nsec()).ok()?);
    Some(SystemTime::UNIX_EPOCH + seconds + nanoseconds)
}

#[cfg(not(unix))]
fn rest(found: &Metadata) -> (u64, u64, i64, i64) {
    let made = found.created().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let made = made.and_then(|age| u64::try_from(age.as_nanos()).ok()).unwrap_or_default();
    (made, 0, 0, 0)
}

#[cfg(not(unix))]
fn changed(found: &Metadata) -> Option<SystemTime> {
    found.created().ok()
}
