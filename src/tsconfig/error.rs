//! Why the options of a file are not known.

use std::path::{Path, PathBuf};

use oxc_resolver::ResolveError;
use thiserror::Error;

/// A `tsconfig.json` that cannot be read as one, or one that it extends.
#[derive(Debug, Clone, Error)]
#[error("Reading the options of TypeScript for {} failed: {}", path.display(), reason(cause))]
pub struct TsconfigError {
    /// The file that the options are for.
    pub path: PathBuf,
    /// What is to be mended is one of these: all that was read, and what was not found.
    pub files: Vec<PathBuf>,
    /// Where the JSON is wrong, if it is.
    pub place: Option<Place>,
    #[source]
    pub cause: Box<ResolveError>,
}

/// A position in a file of options; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    pub line: usize,
    pub column: usize,
}

impl TsconfigError {
    pub(super) fn new(path: &Path, mut files: Vec<PathBuf>, cause: ResolveError) -> Self {
        // It may have been tried, and be among those that were read.
        files.extend(missing(&cause).filter(|file| !files.contains(file)));
        Self { path: path.to_path_buf(), files, place: place(&cause), cause: Box::new(cause) }
    }

    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_TSCONFIG"
    }
}

/// The words of a reason whose `Display` is made for programmers.
fn reason(cause: &ResolveError) -> String {
    match cause {
        ResolveError::TsconfigLoadFailed { path, source } => {
            format!("{}: {}", path.display(), reason(source))
        }
        ResolveError::Json(error) => error.message.clone(),
        ResolveError::TsconfigNotFound(path) => format!("there is no {}", path.display()),
        cause => cause.to_string(),
    }
}

fn place(cause: &ResolveError) -> Option<Place> {
    match cause {
        ResolveError::TsconfigLoadFailed { source, .. } => place(source),
        ResolveError::Json(error) => {
            Some(Place { path: error.path.clone(), line: error.line, column: error.column })
        }
        _ => None,
    }
}

/// `extends` may leave out `.json`.
fn missing(cause: &ResolveError) -> Option<PathBuf> {
    let ResolveError::TsconfigNotFound(path) = cause else { return None };
    let has_extension = path.extension().is_some_and(|extension| extension == "json");
    let file = if has_extension { path.clone() } else { path.with_added_extension("json") };
    file.is_absolute().then_some(file)
}
