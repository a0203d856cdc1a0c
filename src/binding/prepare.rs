//! What changed files hold now.

use std::path::Path;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::fingerprint::{self, fingerprint_file};
use crate::prepare::{self, Language, PrepareInput, Prepared, Request, SourceError};

#[napi(object, object_to_js = false)]
pub struct NativePrepareInput {
    pub path: String,
    /// That of the version in use.
    pub fingerprint: Option<String>,
    #[napi(ts_type = "'commonjs' | 'json' | 'typescript' | 'other'")]
    pub language: String,
}

/// `require('specifier')`. The place is that of the specifier with its quotes; lines and columns count from 1,
/// columns in UTF-16 units, ends are exclusive.
#[napi(object, object_from_js = false)]
pub struct NativeRequest {
    pub specifier: String,
    pub line: u32,
    pub column: u32,
    pub end_column: u32,
    /// It is not certain to run when the module evaluates.
    pub conditional: bool,
    /// It stands in a `try` block.
    pub optional: bool,
}

/// Why a text is no module, and where.
#[napi(object, object_from_js = false)]
pub struct NativeSourceError {
    pub message: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativePrepared {
    Unchanged,
    Changed {
        fingerprint: String,
        source: String,
        requests: Vec<NativeRequest>,
        module_syntax: bool,
    },
    Missing,
    Directory,
    Empty {
        fingerprint: String,
    },
    Unreadable {
        message: String,
        errno: String,
    },
    Invalid {
        fingerprint: String,
        source: String,
        error: NativeSourceError,
    },
}

/// Reads each file once. The outcomes are in the order of the inputs.
#[napi(catch_unwind)]
pub fn prepare(inputs: Vec<NativePrepareInput>) -> Result<Vec<NativePrepared>> {
    let inputs: Vec<_> = inputs.into_iter().map(PrepareInput::try_from).collect::<Result<_>>()?;
    Ok(prepare::prepare(&inputs).into_iter().map(NativePrepared::from).collect())
}

/// Is the text that of an ES module, where neither the file's extension nor a `package.json` says so?
#[napi(catch_unwind)]
pub fn has_module_syntax(source: String, path: String) -> bool {
    prepare::has_module_syntax(&source, Path::new(&path))
}

/// 32 hexadecimal digits for what the file holds now, or `null` if it cannot be read.
#[napi(catch_unwind)]
pub fn fingerprint(path: String) -> Option<String> {
    fingerprint_file(Path::new(&path)).ok()
}

/// The same for the text of a file that was read as UTF-8 already.
#[napi(catch_unwind)]
pub fn fingerprint_text(text: String) -> String {
    fingerprint::fingerprint(text.as_bytes())
}

impl TryFrom<NativePrepareInput> for PrepareInput {
    type Error = Error;

    fn try_from(input: NativePrepareInput) -> Result<Self> {
        let language = match input.language.as_str() {
            "commonjs" => Language::CommonJs,
            "json" => Language::Json,
            "typescript" => Language::TypeScript,
            "other" => Language::Other,
            unknown => {
                return Err(Error::new(Status::InvalidArg, format!("No such language: {unknown}")));
            }
        };
        Ok(Self { path: input.path.into(), fingerprint: input.fingerprint, language })
    }
}

impl From<Prepared> for NativePrepared {
    fn from(prepared: Prepared) -> Self {
        match prepared {
            Prepared::Unchanged => Self::Unchanged,
            Prepared::Changed { fingerprint, source, requests, module_syntax } => {
                let requests = requests.into_iter().map(NativeRequest::from).collect();
                Self::Changed { fingerprint, source, requests, module_syntax }
            }
            Prepared::Missing => Self::Missing,
            Prepared::Directory => Self::Directory,
            Prepared::Empty { fingerprint } => Self::Empty { fingerprint },
            Prepared::Unreadable { message, errno } => Self::Unreadable { message, errno },
            Prepared::Invalid { fingerprint, source, error } => {
                Self::Invalid { fingerprint, source, error: error.into() }
            }
        }
    }
}

impl From<Request> for NativeRequest {
    fn from(Request { specifier, span, conditional, optional }: Request) -> Self {
        Self {
            specifier,
            line: span.line,
            column: span.column,
            end_column: span.end_column,
            conditional,
            optional,
        }
    }
}

impl From<SourceError> for NativeSourceError {
    fn from(SourceError { message, span }: SourceError) -> Self {
        Self {
            message,
            line: span.line,
            column: span.column,
            end_line: span.end_line,
            end_column: span.end_column,
        }
    }
}
