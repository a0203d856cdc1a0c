//! Which entries of `Module._pathCache` may be wrong after files have appeared or vanished.
//!
//! A key is the request, then each folder that it was looked for in, all joined by `\0`; the value
//! is the file that was found. Source: Node's `Module._findPath`
//! (lib/internal/modules/cjs/loader.js), the same from Node 20 to 26. To clear too much costs one
//! look at the disk for each request; to clear too little serves a wrong file.

use std::path::{Component, Path};

use rustc_hash::FxHashSet;

/// Files that are gone or new, prepared to be asked about thousands of entries.
pub(super) struct PathChanges<'a> {
    vanished: FxHashSet<&'a Path>,
    /// What the last segment of a request must be like for one of the files to matter to it.
    names: FxHashSet<&'a str>,
}

impl<'a> PathChanges<'a> {
    /// None if there is nothing to look for.
    pub(super) fn new(vanished: &'a [String], appeared: &'a [String]) -> Option<Self> {
        if vanished.is_empty() && appeared.is_empty() {
            return None;
        }
        // A `package.json` says where a folder leads, without being what was found there.
        let manifests =
            vanished.iter().map(Path::new).filter(|path| path.ends_with("package.json"));
        let names =
            appeared.iter().map(Path::new).chain(manifests).flat_map(request_names).collect();
        Some(Self { vanished: vanished.iter().map(Path::new).collect(), names })
    }

    /// Whether the entry led to what has vanished, or may now lead to what has appeared.
    pub(super) fn concerns(&self, key: &str, found: &str) -> bool {
        let request = key.split('\0').next().unwrap_or(key);
        Path::new(found).ancestors().any(|path| self.vanished.contains(path))
            || (!self.names.is_empty() && self.may_name(request))
    }

    /// A request is looked for as a file, with each known extension, and as a folder with a
    /// `package.json` or an index; so what it finds has its last segment somewhere on its path, up
    /// to extensions.
    fn may_name(&self, request: &str) -> bool {
        let is_separator = |char| char == '/' || char == '\\';
        let last = request.rsplit(is_separator).next().unwrap_or(request);
        matches!(last, "" | "." | "..") || self.names.contains(before_extensions(last))
    }
}

fn request_names(path: &Path) -> impl Iterator<Item = &str> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str().map(before_extensions),
        _ => None,
    })
}

/// `a.test.js` → `a`, `.env.js` → `.env`.
fn before_extensions(name: &str) -> &str {
    let hidden = name.len() - name.trim_start_matches('.').len();
    name[hidden..].find('.').map_or(name, |dot| &name[..hidden + dot])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(vanished: &[&str], appeared: &[&str], key: &str, found: &str, is_concerned: bool) {
        let owned = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
        let (vanished, appeared) = (owned(vanished), owned(appeared));
        let changes = PathChanges::new(&vanished, &appeared).unwrap();
        assert_eq!(changes.concerns(key, found), is_concerned, "{vanished:?} {appeared:?} {key:?}");
    }

    #[test]
    fn no_change_is_no_work() {
        assert!(PathChanges::new(&[], &[]).is_none());
    }

    #[test]
    fn what_vanished_is_found_by_what_the_entry_leads_to() {
        check(&["/p/a.js"], &[], "./a\0/p", "/p/a.js", true);
        check(&["/p/a.js"], &[], "./b\0/p", "/p/b.js", false);
        check(&["/p/lib"], &[], "./lib\0/p", "/p/lib/index.js", true);
        check(&["/p/lib/package.json"], &[], "./lib\0/p", "/p/lib/main.js", true);
    }

    #[test]
    fn what_appeared_is_found_by_the_name_that_is_asked_for() {
        check(&[], &["/p/a.js"], "./a\0/p", "/p/a/index.js", true);
        check(&[], &["/p/a.js"], "./a.js\0/p", "/p/a.js.js", true);
        check(&[], &["/p/a.test.js"], "./a.test\0/p", "/p/a.test.json", true);
        check(&[], &["/p/a.js"], "./b\0/p", "/p/b.js", false);
        check(&[], &["/p/.env.js"], "./.env\0/p", "/p/.env.json", true);
    }

    #[test]
    fn what_appeared_in_a_folder_matters_to_requests_for_the_folder() {
        check(&[], &["/p/lib/index.js"], "./lib\0/p", "/p/lib/index.json", true);
        check(&[], &["/p/lib/package.json"], "../lib/\0/p/q", "/p/lib/index.js", true);
        check(
            &[],
            &["/p/node_modules/x/out/main.js"],
            "x\0/p/node_modules",
            "/node_modules/x.js",
            true,
        );
        check(&[], &["/p/lib/index.js"], "..\0/p/lib/q", "/p/lib/index.json", true);
    }
}
