//! Why there is no plan.

use thiserror::Error;

use crate::graph::GraphError;
use crate::id::ModuleId;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    #[error("No module has the id {}, so its change cannot be planned; nothing was changed", .id.0)]
    UnknownModule { id: ModuleId },
}

impl PlanError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownModule { .. } => "ERR_SAFE_HOT_UNKNOWN_MODULE",
        }
    }
}

impl From<GraphError> for PlanError {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::UnknownModule { id } => Self::UnknownModule { id },
        }
    }
}
