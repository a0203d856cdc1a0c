//! Reads and transforms the modules of a program ahead of it, in threads of their own, while Node and safe-hot start.
//!
//! What is found is only ever a shortcut: [`Ahead::take`] gives a module if its file, and the folders in which its imports
//! were looked for, are as they were, so that whoever asks would find the same. What is not plain, or goes wrong, is left
//! to who asks, with its errors. The threads end when there is nothing more that the entry imports.

mod about;
mod compiled;
mod earlier;
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

pub use self::compiled::{checksum, compiled_key};
use self::earlier::{KeptModules, Looked};
pub use self::look::{AheadOptions, ModuleAhead};
use self::look::{IsNew, Looker, Now};
use crate::path::real_path;

/// What has become of a file.
enum State {
    /// A thread is at it.
    Working,
    Ready(Arc<Looked>),
    /// Whoever asked has it, or had to read it himself.
    Over,
}

/// How far the walk has come.
#[derive(Default)]
struct Walk {
    files: FxHashMap<PathBuf, State>,
    waiting: VecDeque<PathBuf>,
    working: usize,
}

impl Walk {
    fn has_ended(&self) -> bool {
        self.working == 0 && self.waiting.is_empty()
    }

    /// The next file that nobody has begun with.
    fn claim_next(&mut self) -> Option<PathBuf> {
        while let Some(path) = self.waiting.pop_front() {
            if self.claim(&path) {
                return Some(path);
            }
        }
        None
    }

    fn claim(&mut self, path: &Path) -> bool {
        let is_new = !self.files.contains_key(path);
        if is_new {
            self.files.insert(path.to_path_buf(), State::Working);
            self.working += 1;
        }
        is_new
    }

    fn take_ready(&mut self, path: &Path) -> Option<Arc<Looked>> {
        let state = self.files.get_mut(path)?;
        if !matches!(state, State::Ready(_)) {
            return None;
        }
        let State::Ready(looked) = std::mem::replace(state, State::Over) else { return None };
        Some(looked)
    }

    fn did_look(&mut self, path: PathBuf, state: State, next: &[PathBuf]) {
        self.files.insert(path, state);
        self.waiting.extend(next.iter().cloned());
        self.working -= 1;
    }
}

struct Shared {
    /// `None` once nobody asks any more.
    walk: Mutex<Option<Walk>>,
    has_changed: Condvar,
    looker: Looker,
    compiled: Mutex<Earlier>,
    modules: Option<KeptModules>,
}

/// Beside the thread of the program; more would wait for the disk, or for each other.
const MOST_THREADS: usize = 3;

/// What an earlier start has left.
#[derive(Default)]
enum Earlier {
    #[default]
    None,
    Unread(PathBuf),
    Read(Vec<u8>),
}

impl Earlier {
    fn read(&mut self) {
        if let Self::Unread(file) = self {
            *self = compiled::read(file).map_or(Self::None, Self::Read);
        }
    }
}

/// The files that an earlier start has left, if there are any.
#[derive(Debug, Default)]
pub struct Kept {
    /// With what V8 has compiled.
    pub compiled: Option<PathBuf>,
    /// With the modules.
    pub modules: Option<PathBuf>,
}

/// The modules that an entry imports.
pub struct Ahead {
    shared: Arc<Shared>,
}

