//! Which modules are hot.

use std::path::Path;

use napi_derive::napi;

use super::error::NativeError;
use crate::scope::HotScope;

#[napi(object, object_to_js = false)]
pub struct NativeScopeOptions {
    /// Absolute; globs are relative to it.
    pub root: String,
    pub include: Option<Vec<String>>,
    pub exclude: Option<Vec<String>>,
    /// The real path of the folder in which safe-hot itself is installed.
    pub own_folder: Option<String>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeScopeOutcome {
    Created { scope: NativeScope },
    Failed { error: NativeError },
}

/// The line between hot and cold.
#[napi]
pub struct NativeScope {
    inner: HotScope,
}

/// Reads the globs. A bad one is named in the error.
#[napi(catch_unwind)]
pub fn create_scope(options: NativeScopeOptions) -> NativeScopeOutcome {
    let NativeScopeOptions { root, include, exclude, own_folder } = options;
    let (include, exclude) = (include.unwrap_or_default(), exclude.unwrap_or_default());
    match HotScope::new(root.into(), &include, &exclude, own_folder.map(Into::into)) {
        Ok(inner) => NativeScopeOutcome::Created { scope: NativeScope { inner } },
        Err(error) => NativeScopeOutcome::Failed { error: NativeError::from(&error) },
    }
}

#[napi]
impl NativeScope {
    #[napi(catch_unwind)]
    pub fn is_hot(&self, real_path: String) -> bool {
        self.inner.is_hot(Path::new(&real_path))
    }
}
