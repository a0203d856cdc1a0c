//! A file system that remembers what was read, since a merged `tsconfig.json` does not tell what it was merged from.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{FileMetadata, FileSystem, FileSystemOs, ResolveError};
use parking_lot::Mutex;

/// The files that were read as text: those of options, and no `package.json`.
#[derive(Debug, Clone, Default)]
pub(super) struct Record(Arc<Mutex<Vec<PathBuf>>>);

impl Record {
    pub(super) fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.0.lock())
    }
}

pub(super) struct RecordingFileSystem {
    disk: FileSystemOs,
    record: Record,
}

impl RecordingFileSystem {
    pub(super) fn record(&self) -> Record {
        self.record.clone()
    }
}

impl Default for RecordingFileSystem {
    fn default() -> Self {
        <Self as FileSystem>::new()
    }
}

impl FileSystem for RecordingFileSystem {
    fn new() -> Self {
        Self { disk: <FileSystemOs as FileSystem>::new(), record: Record::default() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        FileSystem::read(&self.disk, path)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let mut files = self.record.0.lock();
        if !files.iter().any(|file| file == path) {
            files.push(path.to_path_buf());
        }
        drop(files);
        FileSystem::read_to_string(&self.disk, path)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        FileSystem::metadata(&self.disk, path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        FileSystem::symlink_metadata(&self.disk, path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        FileSystem::read_link(&self.disk, path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        FileSystem::canonicalize(&self.disk, path)
    }
}
