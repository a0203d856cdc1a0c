//! What the system reports, in our words: the one file that knows `notify`.

use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::error::WatchError;

/// Whether a folder is watched after the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    Standing,
    Missing,
}

/// Where reports come from.
#[derive(Debug)]
pub(super) enum Backend {
    Native(RecommendedWatcher),
    /// Nobody reports: `poller` looks.
    Polling,
}

/// One report of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    FileCreated(PathBuf),
    FolderCreated(PathBuf),
    /// Complete, under this name from now on.
    Arrived(PathBuf),
    Written(PathBuf),
    Closed(PathBuf),
    Removed(PathBuf),
    /// Renamed, and the system does not say from or to.
    Renamed(PathBuf),
    /// Reports were lost.
    Rescan,
}

impl Backend {
    /// `deliver` is called on a thread of `notify`, only with what could matter.
    pub(super) fn native(
        deliver: impl Fn(Result<Vec<Report>, WatchError>) + Send + 'static,
    ) -> Result<Self, WatchError> {
        notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            Ok(event) => {
                let reports = read(event);
                if !reports.is_empty() {
                    deliver(Ok(reports));
                }
            }
            Err(cause) => deliver(Err(WatchError::Broken(cause))),
        })
        .map(Self::Native)
        .map_err(WatchError::NoWatcher)
    }

    pub(super) fn watch(&mut self, folder: &Path) -> Result<Watched, WatchError> {
        let Self::Native(watcher) = self else { return Ok(Watched::Standing) };
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => Ok(Watched::Standing),
            Err(cause) if is_missing(&cause) => Ok(Watched::Missing),
            Err(cause) => Err(WatchError::refused(folder, cause)),
        }
    }

    pub(super) fn unwatch(&mut self, folder: &Path) {
        let Self::Native(watcher) = self else { return };
        if let Err(error) = watcher.unwatch(folder) {
            // The system drops the watch of a deleted folder by itself.
            tracing::trace!(%error, folder = %folder.display(), "unwatch");
        }
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(cause) => {
            matches!(cause.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
        }
        _ => false,
    }
}

fn read(event: Event) -> Vec<Report> {
    if event.need_rescan() {
        return vec![Report::Rescan];
    }
    let Some(report) = constructor(event.kind) else { return Vec::new() };
    event.paths.into_iter().map(report).collect()
}

/// `None` for what never matters: opens, reads, permissions, and the pair of a rename whose halves come as well.
const fn constructor(kind: EventKind) -> Option<fn(PathBuf) -> Report> {
    match kind {
        EventKind::Create(CreateKind::Folder) => Some(Report::FolderCreated),
        EventKind::Create(_) => Some(Report::FileCreated),
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(Report::Closed),
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(Report::Arrived),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => {
            Some(Report::Removed)
        }
        EventKind::Modify(ModifyKind::Name(RenameMode::Any | RenameMode::Other)) => {
            Some(Report::Renamed)
        }
        EventKind::Modify(ModifyKind::Any | ModifyKind::Data(_) | ModifyKind::Other)
        | EventKind::Any => Some(Report::Written),
        EventKind::Modify(_) | EventKind::Access(_) | EventKind::Other => None,
    }
}
