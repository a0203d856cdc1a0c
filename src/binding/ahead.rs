//! The modules of a program, read ahead of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use napi_derive::napi;

use super::tsconfig::NativeTsconfigs;
use crate::ahead::{Ahead, AheadOptions, ModuleAhead};

#[napi(object, object_to_js = false)]
pub struct NativeAheadOptions {
    /// Conditions of `import`.
    pub conditions: Vec<String>,
    /// What an import of TypeScript may leave out.
    pub extensions: Vec<String>,
    /// `module.builtinModules`
    pub builtins: Vec<String>,
    /// By how much the clock of a file system may go forward at once; 2,000 if left out, as some do.
    pub clock_step_ms: Option<u32>,
}

/// What an ES module is, or TypeScript that is compiled to CommonJS.
#[napi(object, object_from_js = false)]
pub struct NativeAheadModule {
    pub code: String,
    /// JSON, which V8 takes in faster than it is given objects: all else of `NativeTransformed`, and with it `fingerprint`,
    /// `language`, `kind`, and `targets`: by request, the file that a relative specifier stands for, or null.
    pub about: String,
}

/// Reads and transforms what an entry imports, in a thread of its own.
#[napi]
pub struct NativeAhead {
    inner: Ahead,
}

#[napi]
impl NativeAhead {
    /// Begins with the file `entry`.
    #[napi(constructor, catch_unwind)]
    pub fn new(entry: String, options: NativeAheadOptions, tsconfigs: &NativeTsconfigs) -> Self {
        let NativeAheadOptions { conditions, extensions, builtins, clock_step_ms } = options;
        let tsconfigs = Arc::clone(&tsconfigs.inner);
        let clock_step = Duration::from_millis(u64::from(clock_step_ms.unwrap_or(2_000)));
        let options = AheadOptions { conditions, extensions, builtins, tsconfigs, clock_step };
        Self { inner: Ahead::start(PathBuf::from(entry), options) }
    }

    /// The module at `path`, if all that it was made of is as it was; once.
    #[napi(catch_unwind)]
    pub fn take(&self, path: String) -> Option<NativeAheadModule> {
        let ModuleAhead { code, about, .. } = self.inner.take(Path::new(&path))?;
        Some(NativeAheadModule { code, about })
    }

    /// Waits until there is nothing more that the entry imports.
    #[napi(catch_unwind)]
    pub fn settle(&self) {
        self.inner.settle();
    }

    /// Forgets what nobody has asked for, and begins nothing more.
    #[napi(catch_unwind)]
    pub fn end(&self) {
        self.inner.end();
    }
}
