//! The one file that knows separators, drive letters and real paths.

use std::path::{Component, Path, PathBuf};

/// The path with every symbolic link resolved, or the path as given if it cannot be followed.
///
/// On Windows the `\\?\` prefix of canonical paths is taken off, as Node does.
#[must_use]
pub fn real_path(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).map_or_else(|_| path.to_path_buf(), without_verbatim_prefix)
}

/// `path` below `root` with `/` between its parts, as globs are written; `None` if it is not below `root`.
#[must_use]
pub fn relative_to(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    let parts: Vec<_> =
        relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}

/// Whether one of the folders on the way, or the last part itself, has this name.
#[must_use]
pub fn has_component(path: &Path, name: &str) -> bool {
    path.components().any(|part| matches!(part, Component::Normal(part) if part == name))
}

/// The nearest folder that exists, starting with `path` itself.
#[must_use]
pub fn nearest_folder(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.is_dir())
}

/// The path as JavaScript sees it. What is not Unicode is replaced, as Node does.
#[must_use]
pub fn to_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(windows)]
fn without_verbatim_prefix(path: PathBuf) -> PathBuf {
    let text = path.to_string_lossy();
    match text.strip_prefix(r"\\?\UNC\") {
        Some(share) => PathBuf::from(format!(r"\\{share}")),
        None => text.strip_prefix(r"\\?\").map(PathBuf::from).unwrap_or(path),
    }
}

#[cfg(not(windows))]
const fn without_verbatim_prefix(path: PathBuf) -> PathBuf {
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_has_slashes_and_stays_below_its_root() {
        assert_eq!(
            relative_to(Path::new("/app"), Path::new("/app/src/a.js")).as_deref(),
            Some("src/a.js")
        );
        assert_eq!(relative_to(Path::new("/app"), Path::new("/application/a.js")), None);
    }

    #[test]
    fn a_component_is_a_whole_name() {
        assert!(has_component(Path::new("/app/node_modules/x/a.js"), "node_modules"));
        assert!(!has_component(Path::new("/app/my_node_modules/a.js"), "node_modules"));
    }
}
