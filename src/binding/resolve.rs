//! From a specifier and its importer to a file.

use std::path::Path;
use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::error::NativeError;
use super::tsconfig::NativeTsconfigs;
use crate::path::to_text;
use crate::resolve::{ColdFormat, ResolveMode, Resolved, Resolver, ResolverOptions};

#[napi(object, object_to_js = false)]
pub struct NativeResolverOptions {
    /// Whose rules hold; those of `require` if left out.
    #[napi(ts_type = "'require' | 'import' | 'typescript'")]
    pub mode: Option<String>,
    /// Conditions, such as `node`, `require`, `module-sync`, `node-addons`; `default` always holds.
    pub conditions: Vec<String>,
    /// `Object.keys(Module._extensions)`
    pub extensions: Vec<String>,
    /// `module.builtinModules`
    pub builtins: Vec<String>,
    /// Node's `--preserve-symlinks`; false if left out.
    pub preserves_symlinks: Option<bool>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeResolved {
    File { path: String },
    Builtin { name: String },
    Failed { error: NativeError },
}

/// A file, and what Node calls its format.
#[napi(object, object_from_js = false)]
pub struct NativeColdImport {
    pub path: String,
    #[napi(ts_type = "'module' | 'commonjs'")]
    pub format: &'static str,
}

/// Resolves as `require` does. Remembers what it saw on the disk until `clear()`.
#[napi]
pub struct NativeResolver {
    inner: Resolver,
}

#[napi]
impl NativeResolver {
    /// `tsconfigs` is what the mode `typescript` goes by.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        options: NativeResolverOptions,
        tsconfigs: Option<&NativeTsconfigs>,
    ) -> Result<Self> {
        let NativeResolverOptions { mode, conditions, extensions, builtins, preserves_symlinks } =
            options;
        let mode = mode_named(mode.as_deref())?;
        let tsconfigs = tsconfigs.map(|given| Arc::clone(&given.inner)).unwrap_or_default();
        Ok(Self {
            inner: Resolver::new(ResolverOptions {
                mode,
                conditions,
                extensions,
                builtins,
                preserves_symlinks: preserves_symlinks.unwrap_or(false),
                tsconfigs,
            }),
        })
    }

    /// What `require(specifier)`, or `import`, in the file `importer` loads.
    #[napi(catch_unwind)]
    pub fn resolve(&self, importer: String, specifier: String) -> NativeResolved {
        match self.inner.resolve(Path::new(&importer), &specifier) {
            Ok(Resolved::File(path)) => NativeResolved::File { path: to_text(&path) },
            Ok(Resolved::Builtin(name)) => NativeResolved::Builtin { name },
            Err(error) => NativeResolved::Failed { error: NativeError::from(&error) },
        }
    }

    /// Where `paths` and `baseUrl` of a `tsconfig.json` look for a specifier, whether there is something or not.
    #[napi(catch_unwind)]
    pub fn aliases(&self, importer: String, specifier: String) -> Vec<String> {
        let aliases = self.inner.aliases(Path::new(&importer), &specifier);
        aliases.iter().map(|path| to_text(path)).collect()
    }

    /// What `import specifier` in the file `importer` loads, where that is beyond doubt; in mode `import` only.
    #[napi(catch_unwind)]
    pub fn cold_import(&self, importer: String, specifier: String) -> Option<NativeColdImport> {
        let import = self.inner.cold_import(Path::new(&importer), &specifier)?;
        let format = match import.format {
            ColdFormat::Module => "module",
            ColdFormat::CommonJs => "commonjs",
        };
        Some(NativeColdImport { path: to_text(&import.path), format })
    }

    #[napi(catch_unwind)]
    pub fn clear(&self) {
        self.inner.clear_cache();
    }
}

fn mode_named(name: Option<&str>) -> Result<ResolveMode> {
    match name {
        None | Some("require") => Ok(ResolveMode::Require),
        Some("import") => Ok(ResolveMode::Import),
        Some("typescript") => Ok(ResolveMode::TypeScript),
        Some(unknown) => Err(Error::new(Status::InvalidArg, format!("No such mode: {unknown}"))),
    }
}
