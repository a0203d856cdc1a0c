//! Why a text cannot be transformed.

use thiserror::Error;

use crate::position::SourceError;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransformError {
    /// ECMA-262 or TypeScript calls it an early error.
    #[error("{}", .0.message)]
    Syntax(SourceError),
    /// Valid, but there is no way to run it here.
    #[error("{}", .0.message)]
    Unsupported(SourceError),
}

impl TransformError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::Unsupported(_) => "ERR_SAFE_HOT_SYNTAX",
        }
    }

    #[must_use]
    pub fn into_source_error(self) -> SourceError {
        match self {
            Self::Syntax(error) | Self::Unsupported(error) => error,
        }
    }
}
