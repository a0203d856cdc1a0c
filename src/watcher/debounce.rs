//! When a change leaves for those who act on it: late enough that the writer is done, early enough that nobody waits.
//!
//! A pure state machine: no thread, no clock, no file system. Each path that changed is in one `Stage`:
//!
//! - `Opened` (created, nothing written yet) waits for a write or the close, at most `OPENED`
//! - `Writing` (modified) waits for the close, at most `WRITING` since the last write
//! - `Gone` (deleted or renamed away) waits for its return, at most `GONE`
//! - `Held` (found empty when it was about to leave) waits for the second write, at most `HELD`
//! - `Settled` is ready, and leaves with the set
//!
//! A path that is alone leaves at once. It may be the first of many: who gets it gives it back (`on_return`) if more has
//! come before it was used. All else, and what comes within `WINDOW` of a set that has left, waits until nothing has
//! happened for a `WINDOW`. A path that is not settled holds back the others for at most `HOLD_BACK`, and stays behind
//! then. No settled path waits longer than `CAP`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::Extent;
use crate::change::{ChangeKind, ChangeSet};

const WINDOW: Duration = Duration::from_millis(15);
const CAP: Duration = Duration::from_millis(250);
const HOLD_BACK: Duration = Duration::from_millis(100);
const OPENED: Duration = Duration::from_millis(100);
/// Long, since a half-written file must not leave. Not for ever, since some writes are never closed: `truncate(2)`,
/// memory maps, descriptors that a child process inherited.
const WRITING: Duration = Duration::from_secs(2);
const GONE: Duration = Duration::from_millis(100);
const HELD: Duration = Duration::from_millis(150);

/// How it is known that a write is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// The system reports the close of a file that was open for writing.
    Closes,
    /// It does not: a write counts as over when nothing has happened for this long.
    Quiet(Duration),
}

/// What was seen of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Created; its writer has it open.
    Opened,
    /// Written to; its writer has it open.
    Written,
    /// Closed, renamed into place, or otherwise complete.
    Done(ChangeKind),
    /// Deleted or renamed away.
    Removed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opened,
    Writing,
    Gone,
    Held,
    Settled,
}

#[derive(Debug)]
struct Pending {
    kind: ChangeKind,
    stage: Stage,
    /// When this stage began; `Opened` and `Writing` count as one.
    began: Instant,
    /// The last signal.
    last: Instant,
    /// When it was found empty first.
    emptied: Option<Instant>,
    /// It does not leave at once: it has before, too early, or it is a newcomer.
    waits: bool,
    /// Paths leave in the order in which they came.
    sequence: u64,
}

impl Pending {
    const fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Settled)
    }

    /// When waiting ends although nothing came.
    fn expires(&self) -> Option<Instant> {
        match self.stage {
            Stage::Opened => Some(self.began + OPENED),
            Stage::Writing => Some(self.last + WRITING),
            Stage::Gone => Some(self.began + GONE),
            Stage::Held => Some(self.emptied.unwrap_or(self.began) + HELD),
            Stage::Settled => None,
        }
    }

    fn enter(&mut self, stage: Stage, now: Instant) {
        let same_writer =
            matches!(self.stage, Stage::Opened | Stage::Writing) && stage == Stage::Writing;
        if self.stage != stage && !same_writer {
            self.began = now;
        }
        self.stage = stage;
    }

    /// An empty file may be waited for: it was written to, and has not been waited for already.
    fn may_be_held(&self, now: Instant) -> bool {
        let has_content = matches!(self.kind, ChangeKind::Created | ChangeKind::Modified);
        self.is_settled() && has_content && self.emptied.is_none_or(|emptied| now < emptied + HELD)
    }
}

/// The paths that changed and have not left.
#[derive(Debug)]
pub(super) struct Debounce {
    pace: Pace,
    pending: FxHashMap<PathBuf, Pending>,
    /// When the first of the settled paths settled.
    settled: Option<Instant>,
    last: Option<Instant>,
    /// When a set has left last.
    left: Option<Instant>,
    sequence: u64,
}

