//! The native part of safe-hot: what is pure, heavy or concurrent.
//!
//! A *module record* is what is kept for one module. Each evaluation of it is a *version*; which
//! one serves is the runtime's business, in JavaScript. What the disk did arrives as a *change
//! set*; the *graph* knows who *imports* whom and who *accepts* which change; the *plan* says what
//! must be replaced, and changes nothing:
//!
//! ```text
//! watcher ──▶ graph + plan ──▶ transaction ──▶ runtime + resources ──▶ report
//!  what the    what must        all of it,      user code, and         what happened,
//!  disk did    be replaced      or nothing      what it made           as data
//!  (Rust)      (Rust, pure)     (JS)            (JS)                   (JS)
//! ```
//!
//! Each arrow passes a value and nothing points back. Only [`binding`] names `napi`: it converts,
//! calls, and converts.

pub mod change;
pub mod fingerprint;
pub mod id;
pub mod path;
pub mod position;

pub mod prepare;
pub mod resolve;
pub mod scope;
pub mod transform;
pub mod tsconfig;
pub mod watcher;

pub mod ahead;

pub mod graph;
pub mod plan;

pub mod heap;

pub mod binding;
