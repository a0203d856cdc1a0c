//! What `tsconfig.json` says about the code that a module becomes, and about what its imports stand for.
//!
//! Finding, reading, `extends` and `paths` are `oxc_resolver`'s; this folder says which file governs which module, picks
//! the options that change emitted code, and tells which files all of that was read from.

mod error;
mod recording;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{
    ResolveError, ResolveOptions, ResolverGeneric, ResolverImpl, TsConfig, TsconfigDiscovery,
};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

pub use self::error::{Place, TsconfigError};
use self::recording::RecordingFileSystem;
use crate::transform::CompilerOptions;

/// The options for a file, and where they stand.
#[derive(Debug, Clone)]
pub struct Tsconfig {
    pub path: PathBuf,
    /// All that was read to know them: with what it extends, and what it refers to.
    pub files: Vec<PathBuf>,
    pub compiler_options: CompilerOptions,
    pub module_system: Option<ModuleSystem>,
    /// Is JavaScript compiled too?
    pub allows_js: bool,
    /// What changes where imports lead, as text that is another if that is.
    pub resolution: String,
    pub(crate) merged: Arc<TsConfig>,
}

/// The options of each folder as they were when they were first asked for: a process keeps to those, whatever the disk
/// holds by now.
#[derive(Debug, Default)]
pub struct Tsconfigs {
    folders: Mutex<FxHashMap<PathBuf, Option<Arc<Tsconfig>>>>,
}

impl Tsconfigs {
    /// The options for the file at `path`. What cannot be read is read again next time.
    pub fn of(&self, path: &Path) -> Result<Option<Arc<Tsconfig>>, TsconfigError> {
        let folder = path.parent().unwrap_or(path);
        if let Some(known) = self.folders.lock().get(folder) {
            return Ok(known.clone());
        }
        let found = find_tsconfig(path)?.map(Arc::new);
        self.folders.lock().insert(folder.to_path_buf(), found.clone());
        Ok(found)
    }
}

/// What TypeScript makes of `import` and `export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleSystem {
    CommonJs,
    /// What the nearest `package.json` says; without a `type`, CommonJS.
    Node,
    /// They stay.
    EsModules,
}

impl ModuleSystem {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommonJs => "commonjs",
            Self::Node => "node",
            Self::EsModules => "esm",
        }
    }

    /// By `module`, or by `target` without one. TypeScript changed what holds without either, so then it is not known.
    fn from_options(module: Option<&str>, target: Option<&str>) -> Option<Self> {
        let module = module.map(str::to_ascii_lowercase);
        match (module.as_deref(), target) {
            (None, None) => None,
            (None, Some(target)) => Some(match target.to_ascii_lowercase().as_str() {
                "es3" | "es5" => Self::CommonJs,
                _ => Self::EsModules,
            }),
            (Some(name), _) if name.starts_with("node") => Some(Self::Node),
            (Some(name), _) if name.starts_with("es") || name == "preserve" => {
                Some(Self::EsModules)
            }
            // What is for browsers (`amd`, `umd`, `system`) runs nowhere here but as this.
            (Some(_), _) => Some(Self::CommonJs),
        }
    }
}

/// What the disk says now of the file at `path`, or `None` if no folder above it has a `tsconfig.json`.
pub fn find_tsconfig(path: &Path) -> Result<Option<Tsconfig>, TsconfigError> {
    let file_system = RecordingFileSystem::default();
    let record = file_system.record();
    let options =
        ResolveOptions { tsconfig: Some(TsconfigDiscovery::Auto), ..ResolveOptions::default() };
    let resolver = ResolverGeneric::new_with_file_system(file_system, options);
    match governing(&resolver, path) {
        Ok(found) => Ok(found.map(|found| Tsconfig::new(found, record.take()))),
        Err(cause) => Err(TsconfigError::new(path, record.take(), cause)),
    }
}

/// The `tsconfig.json` that governs a file: the nearest that includes it, by itself or by a reference.
///
/// A file that none includes gets the nearest one all the same: to run it, there are no other options.
fn governing(resolver: &ResolverImpl, path: &Path) -> Result<Option<Arc<TsConfig>>, ResolveError> {
    if let Some(found) = resolver.find_tsconfig(path)? {
        return Ok(Some(found));
    }
    let folders = path.ancestors().skip(1);
    let nearest = folders.map(|folder| folder.join("tsconfig.json")).find(|file| file.is_file());
    nearest.map(|file| resolver.resolve_tsconfig(file)).transpose()
}

impl Tsconfig {
    fn new(tsconfig: Arc<TsConfig>, files: Vec<PathBuf>) -> Self {
        let options = &tsconfig.compiler_options;
        let defines_fields = options
            .use_define_for_class_fields
            .or_else(|| options.target.as_deref().map(has_class_fields));
        let is_verbatim = options.verbatim_module_syntax.or(options.preserve_value_imports);
        Self {
            path: tsconfig.path().to_path_buf(),
            files,
            module_system: ModuleSystem::from_options(
                options.module.as_deref(),
                options.target.as_deref(),
            ),
            allows_js: options.allow_js.or(options.check_js) == Some(true),
            resolution: format!(
                "{:?} {:?} {:?}",
                options.base_url, options.paths, options.root_dirs
            ),
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
            merged: tsconfig,
        }
    }
}

/// Whether class fields are part of the target, so that TypeScript defines them as ECMAScript does.
fn has_class_fields(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    let year = target.strip_prefix("es").and_then(|year| year.parse::<u32>().ok());
    target == "esnext" || year.is_some_and(|year| year >= 2022)
}
