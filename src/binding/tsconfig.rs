//! What `tsconfig.json` says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use napi_derive::napi;

use super::transform::NativeCompilerOptions;
use crate::path::to_text;
use crate::transform::CompilerOptions;
use crate::tsconfig::{Tsconfig, TsconfigError, Tsconfigs, find_tsconfig};

/// A `tsconfig.json`, or one that it extends, that cannot be read as one. `path`, `line` and `column` (from 1) are the
/// place where its JSON is wrong, if it is.
#[napi(object, object_from_js = false)]
pub struct NativeTsconfigError {
    /// `ERR_SAFE_HOT_TSCONFIG`
    pub code: String,
    pub message: String,
    /// All that was read, and what was not found.
    pub files: Vec<String>,
    pub path: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeTsconfig {
    /// `path` is that of the `tsconfig.json`.
    Found {
        path: String,
        /// All that was read: with what it extends, and what it refers to.
        files: Vec<String>,
        options: NativeCompilerOptions,
        /// What `import` and `export` become: CommonJS, what `package.json` says (`node`), or they stay (`esm`).
        #[napi(ts_type = "'commonjs' | 'node' | 'esm'")]
        module_system: Option<String>,
        allows_js: bool,
        /// What changes where imports lead, as text that is another if that is.
        resolution: String,
    },
    None,
    Invalid {
        error: NativeTsconfigError,
    },
}

/// The options of TypeScript for each file: those of the `tsconfig.json` that governs it, with all that it extends.
#[napi]
pub struct NativeTsconfigs {
    pub(super) inner: Arc<Tsconfigs>,
}

#[napi]
impl NativeTsconfigs {
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self { inner: Arc::default() }
    }

    /// Those for the file at `path`, as they were when some file of its folder was first asked for.
    #[napi(catch_unwind)]
    pub fn of(&self, path: String) -> NativeTsconfig {
        outcome(self.inner.of(Path::new(&path)))
    }

    /// What the disk says now. Remembers nothing.
    #[napi(catch_unwind)]
    pub fn read(&self, path: String) -> NativeTsconfig {
        outcome(find_tsconfig(Path::new(&path)).map(|found| found.map(Arc::new)))
    }
}

impl Default for NativeTsconfigs {
    fn default() -> Self {
        Self::new()
    }
}

fn outcome(found: Result<Option<Arc<Tsconfig>>, TsconfigError>) -> NativeTsconfig {
    match found {
        Ok(Some(tsconfig)) => NativeTsconfig::Found {
            path: to_text(&tsconfig.path),
            files: texts(&tsconfig.files),
            module_system: tsconfig.module_system.map(|system| system.as_str().to_owned()),
            allows_js: tsconfig.allows_js,
            options: tsconfig.compiler_options.clone().into(),
            resolution: tsconfig.resolution.clone(),
        },
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
            files: texts(&error.files),
            path: error.place.as_ref().map(|place| to_text(&place.path)),
            line: error.place.as_ref().map(|place| number(place.line)),
            column: error.place.as_ref().map(|place| number(place.column)),
        }
    }
}

fn texts(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|file| to_text(file)).collect()
}
