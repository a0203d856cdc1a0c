//! What an `import` of a module that Node loads itself stands for, where that is beyond doubt.
//!
//! Node 22 and later read the `package.json` of a package again for each module in it. An answer from here saves that,
//! so it must be the answer that Node would give: what is rare, or where a bundler's rules are not those of Node (a
//! package without `exports`, escapes, queries, folders), is left to Node, with its errors.

use std::path::{Path, PathBuf};

use oxc_resolver::{ModuleType, PackageJson, Resolution};

use super::Resolver;

/// A file that `import` loads, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColdImport {
    /// The real path of a file that exists.
    pub path: PathBuf,
    pub format: ColdFormat,
}

/// As its extension or the `type` of its package says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColdFormat {
    Module,
    CommonJs,
}

impl Resolver {
    /// What `import specifier` in the file `importer` loads; `None` if Node is to say.
    #[must_use]
    pub fn cold_import(&self, importer: &Path, specifier: &str) -> Option<ColdImport> {
        if !is_plain(specifier) || self.is_builtin(specifier) {
            return None;
        }
        let resolution = self.packages.resolve(importer.parent()?, specifier).ok()?;
        let format = format_of(&resolution)?;
        let is_certain = if specifier.starts_with('.') {
            resolution.path().file_name() == Path::new(specifier).file_name()
        } else {
            is_by_nearest_package(importer, specifier, &resolution)
        };
        let path = resolution.into_path_buf();
        // What the resolver remembers may be gone by now.
        (is_certain && path.is_file()).then_some(ColdImport { path, format })
    }
}

/// Is it a relative path, a package or a private name, with no character that has a meaning of its own in a URL?
fn is_plain(specifier: &str) -> bool {
    let name = specifier.strip_prefix('#').unwrap_or(specifier);
    let is_path = name.starts_with("./") || name.starts_with("../");
    (is_path || !name.starts_with('.'))
        && !name.is_empty()
        && !name.starts_with('/')
        && !name.ends_with(['/', '.'])
        && name.chars().all(|char| char.is_ascii_alphanumeric() || "@/._-~+$".contains(char))
}

fn format_of(resolution: &Resolution) -> Option<ColdFormat> {
    let extension = resolution.path().extension()?;
    match resolution.module_type()? {
        _ if extension != "js" && extension != "mjs" && extension != "cjs" => None,
        ModuleType::Module => Some(ColdFormat::Module),
        ModuleType::CommonJs => Some(ColdFormat::CommonJs),
        _ => None,
    }
}

/// A bundler goes on to other folders where Node ends with an error.
fn is_by_nearest_package(importer: &Path, specifier: &str, resolution: &Resolution) -> bool {
    let Some(package) = resolution.package_json() else { return false };
    let is_own = importer.starts_with(package.directory());
    if specifier.starts_with('#') {
        return is_own;
    }
    let name = package_name(specifier);
    if package.exports().is_none() || package.name() != Some(name) {
        return false;
    }
    is_own || nearest_folder(importer, name).is_some_and(|folder| is_folder_of(&folder, package))
}

/// `a/b` → `a`, `@a/b/c` → `@a/b`
fn package_name(specifier: &str) -> &str {
    let slashes = usize::from(specifier.starts_with('@'));
    specifier.match_indices('/').nth(slashes).map_or(specifier, |(end, _)| &specifier[..end])
}

/// Where Node looks for a package, and nowhere else.
fn nearest_folder(importer: &Path, name: &str) -> Option<PathBuf> {
    importer
        .ancestors()
        .skip(1)
        .filter(|folder| !folder.ends_with("node_modules"))
        .map(|folder| folder.join("node_modules").join(name))
        .find(|folder| folder.is_dir())
}

fn is_folder_of(folder: &Path, package: &PackageJson) -> bool {
    folder.canonicalize().is_ok_and(|real| real == package.directory())
}