impl Debounce {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            pending: FxHashMap::default(),
            settled: None,
            last: None,
            left: None,
            sequence: 0,
        }
    }

    pub(super) const fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    pub(super) fn is_pending(&self, path: &Path) -> bool {
        self.pending.contains_key(path)
    }

    /// Is there something that has not left?
    pub(super) fn is_any_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// A path that has left too early waits with what came after it.
    pub(super) fn on_return(&mut self, path: &Path, kind: ChangeKind, now: Instant) {
        if let Some(pending) = self.pending.get_mut(path) {
            pending.kind = kind.then(pending.kind);
            pending.waits = true;
            return;
        }
        self.on_signal(path, Signal::Done(kind), now);
        if let Some(pending) = self.pending.get_mut(path) {
            pending.waits = true;
        }
    }

    /// Of a path that no one uses yet. Nobody waits for its return when it goes, and one that comes and goes was never
    /// there: many editors save to a temporary file and rename that.
    pub(super) fn on_newcomer(&mut self, path: &Path, signal: Signal, now: Instant) {
        let is_gone = signal == Signal::Removed;
        let has_left = self.pending.get(path).is_none_or(|it| it.kind != ChangeKind::Created);
        if is_gone && !has_left {
            self.pending.remove(path);
            self.settled = self.settled.filter(|_| self.pending.values().any(Pending::is_settled));
            return;
        }
        let signal = if is_gone { Signal::Done(ChangeKind::Removed) } else { signal };
        self.on_signal(path, signal, now);
        if let Some(pending) = self.pending.get_mut(path) {
            pending.waits = true;
        }
    }

    pub(super) fn on_signal(&mut self, path: &Path, signal: Signal, now: Instant) {
        let (kind, stage) = self.read(signal);
        self.sequence += 1;
        self.last = Some(now);
        if stage == Stage::Settled {
            self.settled.get_or_insert(now);
        }
        if let Some(pending) = self.pending.get_mut(path) {
            pending.kind = pending.kind.then(kind);
            pending.enter(stage, now);
            pending.last = now;
            if stage == Stage::Gone {
                pending.emptied = None;
            }
        } else {
            let pending = Pending {
                kind,
                stage,
                began: now,
                last: now,
                emptied: None,
                waits: false,
                sequence: self.sequence,
            };
            self.pending.insert(path.to_path_buf(), pending);
        }
    }

    /// The set, if it is time for it. `is_empty` is asked for files that are about to leave.
    pub(super) fn on_tick(
        &mut self,
        now: Instant,
        mut is_empty: impl FnMut(&Path) -> bool,
    ) -> Option<(ChangeSet, Extent)> {
        self.settle_expired(now);
        if self.leaves_at()? > now {
            return None;
        }
        for (path, pending) in &mut self.pending {
            if pending.may_be_held(now) && is_empty(path) {
                pending.emptied.get_or_insert(now);
                pending.enter(Stage::Held, now);
            }
        }
        if !self.pending.values().any(Pending::is_settled) {
            self.settled = None;
            return None;
        }
        (self.leaves_at()? <= now).then(|| {
            let extent = if self.leaves_at_once() { Extent::MayGrow } else { Extent::Complete };
            self.left = Some(now);
            (self.take_settled(), extent)
        })
    }

    /// When `on_tick` has something to do next; `None` if nothing is pending.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let expiry = self.pending.values().filter_map(Pending::expires).min();
        expiry.into_iter().chain(self.leaves_at()).min()
    }

    const fn read(&self, signal: Signal) -> (ChangeKind, Stage) {
        match (signal, self.pace) {
            (Signal::Done(kind), _) => (kind, Stage::Settled),
            (Signal::Removed, _) => (ChangeKind::Removed, Stage::Gone),
            (Signal::Opened, Pace::Closes) => (ChangeKind::Created, Stage::Opened),
            (Signal::Written, Pace::Closes) => (ChangeKind::Modified, Stage::Writing),
            (Signal::Opened, Pace::Quiet(_)) => (ChangeKind::Created, Stage::Settled),
            (Signal::Written, Pace::Quiet(_)) => (ChangeKind::Modified, Stage::Settled),
        }
    }

    fn settle_expired(&mut self, now: Instant) {
        for pending in self.pending.values_mut() {
            if pending.expires().is_some_and(|expires| expires <= now) {
                pending.enter(Stage::Settled, now);
                self.settled.get_or_insert(now);
            }
        }
    }

    /// One file was saved, after a while in which nothing was.
    fn leaves_at_once(&self) -> bool {
        let is_alone = self.pace == Pace::Closes && self.pending.len() == 1;
        let is_ready = |pending: &Pending| {
            let is_first = self.left.is_none_or(|left| left + WINDOW <= pending.last);
            pending.is_settled() && !pending.waits && is_first
        };
        is_alone && self.pending.values().all(is_ready)
    }

    fn leaves_at(&self) -> Option<Instant> {
        let settled = self.settled?;
        if self.leaves_at_once() {
            return Some(settled);
        }
        let quiet = self.last? + self.window();
        let unsettled = self.pending.values().filter(|pending| !pending.is_settled());
        let held_back = unsettled.map(|pending| pending.began + HOLD_BACK).max().unwrap_or(quiet);
        Some(quiet.max(held_back).min(settled + CAP.max(self.window())))
    }

    const fn window(&self) -> Duration {
        match self.pace {
            Pace::Quiet(quiet) => quiet,
            Pace::Closes => WINDOW,
        }
    }

    fn take_settled(&mut self) -> ChangeSet {
        self.settled = None;
        let mut leaving: Vec<_> =
            self.pending.extract_if(|_, pending| pending.is_settled()).collect();
        leaving.sort_by_key(|(_, pending)| pending.sequence);
        leaving.into_iter().map(|(path, pending)| (path, pending.kind)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// Runs a script such as `0 write a; 5 close a` (times in ms) and compares what leaves when: `5+ a modified`, with a
    /// `+` where more may come.
    /// `empty a` makes the file empty on the imagined disk, `fill a` gives it content.
    fn check(pace: Pace, script: &str, expected: &str) {
        let start = Instant::now();
        let mut debounce = Debounce::new(pace);
        let mut empty: Vec<PathBuf> = Vec::new();
        let mut left = Vec::new();
        let mut advance = |debounce: &mut Debounce, empty: &[PathBuf], until: Option<Instant>| {
            while let Some(deadline) =
                debounce.deadline().filter(|&at| until.is_none_or(|until| at <= until))
            {
                if let Some((set, extent)) =
                    debounce.on_tick(deadline, |path| empty.iter().any(|other| other == path))
                {
                    let ms = (deadline - start).as_secs_f64() * 1_000.0;
                    let mut line = format!("{ms}");
                    if extent == Extent::MayGrow {
                        line.push('+');
                    }
                    set.iter().for_each(|change| {
                        write!(line, " {} {}", change.path.display(), change.kind).unwrap();
                    });
                    left.push(line);
                }
            }
        };

        for step in script.split("; ") {
            let [ms, verb, name] = step.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{step}")
            };
            let now = start + Duration::from_millis(ms.parse().unwrap());
            let path = Path::new(name);
            advance(&mut debounce, &empty, Some(now));
            match verb {
                "create" => debounce.on_signal(path, Signal::Opened, now),
                "write" => debounce.on_signal(path, Signal::Written, now),
                "close" | "arrive" => {
                    debounce.on_signal(path, Signal::Done(ChangeKind::Modified), now);
                }
                "new" => debounce.on_newcomer(path, Signal::Opened, now),
                "gone" => debounce.on_newcomer(path, Signal::Removed, now),
                "return" => debounce.on_return(path, ChangeKind::Modified, now),
                "unknown" => debounce.on_signal(path, Signal::Done(ChangeKind::Unknown), now),
                "remove" => debounce.on_signal(path, Signal::Removed, now),
                "empty" => empty.push(path.to_path_buf()),
                "fill" => empty.retain(|other| other != path),
                _ => panic!("{step}"),
            }
        }
        advance(&mut debounce, &empty, None);

        assert_eq!(left.join("; "), expected, "{script}");
    }

    #[test]
    fn saves_leave_by_this_table_where_closes_are_reported() {
        let table = [
            // In place, by rename, and a second save soon after.
            ("0 write a; 0 close a", "0+ a modified"),
            ("0 arrive a", "0+ a modified"),
            ("0 close a; 20 close a", "0+ a modified; 20+ a modified"),
            ("0 close a; 1 close a", "0+ a modified; 16 a modified"),
            // Truncated, then written in two parts through one descriptor.
            ("0 write a; 50 write a; 100 write a; 101 close a", "101+ a modified"),
            // Closed in between: the empty file is held, and leaves when it stays empty.
            (
                "0 empty a; 0 write a; 0 close a; 50 fill a; 50 write a; 50 close a",
                "50+ a modified",
            ),
            ("0 empty a; 0 write a; 0 close a", "150+ a modified"),
            ("0 empty a; 0 close a; 100 close a", "150+ a modified"),
            // Deleted and created anew; deleted for good; moved to a backup name.
            ("0 remove a; 5 create a; 6 write a; 7 close a", "7+ a modified"),
            ("0 remove a", "100+ a removed"),
            ("0 remove a; 2 arrive a", "2+ a modified"),
            ("0 create a; 1 close a; 1 remove a", "1+ a created; 101 a removed"),
            // A link is created and never closed.
            ("0 create a", "100+ a created"),
            // More than one file: a window, what is not settled holds back for a while, and there is a cap.
            ("0 close a; 1 close b; 10 close c", "0+ a modified; 25 b modified c modified"),
            ("0 close a; 0 write b; 180 close b", "0+ a modified; 180+ b modified"),
            ("0 write b; 1 close a; 30 close b", "45 b modified a modified"),
            ("0 write b; 1 close a; 180 close b", "100 a modified; 180+ b modified"),
            ("0 remove b; 1 close a", "100 b removed a modified"),
            ("0 empty a; 0 close a; 0 close b", "100 b modified; 150 a modified"),
            // Given back by who got it: it waits with what came after it, and does not leave early again.
            (
                "0 close a; 0 write b; 1 return a; 30 close b",
                "0+ a modified; 45 b modified a modified",
            ),
            (
                "0 close a; 1 close b; 2 return a; 10 close c",
                "0+ a modified; 25 b modified a modified c modified",
            ),
            ("0 close a; 1 return a", "0+ a modified; 16 a modified"),
            ("0 close a; 40 return a", "0+ a modified; 55 a modified"),
            ("0 arrive a; 1 remove a; 2 return a", "0+ a modified; 101 a removed"),
            // What no one uses yet: the temporary file of a save, a new file, one that goes.
            ("0 new t; 0 write t; 1 close t; 2 gone t; 2 arrive a", "2+ a modified"),
            ("0 new t; 1 gone t", ""),
            ("0 new t; 1 close t", "16 t created"),
            ("0 gone t; 1 close a", "16 t removed a modified"),
            // A writer that never closes.
            ("0 write a; 500 write a", "2500+ a modified"),
            ("0 unknown a; 1 close a", "0+ a unknown; 16 a modified"),
        ];

        for (script, expected) in table {
            check(Pace::Closes, script, expected);
        }
    }

    #[test]
    fn no_settled_path_waits_longer_than_the_cap() {
        let steps = [0, 1].into_iter().chain((10..=250).step_by(10)).chain([251, 252]);
        let script: Vec<_> = steps.map(|ms| format!("{ms} close f{ms}")).collect();
        let early = "f1 modified".to_owned();
        let early = (10..=250).step_by(10).fold(early, |line, ms| format!("{line} f{ms} modified"));

        let expected = format!("0+ f0 modified; 251 {early}; 267 f251 modified f252 modified");
        check(Pace::Closes, &script.join("; "), &expected);
    }

    #[test]
    fn saves_leave_after_a_quiet_period_where_closes_are_not_reported() {
        let quiet = Pace::Quiet(Duration::from_millis(30));

        check(quiet, "0 write a; 20 write a", "50 a modified");
        check(quiet, "0 create a; 10 write a; 15 write b", "45 a created b modified");
        check(quiet, "0 remove a; 50 create a", "80 a modified");
    }
}
