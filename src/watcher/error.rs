//! Why the system does not tell what the disk does.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// A folder cannot be watched, or nothing can. Watching goes on by polling, with this as the reason.
#[derive(Debug, Error)]
pub enum WatchError {
    #[error("the system gave no watcher: {0}")]
    NoWatcher(#[source] notify::Error),
    #[error("the system does not watch {}: {cause}", folder.display())]
    Refused {
        folder: PathBuf,
        #[source]
        cause: notify::Error,
    },
    #[error("the system's watcher failed: {0}")]
    Broken(#[source] notify::Error),
}

impl WatchError {
    pub(super) fn refused(folder: &Path, cause: notify::Error) -> Self {
        Self::Refused { folder: folder.to_path_buf(), cause }
    }

    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_WATCH"
    }
}
