//! Which paths matter: everything else is dropped before anyone is woken for it.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::path::real_path;

/// The files that are watched, and the paths at which a new file could win a resolution.
#[derive(Debug, Default)]
pub(super) struct Interest {
    /// Each watched path with its real path.
    files: FxHashMap<PathBuf, PathBuf>,
    /// Real paths that differ from the watched path, since what the system reports may be either.
    aliases: FxHashMap<PathBuf, PathBuf>,
    /// Paths as import specifiers give them, absolute, with or without an extension; `*` as the
    /// last part stands for whatever comes into that folder or goes from it.
    bases: FxHashSet<PathBuf>,
}

impl Interest {
    /// Adds a watched file. Returns the folders to watch for it, or nothing if it is watched already.
    pub(super) fn add_file(&mut self, path: &Path) -> Vec<PathBuf> {
        if self.files.contains_key(path) {
            return Vec::new();
        }
        let real = real_path(path);
        if real != path {
            self.aliases.insert(real.clone(), path.to_path_buf());
        }
        self.files.insert(path.to_path_buf(), real.clone());
        folders_of(path, &real)
    }

    /// Removes a watched file. Returns the folders that were watched for it.
    pub(super) fn remove_file(&mut self, path: &Path) -> Vec<PathBuf> {
        let Some(real) = self.files.remove(path) else { return Vec::new() };
        if self.aliases.get(&real).is_some_and(|alias| alias == path) {
            self.aliases.remove(&real);
        }
        folders_of(path, &real)
    }

    /// Adds a base. Returns the folders to watch for it: its own, and itself in case that it is one.
    pub(super) fn add_base(&mut self, base: &Path) -> Vec<PathBuf> {
        if self.bases.insert(base.to_path_buf()) { folders_of_base(base) } else { Vec::new() }
    }

    pub(super) fn remove_base(&mut self, base: &Path) -> Vec<PathBuf> {
        if self.bases.remove(base) { folders_of_base(base) } else { Vec::new() }
    }

    /// The watched path that `path` is, under its own name or its real one.
    pub(super) fn watched(&self, path: &Path) -> Option<&Path> {
        match self.files.get_key_value(path) {
            Some((watched, _)) => Some(watched),
            None => self.aliases.get(path).map(PathBuf::as_path),
        }
    }

    /// Whether a file that appears at `path`, or vanishes there, may change what a specifier stands for.
    pub(super) fn could_win(&self, path: &Path) -> bool {
        if self.bases.is_empty() {
            return false;
        }
        let is_entry = path.file_stem().is_some_and(|stem| stem == "index")
            || path.file_name().is_some_and(|name| name == "package.json");
        self.bases.contains(path)
            || self.bases.contains(&path.with_extension(""))
            || self.bases.contains(&path.with_file_name("*"))
            || (is_entry && path.parent().is_some_and(|folder| self.bases.contains(folder)))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Watched files somewhere below `folder`.
    pub(super) fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        let below = |(path, real): &(&PathBuf, &PathBuf)| {
            path.starts_with(folder) || real.starts_with(folder)
        };
        let mut files: Vec<_> =
            self.files.iter().filter(below).map(|(path, _)| path.clone()).collect();
        files.sort();
        files
    }

    /// Folders in which something may appear that wins a resolution.
    pub(super) fn folders_of_bases(&self) -> FxHashSet<PathBuf> {
        self.bases.iter().flat_map(|base| folders_of_base(base)).collect()
    }
}

fn folders_of(path: &Path, real: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> =
        [path, real].iter().filter_map(|path| path.parent().map(Path::to_path_buf)).collect();
    folders.dedup();
    folders
}

fn folders_of_base(base: &Path) -> Vec<PathBuf> {
    base.parent().into_iter().chain([base]).map(Path::to_path_buf).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_path_is_of_interest_by_this_table() {
        let mut interest = Interest::default();
        for base in ["/app/foo", "/app/bar.js", "/app/node_modules/pkg", "/app/routes/*"] {
            interest.add_base(Path::new(base));
        }
        let table = [
            ("/app/foo", true),
            ("/app/foo.js", true),
            ("/app/foo.ts", true),
            ("/app/foo/index.js", true),
            ("/app/foo/package.json", true),
            ("/app/foo/other.js", false),
            ("/app/routes/users.js", true),
            ("/app/routes/v2/users.js", false),
            ("/app/bar.js", true),
            ("/app/bar.js.json", true),
            ("/app/bar.ts", false),
            ("/app/foo.js.swp", false),
            ("/app/foo.test.js", false),
            ("/app/.foo.js", false),
            ("/app/index.js", false),
            ("/app/node_modules/pkg", true),
            ("/app/node_modules/pkg/package.json", true),
            ("/app/app.log", false),
        ];

        for (path, expected) in table {
            assert_eq!(interest.could_win(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_file_gives_back_the_folders_it_took() {
        let mut interest = Interest::default();
        let file = Path::new("/nowhere/a.js");

        assert_eq!(interest.add_file(file), [Path::new("/nowhere")]);
        assert!(interest.add_file(file).is_empty());
        assert_eq!(interest.watched(file), Some(file));
        assert_eq!(interest.remove_file(file), [Path::new("/nowhere")]);
        assert!(interest.remove_file(file).is_empty());
    }
}
