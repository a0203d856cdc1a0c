//! Why the options of a file are not known.

use std::path::{Path, PathBuf};

use oxc_resolver::ResolveError;
use thiserror::Error;

/// A `tsconfig.json` that cannot be read as one, or one that it extends.
#[derive(Debug, Clone, Error)]
#[error("Reading the options of TypeScript for {} failed: {cause}", path.display())]
pub struct TsconfigError {
    /// The file that the options are for.
    pub path: PathBuf,
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
    pub(super) fn new(path: &Path, cause: ResolveError) -> Self {
        Self { path: path.to_path_buf(), place: place(&cause), cause: Box::new(cause) }
    }

    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_TSCONFIG"
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
