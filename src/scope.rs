//! Which modules are hot: decided by path alone, so that a loader can ask before it reads anything.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;

use crate::path::{has_component, relative_to};

/// Folders inside safe-hot's own folder whose files are hot all the same: its examples and tests run from there.
const OWN_HOT_FOLDERS: [&str; 3] = ["examples", "test", "bench"];

/// Left to Node: no process can load an addon twice.
const ADDON: &str = "node";

/// The line between hot and cold.
#[derive(Debug)]
pub struct HotScope {
    root: PathBuf,
    own_folder: Option<PathBuf>,
    include: Option<GlobSet>,
    exclude: GlobSet,
}

/// A glob that says nothing.
#[derive(Debug, Error)]
#[error("The glob \"{glob}\" is not valid: {reason}")]
pub struct ScopeError {
    pub glob: String,
    pub reason: String,
}

impl ScopeError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_BAD_GLOB"
    }
}

impl HotScope {
    /// Globs are relative to `root`, with `/` between folders. No `include` means that everything is included.
    pub fn new(
        root: PathBuf,
        include: &[String],
        exclude: &[String],
        own_folder: Option<PathBuf>,
    ) -> Result<Self, ScopeError> {
        let include = if include.is_empty() { None } else { Some(glob_set(include)?) };
        Ok(Self { root, own_folder, include, exclude: glob_set(exclude)? })
    }

    /// Whether the file at this real path is managed by safe-hot.
    #[must_use]
    pub fn is_hot(&self, real_path: &Path) -> bool {
        !has_component(real_path, "node_modules")
            && real_path.extension().is_none_or(|extension| extension != ADDON)
            && !self.is_own(real_path)
            && self.is_selected(real_path)
    }

    fn is_own(&self, path: &Path) -> bool {
        let Some(inside) = self.own_folder.as_deref().and_then(|own| path.strip_prefix(own).ok())
        else {
            return false;
        };
        !OWN_HOT_FOLDERS.iter().any(|folder| inside.starts_with(folder))
    }

    fn is_selected(&self, path: &Path) -> bool {
        let Some(relative) = relative_to(&self.root, path) else {
            // A linked workspace package: outside the root, so no glob can name it.
            return self.include.is_none();
        };
        self.include.as_ref().is_none_or(|include| include.is_match(&relative))
            && !self.exclude.is_match(&relative)
    }
}

fn glob_set(globs: &[String]) -> Result<GlobSet, ScopeError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let built = GlobBuilder::new(glob)
            .literal_separator(true)
            .build()
            .map_err(|error| bad(glob, &error))?;
        set.add(built);
    }
    set.build().map_err(|error| bad(&globs.join(", "), &error))
}

fn bad(glob: &str, error: &globset::Error) -> ScopeError {
    ScopeError { glob: glob.to_owned(), reason: error.kind().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(include: &[&str], exclude: &[&str]) -> HotScope {
        let owned = |globs: &[&str]| globs.iter().map(ToString::to_string).collect::<Vec<_>>();
        let own = PathBuf::from("/app/packages/safe-hot");
        HotScope::new("/app".into(), &owned(include), &owned(exclude), Some(own)).unwrap()
    }

    #[test]
    fn a_path_is_hot_by_this_table() {
        let table: [(&[&str], &[&str], &str, bool); 15] = [
            (&[], &[], "/app/src/a.js", true),
            (&[], &[], "/app/node_modules/x/a.js", false),
            (&[], &[], "/linked/package/a.js", true),
            (&[], &[], "/app/addon.node", false),
            (&[], &[], "/app/a.mjs", true),
            (&[], &[], "/app/packages/safe-hot/js/index.js", false),
            (&[], &[], "/app/packages/safe-hot/test/a.js", true),
            (&[], &[], "/app/packages/safe-hot/examples/x/a.js", true),
            (&["src/**"], &[], "/app/src/x/a.js", true),
            (&["src/*.js"], &[], "/app/src/x/a.js", false),
            (&["src/**"], &[], "/app/lib/a.js", false),
            (&["src/**"], &[], "/linked/package/a.js", false),
            (&[], &["src/gen/**"], "/app/src/gen/a.js", false),
            (&["src/**"], &["**/*.test.js"], "/app/src/a.test.js", false),
            (&["SRC/**"], &[], "/app/src/a.js", false),
        ];

        for (include, exclude, path, hot) in table {
            assert_eq!(
                scope(include, exclude).is_hot(Path::new(path)),
                hot,
                "{include:?} {exclude:?} {path}"
            );
        }
    }

    #[test]
    fn a_bad_glob_is_named_with_its_reason() {
        let error = HotScope::new("/app".into(), &["src/{a".into()], &[], None).unwrap_err();

        assert_eq!(error.code(), "ERR_SAFE_HOT_BAD_GLOB");
        assert_eq!(error.glob, "src/{a");
        assert!(error.to_string().starts_with("The glob \"src/{a\" is not valid: "), "{error}");
    }
}