impl Ahead {
    /// Begins with the file `entry`.
    #[must_use]
    pub fn start(entry: &Path, kept: Kept, options: AheadOptions) -> Self {
        let waiting = VecDeque::from([real_path(entry)]);
        let shared = Arc::new(Shared {
            walk: Mutex::new(Some(Walk { waiting, ..Walk::default() })),
            has_changed: Condvar::new(),
            looker: Looker::new(options),
            compiled: Mutex::new(kept.compiled.map_or(Earlier::None, Earlier::Unread)),
            modules: kept.modules.map(KeptModules::new),
        });
        let others = thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1));
        for _ in 0..others.clamp(1, MOST_THREADS) {
            let walked = Arc::clone(&shared);
            // Without a thread everything is looked at when it is asked for.
            let _ = thread::Builder::new().name("safe-hot-ahead".to_owned()).spawn(move || {
                walked.compiled.lock().read();
                walked.walk();
            });
        }
        Self { shared }
    }

    /// The module at `path`, if all that it was made of is as it was; once. What no thread has begun with is looked at now.
    #[must_use]
    pub fn take(&self, path: &Path) -> Option<ModuleAhead> {
        let looked = self.take_looked(path)?;
        let is_as_it_was = looked.module.is_as_it_was(path, &mut Now::default());
        is_as_it_was.then(|| Arc::unwrap_or_clone(looked).module)
    }

    fn take_looked(&self, path: &Path) -> Option<Arc<Looked>> {
        let mut walk = self.shared.walk.lock();
        while matches!(walk.as_ref()?.files.get(path), Some(State::Working)) {
            self.shared.has_changed.wait(&mut walk);
        }
        if walk.as_mut()?.claim(path) {
            drop(walk);
            return self.shared.look_now(path);
        }
        walk.as_mut()?.take_ready(path)
    }

    /// The module at `path`, and of what is loaded along with it before any of it runs all that is there by now.
    #[must_use]
    pub fn take_graph(&self, path: &Path) -> Vec<(PathBuf, ModuleAhead)> {
        let mut now = Now::default();
        let first = self.take_looked(path);
        let Some(first) = first.filter(|looked| looked.module.is_as_it_was(path, &mut now)) else {
            return Vec::new();
        };
        let mut graph = vec![(path.to_path_buf(), first)];
        if let Some(walk) = self.shared.walk.lock().as_mut() {
            let mut next = 0;
            while let Some((_, looked)) = graph.get(next) {
                let found: Vec<_> = looked
                    .module
                    .imports
                    .iter()
                    .filter_map(|path| Some((path.clone(), walk.take_ready(path)?)))
                    .collect();
                graph.extend(found);
                next += 1;
            }
        }
        graph.retain(|(path, looked)| looked.module.is_as_it_was(path, &mut now));
        graph
            .into_iter()
            .map(|(path, looked)| (path, Arc::unwrap_or_clone(looked).module))
            .collect()
    }

    /// Waits until there is nothing more that the entry imports.
    pub fn settle(&self) {
        let mut walk = self.shared.walk.lock();
        while walk.as_ref().is_some_and(|walk| !walk.has_ended()) {
            self.shared.has_changed.wait(&mut walk);
        }
    }

    /// What V8 has compiled before, as it was written down; once.
    #[must_use]
    pub fn take_compiled(&self) -> Option<Vec<u8>> {
        let mut earlier = self.shared.compiled.lock();
        earlier.read();
        if let Earlier::Read(bytes) = std::mem::take(&mut *earlier) { Some(bytes) } else { None }
    }

    /// The modules for a file by which the next start knows them, with room for the checksum in front; once. `None` if it has
    /// them already.
    #[must_use]
    pub fn take_modules(&self) -> Option<Vec<u8>> {
        self.shared.modules.as_ref()?.take()
    }

    /// Forgets what nobody has asked for, and begins nothing more.
    pub fn end(&self) {
        *self.shared.compiled.lock() = Earlier::None;
        *self.shared.walk.lock() = None;
        self.shared.has_changed.notify_all();
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    /// Until there is nothing more to look at.
    fn walk(&self) {
        while let Some(path) = self.next() {
            let looked = self.look(&path);
            let state = looked.clone().map_or(State::Over, State::Ready);
            self.did_look(path, state, looked.as_deref());
        }
    }

    fn next(&self) -> Option<PathBuf> {
        let mut walk = self.walk.lock();
        loop {
            let here = walk.as_mut()?;
            if let Some(path) = here.claim_next() {
                return Some(path);
            }
            if here.has_ended() {
                drop(walk);
                self.has_changed.notify_all();
                return None;
            }
            self.has_changed.wait(&mut walk);
        }
    }

    /// For the one who asks.
    fn look_now(&self, path: &Path) -> Option<Arc<Looked>> {
        let looked = self.look(path);
        self.did_look(path.to_path_buf(), State::Over, looked.as_deref());
        looked
    }

    /// A panic is no more than a module that is not plain.
    fn look(&self, path: &Path) -> Option<Arc<Looked>> {
        let Some(kept) = &self.modules else {
            return Some(self.look_from(path, None)?.0);
        };
        let (looked, is_new) = self.look_from(path, kept.earlier(path))?;
        kept.note(path, &looked, is_new);
        Some(looked)
    }

    fn look_from(
        &self,
        path: &Path,
        earlier: Option<&Arc<Looked>>,
    ) -> Option<(Arc<Looked>, IsNew)> {
        catch_unwind(AssertUnwindSafe(|| self.looker.look(path, earlier))).ok().flatten()
    }

    fn did_look(&self, path: PathBuf, state: State, looked: Option<&Looked>) {
        let next = looked.map_or(&[][..], |looked| &looked.next);
        if let Some(walk) = self.walk.lock().as_mut() {
            walk.did_look(path, state, next);
        }
        self.has_changed.notify_all();
    }
}
