//! Looking instead of being told: for network and container mounts, and where the system refuses to watch.

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustc_hash::{FxHashMap, FxHashSet};

use super::debounce::Signal;
use super::interest::Interest;
use crate::change::ChangeKind;
use crate::fingerprint::fingerprint_file;

/// A file that changed this shortly before it was looked at may change again without a new time: some file systems
/// count in seconds.
const COARSE_TIME: Duration = Duration::from_secs(2);

/// After a change the next look comes this soon, to see whether the writer goes on.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// How long nothing must change until a write counts as over: two looks in a row have found the same by then.
pub(super) const SETTLED: Duration = Duration::from_millis(40);

/// What tells that a file may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
    /// The time alone proves nothing yet.
    fresh: bool,
}

#[derive(Debug)]
struct Seen {
    stamp: Option<Stamp>,
    fingerprint: Option<String>,
}

#[derive(Debug)]
pub(super) struct Poller {
    interval: Duration,
    next: Instant,
    files: FxHashMap<PathBuf, Seen>,
    /// The names in each folder where something may appear.
    listings: FxHashMap<PathBuf, FxHashSet<OsString>>,
}

impl Poller {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            next: now + interval,
            files: FxHashMap::default(),
            listings: FxHashMap::default(),
        }
    }

    pub(super) const fn next(&self) -> Instant {
        self.next
    }

    /// Takes what is there now as known, so that only later changes are found.
    pub(super) fn learn(&mut self, interest: &Interest) {
        for path in interest.files() {
            self.files.entry(path.to_path_buf()).or_insert_with(|| look(path));
        }
        self.files.retain(|path, _| interest.watched(path).is_some());
        let folders = interest.folders_of_bases();
        self.listings.retain(|folder, _| folders.contains(folder));
        for folder in folders {
            self.listings.entry(folder).or_insert_with_key(|folder| names_in(folder));
        }
    }

    /// What changed since the last look.
    pub(super) fn poll(&mut self, interest: &Interest, now: Instant) -> Vec<(PathBuf, Signal)> {
        let mut signals = Vec::new();
        for (path, seen) in &mut self.files {
            signals.extend(seen.compare(path).map(|signal| (path.clone(), signal)));
        }
        for (folder, known) in &mut self.listings {
            let names = names_in(folder);
            let appeared =
                names.difference(known).map(|name| (name, Signal::Done(ChangeKind::Created)));
            let vanished = known.difference(&names).map(|name| (name, Signal::Removed));
            let changes =
                appeared.chain(vanished).map(|(name, signal)| (folder.join(name), signal));
            signals.extend(
                changes.filter(|(path, _)| {
                    interest.watched(path).is_none() && interest.could_win(path)
                }),
            );
            *known = names;
        }
        self.next =
            now + if signals.is_empty() { self.interval } else { self.interval.min(LOOK_AGAIN) };
        signals
    }
}

impl Seen {
    fn compare(&mut self, path: &Path) -> Option<Signal> {
        let stamp = stamp(path);
        let before = std::mem::replace(&mut self.stamp, stamp);
        match (before, stamp) {
            (None, None) => None,
            (Some(_), None) => Some(Signal::Removed),
            (Some(before), Some(_)) if !before.fresh && Some(before) == stamp => None,
            (before, Some(_)) => {
                let content = fingerprint_file(path).ok();
                let is_same = content == self.fingerprint;
                self.fingerprint = content;
                match before {
                    None => Some(Signal::Done(ChangeKind::Created)),
                    Some(_) if is_same => None,
                    Some(_) => Some(Signal::Done(ChangeKind::Modified)),
                }
            }
        }
    }
}

fn look(path: &Path) -> Seen {
    // The stamp first: a change in between is then found by the next look.
    Seen { stamp: stamp(path), fingerprint: fingerprint_file(path).ok() }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok();
    let age = modified.and_then(|modified| modified.elapsed().ok());
    let fresh = age.is_none_or(|age| age < COARSE_TIME);
    Some(Stamp { modified, size: metadata.len(), inode: inode(&metadata), fresh })
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
const fn inode(_: &Metadata) -> u64 {
    0
}

fn names_in(folder: &Path) -> FxHashSet<OsString> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok().map(|entry| entry.file_name())).collect()
}
