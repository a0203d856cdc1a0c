//! Reads and transforms the modules of a program ahead of it, in a thread of its own, while Node and safe-hot start.
//!
//! What is found is only ever a shortcut: [`Ahead::take`] gives a module if its file, and the folders in which its imports
//! were looked for, are as they were, so that whoever asks would find the same. What is not plain, or goes wrong, is left
//! to who asks, with its errors. The thread ends when there is nothing more that the entry imports.

mod about;
mod compiled;
mod format;
mod look;
mod stamp;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;

use self::compiled::Compiled;
pub use self::compiled::{checksum, compiled_key};
use self::look::Looker;
pub use self::look::{AheadOptions, ModuleAhead};
use crate::path::real_path;

/// What has become of a file.
enum State {
    /// The thread is at it.
    Working,
    Ready(Box<ModuleAhead>),
    /// Whoever asked has it, or had to read it himself.
    Over,
}

#[derive(Default)]
struct Shared {
    /// `None` once nobody asks any more.
    files: Mutex<Option<FxHashMap<PathBuf, State>>>,
    has_changed: Condvar,
    has_walked: Mutex<bool>,
    has_ended: Condvar,
    compiled: Mutex<Earlier>,
}

/// What an earlier start has left.
#[derive(Default)]
enum Earlier {
    #[default]
    None,
    Unread(PathBuf),
    Read(Compiled),
}

impl Earlier {
    fn read(&mut self) {
        if let Self::Unread(file) = self {
            *self = Compiled::read(file).map_or(Self::None, Self::Read);
        }
    }

    fn of(&mut self, file: &str, key: &str) -> Option<Vec<u8>> {
        self.read();
        let Self::Read(compiled) = self else { return None };
        compiled.of(file, key).map(<[u8]>::to_vec)
    }
}

impl Shared {
    fn did_walk(&self) {
        *self.has_walked.lock() = true;
        self.has_ended.notify_all();
    }
}

/// The modules that an entry imports.
pub struct Ahead {
    shared: Arc<Shared>,
}

impl Ahead {
    /// Begins with the file `entry`. What V8 has compiled before is in the file `compiled`, if there is one.
    #[must_use]
    pub fn start(entry: PathBuf, compiled: Option<PathBuf>, options: AheadOptions) -> Self {
        let shared = Arc::new(Shared {
            files: Mutex::new(Some(FxHashMap::default())),
            compiled: Mutex::new(compiled.map_or(Earlier::None, Earlier::Unread)),
            ..Shared::default()
        });
        let walked = Arc::clone(&shared);
        let walk = move || {
            walked.compiled.lock().read();
            walk(&walked, &entry, &Looker::new(options));
            walked.did_walk();
        };
        // Without a thread everything is read when it is asked for.
        let started = thread::Builder::new().name("safe-hot-ahead".to_owned()).spawn(walk);
        let ahead = Self { shared };
        if started.is_err() {
            ahead.shared.did_walk();
            ahead.end();
        }
        ahead
    }

    /// The module at `path`, if all that it was made of is as it was; once.
    #[must_use]
    pub fn take(&self, path: &Path) -> Option<ModuleAhead> {
        let mut files = self.shared.files.lock();
        while matches!(files.as_ref()?.get(path), Some(State::Working)) {
            self.shared.has_changed.wait(&mut files);
        }
        let state = files.as_mut()?.insert(path.to_path_buf(), State::Over);
        drop(files);
        match state {
            Some(State::Ready(module)) if module.is_as_it_was(path) => Some(*module),
            _ => None,
        }
    }

    /// Waits until there is nothing more that the entry imports.
    pub fn settle(&self) {
        let mut has_walked = self.shared.has_walked.lock();
        while !*has_walked {
            self.shared.has_ended.wait(&mut has_walked);
        }
    }

    /// What V8 has compiled of the text of a file, with parameters.
    #[must_use]
    pub fn compiled(&self, file: &str, text: &str, parameters: &str) -> Option<Vec<u8>> {
        self.shared.compiled.lock().of(file, &compiled_key(text, parameters))
    }

    /// Forgets what nobody has asked for, and begins nothing more.
    pub fn end(&self) {
        *self.shared.compiled.lock() = Earlier::None;
        *self.shared.files.lock() = None;
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.end();
    }
}

fn walk(shared: &Shared, entry: &Path, looker: &Looker) {
    let mut waiting = VecDeque::from([real_path(entry)]);
    while let Some(path) = waiting.pop_front() {
        match shared.files.lock().as_mut() {
            None => return,
            Some(files) if files.contains_key(&path) => continue,
            Some(files) => files.insert(path.clone(), State::Working),
        };
        let found = catch_unwind(AssertUnwindSafe(|| looker.look(&path))).ok().flatten();
        let state = found.map_or(State::Over, |(module, next)| {
            waiting.extend(next);
            State::Ready(Box::new(module))
        });
        if let Some(files) = shared.files.lock().as_mut() {
            files.insert(path, state);
        }
        shared.has_changed.notify_all();
    }
}
