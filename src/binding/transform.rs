//! Modules as text that the runtime can run.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::prepare::NativeSourceError;
use crate::transform::{
    self, Attribute, CommonJs, CompilerOptions, DynamicImport, ImportEntry, IndirectExport, Kind,
    Language, LocalExport, Module, ModuleRequest, Move, TransformError, TransformOptions,
    Transformed,
};

#[napi(object, object_to_js = false)]
pub struct NativeTransformOptions {
    /// Names the file in source maps.
    pub path: String,
    #[napi(ts_type = "'js' | 'jsx' | 'ts' | 'tsx'")]
    pub language: String,
    #[napi(ts_type = "'module' | 'commonjs' | 'compiled'")]
    pub kind: String,
    pub compiler_options: Option<NativeCompilerOptions>,
}

/// What `tsconfig.json` says about the emitted code; an absent field has TypeScript's default.
#[napi(object)]
pub struct NativeCompilerOptions {
    pub experimental_decorators: Option<bool>,
    pub emit_decorator_metadata: Option<bool>,
    pub use_define_for_class_fields: Option<bool>,
    pub verbatim_module_syntax: Option<bool>,
    pub strict_null_checks: Option<bool>,
    pub jsx: Option<String>,
    pub jsx_import_source: Option<String>,
    pub jsx_factory: Option<String>,
    pub jsx_fragment_factory: Option<String>,
}

/// `import … from 'specifier' with { key: 'value' }`. The place is that of the specifier with its quotes.
#[napi(object, object_from_js = false)]
pub struct NativeModuleRequest {
    pub specifier: String,
    /// Sorted by key.
    pub attributes: Vec<NativeAttribute>,
    pub start_utf16: u32,
    pub end_utf16: u32,
}

#[napi(object, object_from_js = false)]
pub struct NativeAttribute {
    pub key: String,
    pub value: String,
}

/// `name` is absent for the namespace object.
#[napi(object, object_from_js = false)]
pub struct NativeImportEntry {
    pub request: u32,
    pub name: Option<String>,
    pub local: String,
    pub start_utf16: u32,
}

/// `local` is absent for the value of `export default`.
#[napi(object, object_from_js = false)]
pub struct NativeLocalExport {
    pub names: Vec<String>,
    pub local: Option<String>,
    #[napi(ts_type = "'function' | 'var' | 'lexical' | 'default'")]
    pub kind: String,
    /// Is it assigned to after its declaration?
    pub is_mutated: bool,
}

/// `imported` is absent for the namespace object.
#[napi(object, object_from_js = false)]
pub struct NativeIndirectExport {
    pub name: String,
    pub request: u32,
    pub imported: Option<String>,
    pub start_utf16: u32,
}

/// `import('specifier')`. The place is that of the specifier with its quotes.
#[napi(object, object_from_js = false)]
pub struct NativeDynamicImport {
    pub specifier: String,
    pub start_utf16: u32,
    pub end_utf16: u32,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeTransformed {
    Module {
        /// The body of a function, at the lines and columns of the source, or of `map`.
        code: String,
        /// Where `code` is longer or shorter than the text that was edited, in order: offset, length, length before.
        /// Then the same of the edits before these.
        moves: Vec<Vec<u32>>,
        /// JSON source map from `code` to the source, where text was moved.
        map: Option<String>,
        /// The start of the names of all helpers that `code` calls.
        base: String,
        is_async: bool,
        uses_meta: bool,
        /// Does `code` call what makes the objects of classes with decorators?
        uses_decorators: bool,
        /// In order of first appearance, one for each specifier with its attributes.
        requests: Vec<NativeModuleRequest>,
        imports: Vec<NativeImportEntry>,
        /// The index of an entry is the slot by which `code` names it.
        locals: Vec<NativeLocalExport>,
        indirects: Vec<NativeIndirectExport>,
        /// The requests of `export * from`.
        stars: Vec<u32>,
        /// The local name of an anonymous default function, which is to be given the name `default`.
        default_function: Option<String>,
        /// `import()` calls that name what they want in plain text.
        dynamic_imports: Vec<NativeDynamicImport>,
        /// Does the text import or export anything?
        has_module_syntax: bool,
    },
    Commonjs {
        code: String,
        map: Option<String>,
        base: String,
        dynamic_imports: Vec<NativeDynamicImport>,
    },
    Invalid {
        error: NativeSourceError,
    },
}

/// Turns the text of a module into text that the runtime can run. Reads nothing.
#[napi(catch_unwind)]
pub fn transform(source: String, options: NativeTransformOptions) -> Result<NativeTransformed> {
    let options = TransformOptions::try_from(options)?;
    Ok(transform::transform(&source, &options)
        .map_or_else(NativeTransformed::from, NativeTransformed::from))
}

impl TryFrom<NativeTransformOptions> for TransformOptions {
    type Error = Error;

