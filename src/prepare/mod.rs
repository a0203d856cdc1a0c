//! The prepare stage: reads each changed file once and says what it holds now. Touches nothing.
//!
//! A syntax error ends here, before any code runs; so does a save that changed nothing.

mod commonjs;
mod json;
mod requests;

use std::io;
use std::path::{Path, PathBuf};

pub use self::requests::Request;
use crate::fingerprint::fingerprint;
pub use crate::position::{SourceError, SourceSpan};

/// How a file is read as a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    CommonJs,
    Json,
    /// TypeScript that is compiled to CommonJS: what it requires is read, its errors are the compiler's to tell.
    TypeScript,
    /// Any other file: only its fingerprint counts.
    Other,
}

/// One file to prepare.
#[derive(Debug, Clone)]
pub struct PrepareInput {
    pub path: PathBuf,
    /// That of the version in use, if there is one.
    pub fingerprint: Option<String>,
    pub language: Language,
}

/// What a changed file holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    /// The content is that of the version in use.
    Unchanged,
    Changed {
        fingerprint: String,
        source: String,
        requests: Vec<Request>,
        /// The text is no CommonJS but an ES module, so what Node does with it depends on its version.
        module_syntax: bool,
    },
    Missing,
    Directory,
    /// Nothing, or nothing but white space: a writer may not be done.
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
        error: SourceError,
    },
}

/// What each file holds now, in the order of the inputs.
#[must_use]
pub fn prepare(inputs: &[PrepareInput]) -> Vec<Prepared> {
    inputs.iter().map(prepare_file).collect()
}

fn prepare_file(input: &PrepareInput) -> Prepared {
    match std::fs::read(&input.path) {
        Ok(bytes) => prepare_content(&bytes, input.fingerprint.as_deref(), input.language),
        Err(error) => absent(&input.path, &error),
    }
}

/// The same for a content that was read already.
#[must_use]
pub fn prepare_content(bytes: &[u8], in_use: Option<&str>, language: Language) -> Prepared {
    let fingerprint = fingerprint(bytes);
    if in_use == Some(fingerprint.as_str()) {
        return Prepared::Unchanged;
    }
    let source = decode(bytes);
    if source.trim().is_empty() {
        return Prepared::Empty { fingerprint };
    }
    let checked = match language {
        Language::CommonJs => commonjs::check(&source),
        Language::Json => json::check(&source).map(|()| commonjs::Checked::default()),
        Language::TypeScript => Ok(commonjs::requests_of_typescript(&source)),
        Language::Other => Ok(commonjs::Checked::default()),
    };
    match checked {
        Ok(commonjs::Checked { requests, module_syntax }) => {
            Prepared::Changed { fingerprint, source, requests, module_syntax }
        }
        Err(error) => Prepared::Invalid { fingerprint, source, error },
    }
}

/// Is the text that of an ES module, where neither the file's extension nor a `package.json` says so?
#[must_use]
pub fn has_module_syntax(source: &str, path: &Path) -> bool {
    commonjs::has_module_syntax(source, path)
}

/// UTF-8 with what is invalid replaced, and without a byte order mark, as Node reads modules.
fn decode(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
}

fn absent(path: &Path, error: &io::Error) -> Prepared {
    match error.kind() {
        // A folder on the way became a file: the path names nothing any more.
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Prepared::Missing,
        _ if path.is_dir() => Prepared::Directory,
        kind => Prepared::Unreadable { message: error.to_string(), errno: errno(kind).to_owned() },
    }
}

/// The name that Node gives to an error of this kind.
const fn errno(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied => "EACCES",
        io::ErrorKind::ResourceBusy => "EBUSY",
        io::ErrorKind::InvalidFilename => "ENAMETOOLONG",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        io::ErrorKind::StaleNetworkFileHandle => "ESTALE",
        io::ErrorKind::Interrupted => "EINTR",
        io::ErrorKind::OutOfMemory => "ENOMEM",
        io::ErrorKind::InvalidInput => "EINVAL",
        _ => "EIO",
    }
}
