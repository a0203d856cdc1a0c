//! How failures of the native part reach JavaScript: expected ones as data, wrong calls as errors
//! with a code.

use napi_derive::napi;

use crate::graph::GraphError;
use crate::heap::SnapshotError;
use crate::heap::file::FileError;
use crate::plan::PlanError;
use crate::resolve::ResolveError;
use crate::scope::ScopeError;

/// A failure that the caller has to expect, as data.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub struct NativeError {
    /// `ERR_SAFE_HOT_…`, stable.
    pub code: String,
    pub message: String,
}

/// Each stage's error has a `code()` and says the rest itself.
macro_rules! crosses_as_data {
    ($($error:ty),+) => {$(
        impl From<&$error> for NativeError {
            fn from(error: &$error) -> Self {
                Self { code: error.code().to_owned(), message: error.to_string() }
            }
        }
    )+};
}

crosses_as_data!(FileError, PlanError, ResolveError, ScopeError, SnapshotError);

/// An error to throw: its `code` in JavaScript is the one of `error`.
pub(crate) fn thrown(error: &GraphError) -> napi::Error<&'static str> {
    napi::Error::new(error.code(), error.to_string())
}

/// Panics on purpose, to see how a panic of the native part is reported: as a thrown error, and the
/// process goes on.
///
/// # Panics
///
/// Always.
#[napi(catch_unwind)]
pub fn crash_test() {
    panic!("crashTest() was called");
}