    fn try_from(options: NativeTransformOptions) -> Result<Self> {
        Ok(Self {
            path: options.path.into(),
            language: match options.language.as_str() {
                "js" => Language::JavaScript,
                "jsx" => Language::Jsx,
                "ts" => Language::TypeScript,
                "tsx" => Language::Tsx,
                unknown => return Err(no_such("language", unknown)),
            },
            kind: match options.kind.as_str() {
                "module" => Kind::Module,
                "commonjs" => Kind::CommonJs,
                "compiled" => Kind::Compiled,
                unknown => return Err(no_such("kind", unknown)),
            },
            compiler_options: options.compiler_options.map(Into::into).unwrap_or_default(),
        })
    }
}

fn no_such(what: &str, name: &str) -> Error {
    Error::new(Status::InvalidArg, format!("No such {what}: {name}"))
}

impl From<NativeCompilerOptions> for CompilerOptions {
    fn from(options: NativeCompilerOptions) -> Self {
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

impl From<Transformed> for NativeTransformed {
    fn from(transformed: Transformed) -> Self {
        match transformed {
            Transformed::Module(module) => Self::from(*module),
            Transformed::CommonJs(CommonJs { code, map, base, dynamic_imports }) => {
                Self::Commonjs { code, map, base, dynamic_imports: all(dynamic_imports) }
            }
        }
    }
}

impl From<Module> for NativeTransformed {
    fn from(module: Module) -> Self {
        Self::Module {
            code: module.code,
            moves: module.moves.iter().map(|moves| flat(moves)).collect(),
            map: module.map,
            base: module.base,
            is_async: module.is_async,
            uses_meta: module.uses_meta,
            uses_decorators: module.uses_decorators,
            requests: all(module.requests),
            imports: all(module.imports),
            locals: all(module.locals),
            indirects: all(module.indirects),
            stars: module.stars,
            default_function: module.default_function,
            dynamic_imports: all(module.dynamic_imports),
            has_module_syntax: module.has_module_syntax,
        }
    }
}

impl From<TransformError> for NativeTransformed {
    fn from(error: TransformError) -> Self {
        Self::Invalid { error: error.into_source_error().into() }
    }
}

fn flat(moves: &[Move]) -> Vec<u32> {
    moves.iter().flat_map(|each| [each.start_utf16, each.length, each.source_length]).collect()
}

fn all<T, N: From<T>>(items: Vec<T>) -> Vec<N> {
    items.into_iter().map(N::from).collect()
}

impl From<ModuleRequest> for NativeModuleRequest {
    fn from(request: ModuleRequest) -> Self {
        let ModuleRequest { specifier, attributes, start_utf16, end_utf16 } = request;
        Self { specifier, attributes: all(attributes), start_utf16, end_utf16 }
    }
}

impl From<Attribute> for NativeAttribute {
    fn from(Attribute { key, value }: Attribute) -> Self {
        Self { key, value }
    }
}

impl From<ImportEntry> for NativeImportEntry {
    fn from(ImportEntry { request, name, local, start_utf16 }: ImportEntry) -> Self {
        Self { request, name, local, start_utf16 }
    }
}

impl From<LocalExport> for NativeLocalExport {
    fn from(LocalExport { names, local, kind, is_mutated }: LocalExport) -> Self {
        Self { names, local, kind: kind.as_str().to_owned(), is_mutated }
    }
}

impl From<IndirectExport> for NativeIndirectExport {
    fn from(export: IndirectExport) -> Self {
        let IndirectExport { name, request, imported, start_utf16 } = export;
        Self { name, request, imported, start_utf16 }
    }
}

impl From<DynamicImport> for NativeDynamicImport {
    fn from(DynamicImport { specifier, start_utf16, end_utf16 }: DynamicImport) -> Self {
        Self { specifier, start_utf16, end_utf16 }
    }
}
