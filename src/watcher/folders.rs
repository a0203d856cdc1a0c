//! The folders that are watched. For one that does not exist its nearest ancestor is watched until it does.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::backend::{Backend, Watched};
use super::error::WatchError;
use crate::path::nearest_folder;

/// A folder can vanish between the look and the watch; after this many times the next event has to do.
const ATTEMPTS: usize = 8;

#[derive(Debug)]
struct Want {
    /// How many files and bases want the folder.
    count: usize,
    /// The folder itself, or the ancestor that is watched in its place.
    actual: Option<PathBuf>,
}

#[derive(Debug, Default)]
pub(super) struct Folders {
    wanted: FxHashMap<PathBuf, Want>,
    /// How many wanted folders each watched one stands for.
    watched: FxHashMap<PathBuf, usize>,
}

impl Folders {
    pub(super) fn want(&mut self, folder: &Path, backend: &mut Backend) -> Result<(), WatchError> {
        if let Some(want) = self.wanted.get_mut(folder) {
            want.count += 1;
            return Ok(());
        }
        self.wanted.insert(folder.to_path_buf(), Want { count: 1, actual: None });
        self.establish(folder, backend)
    }

    pub(super) fn release(&mut self, folder: &Path, backend: &mut Backend) {
        let Some(want) = self.wanted.get_mut(folder) else { return };
        want.count -= 1;
        if want.count == 0
            && let Some(want) = self.wanted.remove(folder)
        {
            self.leave(want.actual, backend);
        }
    }

    /// `path` is gone, or something else is there now: watches below it are dead or follow what was moved away.
    /// Returns whether any watch was.
    pub(super) fn on_lost(
        &mut self,
        path: &Path,
        backend: &mut Backend,
    ) -> Result<bool, WatchError> {
        let lost = self.select(|_, actual| actual.is_some_and(|actual| actual.starts_with(path)));
        for folder in &lost {
            self.abandon(folder, backend);
        }
        self.establish_all(&lost, backend)?;
        Ok(!lost.is_empty())
    }

    /// Something appeared at `path`. Returns the wanted folders that exist since then.
    pub(super) fn on_created(
        &mut self,
        path: &Path,
        backend: &mut Backend,
    ) -> Result<Vec<PathBuf>, WatchError> {
        let missing =
            self.select(|folder, actual| folder.starts_with(path) && actual != Some(folder));
        self.establish_all(&missing, backend)?;
        Ok(missing.into_iter().filter(|folder| self.stands(folder)).collect())
    }

    /// Watches everything anew, with another backend or after events were lost.
    pub(super) fn on_rescan(&mut self, backend: &mut Backend) -> Result<(), WatchError> {
        let all = self.select(|_, _| true);
        for folder in &all {
            self.abandon(folder, backend);
        }
        self.establish_all(&all, backend)
    }

    pub(super) fn stands(&self, folder: &Path) -> bool {
        self.wanted.get(folder).is_some_and(|want| want.actual.as_deref() == Some(folder))
    }

    /// Each watched folder once, sorted.
    pub(super) fn list(&self) -> Vec<PathBuf> {
        let mut folders: Vec<_> = self.watched.keys().cloned().collect();
        folders.sort();
        folders
    }

    fn select(&self, matches: impl Fn(&Path, Option<&Path>) -> bool) -> Vec<PathBuf> {
        let selected =
            self.wanted.iter().filter(|(folder, want)| matches(folder, want.actual.as_deref()));
        let mut folders: Vec<_> = selected.map(|(folder, _)| folder.clone()).collect();
        folders.sort();
        folders
    }

    fn establish_all(
        &mut self,
        folders: &[PathBuf],
        backend: &mut Backend,
    ) -> Result<(), WatchError> {
        folders.iter().try_for_each(|folder| self.establish(folder, backend))
    }

    /// Watches the folder or its nearest ancestor, and looks again afterwards: what appeared in between would be missed.
    fn establish(&mut self, folder: &Path, backend: &mut Backend) -> Result<(), WatchError> {
        for _ in 0..ATTEMPTS {
            let Some(nearest) = nearest_folder(folder) else { return Ok(()) };
            if self.wanted.get(folder).and_then(|want| want.actual.as_deref()) == Some(nearest) {
                return Ok(());
            }
            if self.enter(nearest, backend)? == Watched::Missing {
                continue;
            }
            let actual = Some(nearest.to_path_buf());
            let before = self
                .wanted
                .get_mut(folder)
                .and_then(|want| std::mem::replace(&mut want.actual, actual));
            self.leave(before, backend);
        }
        Ok(())
    }

    fn enter(&mut self, folder: &Path, backend: &mut Backend) -> Result<Watched, WatchError> {
        if !self.watched.contains_key(folder) && backend.watch(folder)? == Watched::Missing {
            return Ok(Watched::Missing);
        }
        *self.watched.entry(folder.to_path_buf()).or_default() += 1;
        Ok(Watched::Standing)
    }

    fn leave(&mut self, actual: Option<PathBuf>, backend: &mut Backend) {
        let Some(actual) = actual else { return };
        let Some(count) = self.watched.get_mut(&actual) else { return };
        *count -= 1;
        if *count == 0 {
            self.watched.remove(&actual);
            backend.unwatch(&actual);
        }
    }

    fn abandon(&mut self, folder: &Path, backend: &mut Backend) {
        let actual = self.wanted.get_mut(folder).and_then(|want| want.actual.take());
        self.leave(actual, backend);
    }
}
