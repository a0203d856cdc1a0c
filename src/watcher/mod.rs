//! Tells what the disk did to the files it was told of. Knows nothing of modules.
//!
//! Only the folders of those files are watched, each once and never with what is below it. Everything happens on one
//! thread that sleeps while nothing is pending; calls only send it a command and return.

mod backend;
mod debounce;
mod error;
mod folders;
mod interest;
mod poller;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use parking_lot::Mutex;

pub use self::error::WatchError;
use self::worker::{Command, Message, Worker};
use crate::change::{ChangeSet, FileChange};

/// A file to watch.
#[derive(Debug, Clone)]
pub struct WatchedFile {
    pub path: PathBuf,
    /// Of the content in use. If the file differs once the watch stands, it is reported: no edit is lost in between.
    pub fingerprint: Option<String>,
}

/// How changes are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchMode {
    Native,
    Polling,
    /// Nothing is found any more.
    Closed,
}

/// How changes are found, and why not in the usual way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchStatus {
    pub mode: WatchMode,
    pub reason: Option<String>,
}

/// Whether a change set is known to be all that was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Complete,
    /// It left at once. If `Watcher::has_more` before it is used, it belongs to what comes: see `Watcher::take_back`.
    MayGrow,
}

/// What the watcher tells.
#[derive(Debug)]
pub enum Notice {
    Changed(ChangeSet, Extent, Underway),
    Status(WatchStatus),
}

/// Called on the watcher's thread.
pub type Listener = Box<dyn FnMut(Notice) + Send>;

/// What callers may see of the thread's state.
#[derive(Debug)]
struct Shared {
    status: WatchStatus,
    folders: Vec<PathBuf>,
    /// Has the thread seen something that has not left?
    is_pending: bool,
    /// How many sets are on their way back.
    returning: usize,
    /// Sets that have left and were not received, in that order, by the number of each.
    underway: Vec<(u64, ChangeSet)>,
    /// The number of the last set that has left.
    left: u64,
}

impl Shared {
    /// All that has left and was not received: it has not left after all.
    fn recall(&mut self) -> impl Iterator<Item = FileChange> {
        std::mem::take(&mut self.underway).into_iter().flat_map(|(_, set)| set)
    }
}

/// Of a set that has left and was not received. It counts as not told until it arrives, or until this is dropped.
#[derive(Debug)]
pub struct Underway {
    shared: Arc<Mutex<Shared>>,
    number: u64,
}

impl Underway {
    fn new(shared: &Arc<Mutex<Shared>>, set: ChangeSet) -> Self {
        let mut state = shared.lock();
        state.left += 1;
        let number = state.left;
        state.underway.push((number, set));
        drop(state);
        Self { shared: Arc::clone(shared), number }
    }

    /// Is the set to be acted on? Otherwise it was recalled meanwhile, and comes again.
    #[must_use]
    pub fn arrive(self) -> bool {
        self.remove()
    }

    fn remove(&self) -> bool {
        let mut shared = self.shared.lock();
        let before = shared.underway.len();
        shared.underway.retain(|(number, _)| *number != self.number);
        shared.underway.len() < before
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A set on its way back to the thread.
struct Returning(Arc<Mutex<Shared>>);

impl Drop for Returning {
    fn drop(&mut self) {
        self.0.lock().returning -= 1;
    }
}

/// A handle to the watcher's thread, which ends with it.
#[derive(Debug)]
pub struct Watcher {
    messages: Sender<Message>,
    shared: Arc<Mutex<Shared>>,
}

impl Watcher {
    /// Starts the thread. With an interval the disk is polled, otherwise only if the system refuses to watch.
    #[must_use]
    pub fn new(poll_interval: Option<Duration>, listener: Listener) -> Self {
        let (messages, inbox) = channel();
        let mode = if poll_interval.is_some() { WatchMode::Polling } else { WatchMode::Native };
        let status = WatchStatus { mode, reason: None };
        let shared = Shared {
            status,
            folders: Vec::new(),
            is_pending: false,
            returning: 0,
            underway: Vec::new(),
            left: 0,
        };
        let shared = Arc::new(Mutex::new(shared));
        Worker::start(poll_interval, listener, (messages.clone(), inbox), Arc::clone(&shared));
        Self { messages, shared }
    }

    /// Reports changes of these files from now on.
    pub fn watch(&self, files: Vec<WatchedFile>) {
        self.send(Command::Watch(files));
    }

    pub fn unwatch(&self, paths: Vec<PathBuf>) {
        self.send(Command::Unwatch(paths));
    }

    /// Reports what appears or vanishes where it could win the resolution of one of these: absolute paths as import
    /// specifiers give them, with or without an extension. Resolve again after `ready`: what appeared before the
    /// watch stands is not reported.
    pub fn expect(&self, bases: Vec<PathBuf>) {
        self.send(Command::Expect(bases));
    }

    /// Takes back `expect` and `expect_folder`.
    pub fn unexpect(&self, bases: Vec<PathBuf>) {
        self.send(Command::Unexpect(bases));
    }

    /// Reports when this folder, or an entry of a package in it, appears. The nearest folder that exists is watched.
    pub fn expect_folder(&self, path: PathBuf) {
        self.send(Command::Expect(vec![path]));
    }

    /// Has something happened that was not told yet, or was told and is still `Underway`? It comes, so a change set may
    /// wait for it.
    #[must_use]
    pub fn has_more(&self) -> bool {
        let shared = self.shared.lock();
        // What has not left a watcher that is closed never will, and nothing can be taken back by it.
        shared.status.mode != WatchMode::Closed
            && (shared.is_pending || shared.returning > 0 || !shared.underway.is_empty())
    }

    /// Takes back a set that left at once and was not used. It comes again, with what came after it: what is `Underway`
    /// is recalled.
    pub fn take_back(&self, changes: ChangeSet) {
        let mut shared = self.shared.lock();
        shared.returning += 1;
        let later = shared.recall();
        let changes = changes
            .into_iter()
            .chain(later)
            .map(|FileChange { path, kind }| (path, kind))
            .collect();
        drop(shared);
        self.send(Command::TakeBack(changes, Returning(Arc::clone(&self.shared))));
    }

    /// Calls back on the watcher's thread once all that was asked for so far is done; at once if it is closed.
    pub fn ready(&self, done: impl FnOnce() + Send + 'static) {
        self.send(Command::Ready(Done(Some(Box::new(done)))));
    }

    /// The folders that are watched now.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        self.shared.lock().folders.clone()
    }

    #[must_use]
    pub fn status(&self) -> WatchStatus {
        self.shared.lock().status.clone()
    }

    /// Ends the thread. Later calls do nothing.
    pub fn close(&self) {
        self.send(Command::Close);
    }

    /// A command that cannot be sent is dropped: the watcher is closed then.
    fn send(&self, command: Command) {
        drop(self.messages.send(Message::Command(command)));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.close();
    }
}

/// A callback that runs when it is carried out, or dropped because the watcher is closed.
struct Done(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Done {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done();
        }
    }
}
