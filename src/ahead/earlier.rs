//! What an earlier start has read and transformed, for this one: a module that is as it was need not be looked at again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::compiled;
use super::look::{IsNew, ModuleAhead};

/// A module, and what it depends on beside its own file and folders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Looked {
    pub(super) module: ModuleAhead,
    /// The files that may be looked at next.
    pub(super) next: Vec<PathBuf>,
    /// What the project says of it.
    pub(super) setting: String,
}

type Modules = FxHashMap<PathBuf, Arc<Looked>>;

/// Modules by the path of their file: those in a file, and those for the next start.
pub(super) struct KeptModules {
    file: PathBuf,
    earlier: OnceLock<Modules>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    modules: Modules,
    /// Is any of them another one than in the file?
    has_new: bool,
}

impl KeptModules {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, earlier: OnceLock::new(), now: Mutex::default() }
    }

    pub(super) fn earlier(&self, path: &Path) -> Option<&Arc<Looked>> {
        self.earlier.get_or_init(|| read(&self.file)).get(path)
    }

    pub(super) fn note(&self, path: &Path, looked: &Arc<Looked>, is_new: IsNew) {
        let mut now = self.now.lock();
        now.has_new |= is_new;
        now.modules.insert(path.to_path_buf(), Arc::clone(looked));
    }

    /// The content of the file for the next start, with room for the checksum in front; once. `None` if it is what it was.
    pub(super) fn take(&self) -> Option<Vec<u8>> {
        let Now { modules, has_new } = std::mem::take(&mut *self.now.lock());
        if !has_new {
            return None;
        }
        let modules: FxHashMap<&PathBuf, &Looked> =
            modules.iter().map(|(path, looked)| (path, &**looked)).collect();
        let mut bytes = vec![0; compiled::CHECKSUM];
        serde_json::to_writer(&mut bytes, &modules).ok()?;
        Some(bytes)
    }
}

/// Nothing if there is no such file, or it is not as it was written.
fn read(file: &Path) -> Modules {
    let modules: Option<FxHashMap<PathBuf, Looked>> = compiled::read(file)
        .and_then(|bytes| serde_json::from_slice(bytes.get(compiled::CHECKSUM..)?).ok());
    modules.into_iter().flatten().map(|(path, looked)| (path, Arc::new(looked))).collect()
}
