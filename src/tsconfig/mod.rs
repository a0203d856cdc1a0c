//! What `tsconfig.json` says about the code that a module becomes.
//!
//! Finding, reading and `extends` are `oxc_resolver`'s; this folder picks the options that change emitted code.

mod error;

use std::path::{Path, PathBuf};

use oxc_resolver::{ResolveOptions, Resolver, TsConfig, TsconfigDiscovery};

pub use self::error::TsconfigError;
use crate::transform::CompilerOptions;

/// The options for a file, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tsconfig {
    pub path: PathBuf,
    pub compiler_options: CompilerOptions,
}

/// The options for the file at `path`, or `None` if no folder above it has a `tsconfig.json`.
///
/// A file that `include` leaves out gets the options of the nearest one all the same: to run it, there are no others.
pub fn find_tsconfig(path: &Path) -> Result<Option<Tsconfig>, TsconfigError> {
    let resolver = Resolver::new(ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        ..ResolveOptions::default()
    });
    let failed = |cause| TsconfigError::new(path, cause);
    if let Some(found) = resolver.find_tsconfig(path).map_err(failed)? {
        return Ok(Some(Tsconfig::from(&*found)));
    }
    let nearest = path.ancestors().map(|folder| folder.join("tsconfig.json"));
    let Some(nearest) = nearest.into_iter().find(|file| file.is_file()) else { return Ok(None) };
    let found = resolver.resolve_tsconfig(nearest).map_err(failed)?;
    Ok(Some(Tsconfig::from(&*found)))
}

impl From<&TsConfig> for Tsconfig {
    fn from(tsconfig: &TsConfig) -> Self {
        let options = &tsconfig.compiler_options;
        let defines_fields = options
            .use_define_for_class_fields
            .or_else(|| options.target.as_deref().map(has_class_fields));
        let is_verbatim = options.verbatim_module_syntax.or(options.preserve_value_imports);
        Self {
            path: tsconfig.path().to_path_buf(),
            compiler_options: CompilerOptions {
                experimental_decorators: options.experimental_decorators,
                emit_decorator_metadata: options.emit_decorator_metadata,
                use_define_for_class_fields: defines_fields,
                verbatim_module_syntax: is_verbatim,
                strict_null_checks: options.strict_null_checks.or(options.strict).or(Some(false)),
                jsx: options.jsx.clone(),
                jsx_import_source: options.jsx_import_source.clone(),
                jsx_factory: options.jsx_factory.clone(),
                jsx_fragment_factory: options.jsx_fragment_factory.clone(),
            },
        }
    }
}

/// Whether class fields are part of the target, so that TypeScript defines them as ECMAScript does.
fn has_class_fields(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    let year = target.strip_prefix("es").and_then(|year| year.parse::<u32>().ok());
    target == "esnext" || year.is_some_and(|year| year >= 2022)
}
