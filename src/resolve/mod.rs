//! From a specifier and its importer to a file, as Node's `require` or `import` finds it.
//!
//! The rules of packages are `oxc_resolver`'s; this folder sets its options to those of Node and covers the few places
//! where a bundler's idea of a specifier is not Node's. Global folders (`NODE_PATH`, `~/.node_modules`) are ignored.

mod cold;
mod error;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{
    EnforceExtension, ResolveContext, ResolveOptions, Resolver as PackageResolver,
    TsconfigDiscovery,
};
use rustc_hash::FxHashSet;

pub use self::cold::{ColdFormat, ColdImport};
pub use self::error::ResolveError;
use crate::path::real_path;
use crate::tsconfig::{Tsconfig, TsconfigError, Tsconfigs};

/// Whose rules hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// `require`: extensions and folders are tried.
    #[default]
    Require,
    /// `import`: a specifier names its file in full.
    Import,
    /// What TypeScript's own resolution adds to either: `./a` and `./a.js` may mean `a.ts`, and `tsconfig.json` has
    /// `paths`, `baseUrl` and `rootDirs`.
    TypeScript,
}

/// What TypeScript puts in the place of an extension, first come first served.
const TYPESCRIPT_ALIASES: [(&str, &[&str]); 4] = [
    (".js", &[".ts", ".tsx", ".js", ".jsx"]),
    (".jsx", &[".tsx", ".jsx"]),
    (".mjs", &[".mts", ".mjs"]),
    (".cjs", &[".cts", ".cjs"]),
];

/// What Node tells about itself, since it differs by version and by program.
#[derive(Debug, Clone, Default)]
pub struct ResolverOptions {
    pub mode: ResolveMode,
    /// Conditions of `exports` and `imports`; `default` always holds.
    pub conditions: Vec<String>,
    /// The keys of `Module._extensions` in their order.
    pub extensions: Vec<String>,
    /// `module.builtinModules`.
    pub builtins: Vec<String>,
    /// Node's `--preserve-symlinks`: a file has the path by which it was found.
    pub preserves_symlinks: bool,
    /// What [`ResolveMode::TypeScript`] goes by.
    pub tsconfigs: Arc<Tsconfigs>,
}

/// What a specifier stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// The real path of a file, unless symlinks are to be preserved.
    File(PathBuf),
    /// A module of Node's own, named as it was asked for.
    Builtin(String),
}

/// Remembers what it saw on the disk until `clear_cache`.
#[derive(Debug)]
pub struct Resolver {
    packages: PackageResolver,
    tsconfigs: Arc<Tsconfigs>,
    mode: ResolveMode,
    extensions: Vec<String>,
    builtins: FxHashSet<String>,
}

impl Resolver {
    #[must_use]
    pub fn new(options: ResolverOptions) -> Self {
        let packages = PackageResolver::new(ResolveOptions {
            condition_names: options.conditions,
            fully_specified: options.mode == ResolveMode::Import,
            extension_alias: extension_alias(options.mode),
            tsconfig: is_typescript(options.mode).then_some(TsconfigDiscovery::Auto),
            extensions: options.extensions.clone(),
            enforce_extension: EnforceExtension::Disabled,
            node_path: false,
            symlinks: !options.preserves_symlinks,
            module_type: options.mode == ResolveMode::Import,
            ..ResolveOptions::default()
        });
        Self {
            packages,
            tsconfigs: options.tsconfigs,
            mode: options.mode,
            extensions: options.extensions,
            builtins: options.builtins.into_iter().collect(),
        }
    }

    /// What `require(specifier)`, or `import`, in the file `importer` loads.
    pub fn resolve(&self, importer: &Path, specifier: &str) -> Result<Resolved, ResolveError> {
        if self.is_builtin(specifier) {
            return Ok(Resolved::Builtin(specifier.to_owned()));
        }
        let folder = importer.parent().unwrap_or(importer);
        if specifier.contains(['?', '#'])
            && let Some(literal) = self.literal_file(folder, specifier)
        {
            return Ok(literal);
        }
        if specifier.contains('?') && self.mode == ResolveMode::Require {
            return Err(ResolveError::not_found(importer, specifier));
        }
        let tsconfig = self
            .tsconfig_for(importer)
            .map_err(|cause| ResolveError::without_options(importer, specifier, cause))?;
        let resolved = self.packages.resolve_with_context(
            folder,
            &escape_fragment(specifier),
            tsconfig.as_ref().map(|found| &*found.merged),
            &mut ResolveContext::default(),
        );
        match resolved {
            Ok(resolution) => Ok(Resolved::File(resolution.into_path_buf())),
            Err(cause) => Err(ResolveError::failed(importer, specifier, cause)),
        }
    }

    /// Where `paths` and `baseUrl` look for a specifier, whether there is something or not. Extensions may be left out.
    #[must_use]
    pub fn aliases(&self, importer: &Path, specifier: &str) -> Vec<PathBuf> {
        if specifier.starts_with('.') {
            return Vec::new();
        }
        let tsconfig = self.tsconfig_for(importer).ok().flatten();
        tsconfig
            .map_or_else(Vec::new, |found| found.merged.resolve_path_alias_or_base_url(specifier))
    }

    /// Forgets what was on the disk. Call it before a transaction resolves anything.
    pub fn clear_cache(&self) {
        self.packages.clear_cache();
    }

    fn tsconfig_for(&self, importer: &Path) -> Result<Option<Arc<Tsconfig>>, TsconfigError> {
        if is_typescript(self.mode) { self.tsconfigs.of(importer) } else { Ok(None) }
    }

    /// `node:` never names a file. Not every builtin is in Node's list (`node:test` is not in that of Node 20), so
    /// whether there is one of this name is left to Node.
    fn is_builtin(&self, specifier: &str) -> bool {
        specifier.starts_with("node:") || self.builtins.contains(specifier)
    }

    /// To a bundler `?` starts a query and `#` a fragment, here they are characters of a file name: an `import` that has
    /// either comes without it.
    fn literal_file(&self, folder: &Path, specifier: &str) -> Option<Resolved> {
        let is_path = specifier.starts_with('.') || Path::new(specifier).is_absolute();
        let exact = folder.join(specifier);
        let extensions =
            if self.mode == ResolveMode::Import { &[] } else { self.extensions.as_slice() };
        let extended =
            extensions.iter().map(|extension| folder.join(format!("{specifier}{extension}")));
        let found =
            std::iter::once(exact).chain(extended).find(|path| is_path && path.is_file())?;
        Some(Resolved::File(real_path(&found)))
    }
}

const fn is_typescript(mode: ResolveMode) -> bool {
    matches!(mode, ResolveMode::TypeScript)
}

fn extension_alias(mode: ResolveMode) -> Vec<(String, Vec<String>)> {
    if !is_typescript(mode) {
        return Vec::new();
    }
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    TYPESCRIPT_ALIASES.iter().map(|&(from, to)| (from.to_owned(), owned(to))).collect()
}

/// The same goes for `#`, which a NUL before it makes a plain character (a convention of enhanced-resolve). At the
/// start it means a package's `imports`, to Node as well.
fn escape_fragment(specifier: &str) -> String {
    let internal = if specifier.starts_with('#') { "#" } else { "" };
    format!("{internal}{}", specifier[internal.len()..].replace('#', "\0#"))
}
