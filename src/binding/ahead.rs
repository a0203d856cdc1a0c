//! The modules of a program, read ahead of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use super::tsconfig::NativeTsconfigs;
use crate::ahead::{self, Ahead, AheadOptions, Kept, ModuleAhead};
use crate::path::to_text;

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
    /// A file with what V8 has compiled before.
    pub compiled: Option<String>,
    /// A file with what was read and transformed before.
    pub modules: Option<String>,
}

/// What an ES module is, or TypeScript that is compiled to CommonJS.
#[napi(object, object_from_js = false)]
pub struct NativeAheadModule {
    pub code: String,
    /// JSON, which V8 takes in faster than it is given objects: all else of `NativeTransformed`, and with it `fingerprint`,
    /// `language`, `kind`, `key`, which says what V8 compiles, and `targets`: by request, the file that a relative specifier
    /// stands for, or null. What is false or an empty list is left out.
    pub about: String,
}

/// Modules, each at the same place in all lists.
#[napi(object, object_from_js = false)]
pub struct NativeAheadGraph {
    pub files: Vec<String>,
    pub codes: Vec<String>,
    /// A JSON array of what `about` is of each.
    pub about: String,
}

/// Reads and transforms what an entry imports, in threads of their own.
#[napi]
pub struct NativeAhead {
    inner: Ahead,
}

/// Says of what text, with what parameters, something was compiled.
#[napi(catch_unwind)]
pub fn compiled_key(text: String, parameters: String) -> String {
    ahead::compiled_key(&parameters, &text)
}

#[napi]
impl NativeAhead {
    /// Begins with the file `entry`.
    #[napi(constructor, catch_unwind)]
    pub fn new(entry: String, options: NativeAheadOptions, tsconfigs: &NativeTsconfigs) -> Self {
        let NativeAheadOptions {
            conditions,
            extensions,
            builtins,
            clock_step_ms,
            compiled,
            modules,
        } = options;
        let tsconfigs = Arc::clone(&tsconfigs.inner);
        let clock_step = Duration::from_millis(u64::from(clock_step_ms.unwrap_or(2_000)));
        let options = AheadOptions { conditions, extensions, builtins, tsconfigs, clock_step };
        let kept = Kept { compiled: compiled.map(Into::into), modules: modules.map(Into::into) };
        Self { inner: Ahead::start(Path::new(&entry), kept, options) }
    }

    /// The module at `path`, if all that it was made of is as it was; once.
    #[napi(catch_unwind)]
    pub fn take(&self, path: String) -> Option<NativeAheadModule> {
        let ModuleAhead { code, about, .. } = self.inner.take(Path::new(&path))?;
        Some(NativeAheadModule { code, about })
    }

    /// The module at `path`, and of what is loaded along with it before any of it runs all that is there by now; once.
    /// Null if there is not even the first.
    #[napi(catch_unwind)]
    pub fn take_graph(&self, path: String) -> Option<NativeAheadGraph> {
        let graph = self.inner.take_graph(Path::new(&path));
        if graph.is_empty() {
            return None;
        }
        let mut about = String::from("[");
        let mut files = Vec::with_capacity(graph.len());
        let mut codes = Vec::with_capacity(graph.len());
        for (file, module) in graph {
            if !files.is_empty() {
                about.push(',');
            }
            about.push_str(&module.about);
            files.push(to_text(&file));
            codes.push(module.code);
        }
        about.push(']');
        Some(NativeAheadGraph { files, codes, about })
    }

    /// What V8 has compiled before, as it was written down; once. Null if there is no such file, or it is not whole.
    #[napi(catch_unwind)]
    pub fn take_compiled(&self) -> Option<Buffer> {
        self.inner.take_compiled().map(Buffer::from)
    }

    /// What to write into the file `modules`, with room for its checksum in front; once. Null if that is what it holds.
    #[napi(catch_unwind)]
    pub fn take_modules(&self) -> Option<Buffer> {
        self.inner.take_modules().map(Buffer::from)
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
