//! Calls that may throw, and going on afterwards with the very value that was thrown.

use napi::bindgen_prelude::{Env, FromNapiValue, Unknown};
use napi::{JsError, sys};

/// What `call` gives, or what it threw. No exception is pending afterwards, so the next call into
/// JavaScript works.
pub(super) fn attempt<T>(
    env: &Env,
    call: impl FnOnce() -> napi::Result<T>,
) -> Result<T, Unknown<'_>> {
    call().map_err(|error| {
        take_exception(env).unwrap_or_else(|| JsError::from(error).into_unknown(*env))
    })
}

/// The pending exception, which is then no longer pending.
fn take_exception(env: &Env) -> Option<Unknown<'_>> {
    let mut is_pending = false;
    let mut thrown = std::ptr::null_mut();
    // SAFETY: `env` is the environment of the call we are in, and both places outlive the calls
    // that write to them.
    let is_taken = unsafe {
        sys::napi_is_exception_pending(env.raw(), &raw mut is_pending) == sys::Status::napi_ok
            && is_pending
            && sys::napi_get_and_clear_last_exception(env.raw(), &raw mut thrown)
                == sys::Status::napi_ok
    };
    if !is_taken {
        return None;
    }
    // SAFETY: Node has just written a value of this environment to `thrown`, and it lives as long
    // as our call.
    unsafe { Unknown::from_napi_value(env.raw(), thrown) }.ok()
}
