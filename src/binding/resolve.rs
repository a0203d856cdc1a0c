//! From a specifier and its importer to a file.

use std::path::Path;

use napi_derive::napi;

use super::error::NativeError;
use crate::path::to_text;
use crate::resolve::{Resolved, Resolver, ResolverOptions};

#[napi(object, object_to_js = false)]
pub struct NativeResolverOptions {
    /// Conditions of `require`, such as `node`, `require`, `module-sync`, `node-addons`; `default` always holds.
    pub conditions: Vec<String>,
    /// `Object.keys(Module._extensions)`
    pub extensions: Vec<String>,
    /// `module.builtinModules`
    pub builtins: Vec<String>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeResolved {
    File { path: String },
    Builtin { name: String },
    Failed { error: NativeError },
}

/// Resolves as `require` does. Remembers what it saw on the disk until `clear()`.
#[napi]
pub struct NativeResolver {
    inner: Resolver,
}

#[napi]
impl NativeResolver {
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new(options: NativeResolverOptions) -> Self {
        let NativeResolverOptions { conditions, extensions, builtins } = options;
        Self { inner: Resolver::new(ResolverOptions { conditions, extensions, builtins }) }
    }

    /// What `require(specifier)` in the file `importer` loads.
    #[napi(catch_unwind)]
    pub fn resolve(&self, importer: String, specifier: String) -> NativeResolved {
        match self.inner.resolve(Path::new(&importer), &specifier) {
            Ok(Resolved::File(path)) => NativeResolved::File { path: to_text(&path) },
            Ok(Resolved::Builtin(name)) => NativeResolved::Builtin { name },
            Err(error) => NativeResolved::Failed { error: NativeError::from(&error) },
        }
    }

    #[napi(catch_unwind)]
    pub fn clear(&self) {
        self.inner.clear_cache();
    }
}
