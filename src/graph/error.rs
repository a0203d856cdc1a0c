//! Why a change set was not applied.

use thiserror::Error;

use crate::id::ModuleId;

/// The graph is as it was: change sets are checked before any of them is applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GraphError {
    #[error("No module has the id {}; the graph is unchanged", .id.0)]
    UnknownModule { id: ModuleId },
}

impl GraphError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownModule { .. } => "ERR_SAFE_HOT_UNKNOWN_MODULE",
        }
    }
}
