//! Why a specifier stands for nothing.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::tsconfig::TsconfigError;

/// A specifier that cannot be resolved from its importer.
#[derive(Debug, Clone, Error)]
#[error("Resolving \"{specifier}\" from {} failed: {reason}", importer.display())]
pub struct ResolveError {
    pub importer: PathBuf,
    pub specifier: String,
    #[source]
    pub reason: Reason,
}

/// The ways in which it can fail.
#[derive(Debug, Clone, Error)]
pub enum Reason {
    #[error("there is no such file or package")]
    NotFound,
    #[error(transparent)]
    Package(Box<oxc_resolver::ResolveError>),
    #[error(transparent)]
    Options(Box<TsconfigError>),
}

impl ResolveError {
    pub(super) fn not_found(importer: &Path, specifier: &str) -> Self {
        Self::new(importer, specifier, Reason::NotFound)
    }

    pub(super) fn failed(
        importer: &Path,
        specifier: &str,
        cause: oxc_resolver::ResolveError,
    ) -> Self {
        match cause {
            oxc_resolver::ResolveError::NotFound(_) => Self::not_found(importer, specifier),
            cause => Self::new(importer, specifier, Reason::Package(Box::new(cause))),
        }
    }

    pub(super) fn without_options(importer: &Path, specifier: &str, cause: TsconfigError) -> Self {
        Self::new(importer, specifier, Reason::Options(Box::new(cause)))
    }

    fn new(importer: &Path, specifier: &str, reason: Reason) -> Self {
        Self { importer: importer.to_path_buf(), specifier: specifier.to_owned(), reason }
    }

    #[must_use]
    pub const fn code(&self) -> &'static str {
        "ERR_SAFE_HOT_RESOLVE"
    }
}
