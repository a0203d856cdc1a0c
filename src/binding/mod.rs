//! The only folder that names `napi`: converts, calls, converts. Decides nothing, and no panic
//! leaves it.

#![allow(clippy::needless_pass_by_value, reason = "napi hands owned arguments to every export")]
#![allow(clippy::must_use_candidate, reason = "the caller is JavaScript")]

pub mod ahead;
pub mod error;
pub mod graph;
pub mod heap;
pub mod own_code;
pub mod prepare;
pub mod require_cache;
pub mod resolve;
pub mod scope;
pub mod transform;
pub mod tsconfig;
pub mod watcher;

mod attempt;
mod path_cache;
