//! What `tsconfig.json` says.

use std::path::Path;

use napi_derive::napi;

use super::transform::NativeCompilerOptions;
use crate::path::to_text;
use crate::transform::CompilerOptions;
use crate::tsconfig::{Tsconfig, TsconfigError, find_tsconfig};

/// A `tsconfig.json`, or one that it extends, that cannot be read as one. `path`, `line` and `column` (from 1) are the
/// place where its JSON is wrong, if it is.
#[napi(object, object_from_js = false)]
pub struct NativeTsconfigError {
    /// `ERR_SAFE_HOT_TSCONFIG`
    pub code: String,
    pub message: String,
    pub path: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeTsconfig {
    /// `path` is that of the `tsconfig.json`.
    Found {
        path: String,
        options: NativeCompilerOptions,
    },
    None,
    Invalid {
        error: NativeTsconfigError,
    },
}

/// The options of TypeScript for the file at `path`: those of the `tsconfig.json` that governs it, with all that it
/// extends. Reads the disk at each call.
#[napi(catch_unwind)]
pub fn compiler_options(path: String) -> NativeTsconfig {
    match find_tsconfig(Path::new(&path)) {
        Ok(Some(Tsconfig { path, compiler_options })) => {
            NativeTsconfig::Found { path: to_text(&path), options: compiler_options.into() }
        }
        Ok(None) => NativeTsconfig::None,
        Err(error) => NativeTsconfig::Invalid { error: NativeTsconfigError::from(&error) },
    }
}

impl From<CompilerOptions> for NativeCompilerOptions {
    fn from(options: CompilerOptions) -> Self {
        Self {
            experimental_decorators: options.experimental_decorators,
            emit_decorator_metadata: options.emit_decorator_metadata,
            use_define_for_class_fields: options.use_define_for_class_fields,
            verbatim_module_syntax: options.verbatim_module_syntax,
            strict_null_checks: options.strict_null_checks,
            jsx: options.jsx,
            jsx_import_source: options.jsx_import_source,
            jsx_factory: options.jsx_factory,
            jsx_fragment_factory: options.jsx_fragment_factory,
        }
    }
}

impl From<&TsconfigError> for NativeTsconfigError {
    fn from(error: &TsconfigError) -> Self {
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            path: error.place.as_ref().map(|place| to_text(&place.path)),
            line: error.place.as_ref().map(|place| number(place.line)),
            column: error.place.as_ref().map(|place| number(place.column)),
        }
    }
}
