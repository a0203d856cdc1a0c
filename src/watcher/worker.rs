//! The watcher's thread: commands and reports come in, change sets go out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::backend::{Backend, Report};
use super::debounce::{Debounce, Pace, Signal};
use super::error::WatchError;
use super::folders::Folders;
use super::interest::Interest;
use super::poller::{self, Poller};
use super::{
    Done, Listener, Notice, Returning, Shared, Underway, WatchMode, WatchStatus, WatchedFile,
};
use crate::change::{ChangeKind, ChangeSet};
use crate::fingerprint::fingerprint_file;

/// Where the system reports no close, a write counts as over after this much silence.
const QUIET: Duration = Duration::from_millis(30);

/// How often to look when the system refuses to watch and nobody said how often.
const FALLBACK_INTERVAL: Duration = Duration::from_millis(250);

/// Reports are taken in batches of at most this many, so that a flood of them cannot keep a change set from leaving.
const BATCH: usize = 4_096;

pub(super) enum Command {
    Watch(Vec<WatchedFile>),
    Unwatch(Vec<PathBuf>),
    Expect(Vec<PathBuf>),
    Unexpect(Vec<PathBuf>),
    TakeBack(ChangeSet, Returning),
    Ready(Done),
    Close,
}

pub(super) enum Message {
    Command(Command),
    Reports(Result<Vec<Report>, WatchError>),
}

/// Whether the thread goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Close,
}

pub(super) struct Worker {
    inbox: Receiver<Message>,
    listener: Listener,
    shared: Arc<Mutex<Shared>>,
    interest: Interest,
    folders: Folders,
    backend: Backend,
    /// `Some` exactly when the backend is `Polling`.
    poller: Option<Poller>,
    debounce: Debounce,
}

impl Worker {
    pub(super) fn start(
        poll_interval: Option<Duration>,
        listener: Listener,
        (messages, inbox): (Sender<Message>, Receiver<Message>),
        shared: Arc<Mutex<Shared>>,
    ) {
        let kept = Arc::clone(&shared);
        let run = move || {
            let mut worker = Self {
                inbox,
                listener,
                shared,
                interest: Interest::default(),
                folders: Folders::default(),
                backend: Backend::Polling,
                poller: None,
                debounce: Debounce::new(native_pace()),
            };
            // A panic is a bug; it must be seen in the status rather than as a watcher that is silent.
            let reason = catch_unwind(AssertUnwindSafe(|| worker.run(poll_interval, messages)))
                .err()
                .map(|_| "the watcher's thread panicked".to_owned());
            worker.set_status(WatchStatus { mode: WatchMode::Closed, reason });
        };
        if let Err(error) = thread::Builder::new().name("safe-hot-watcher".to_owned()).spawn(run) {
            let reason = Some(format!("the system gave no thread: {error}"));
            kept.lock().status = WatchStatus { mode: WatchMode::Closed, reason };
        }
    }

    fn run(&mut self, poll_interval: Option<Duration>, messages: Sender<Message>) {
        match poll_interval {
            Some(interval) => self.start_polling(interval),
            // The sender is dropped after a failed send only: the handle has closed, and the thread ends by that.
            None => {
                match Backend::native(move |reports| drop(messages.send(Message::Reports(reports))))
                {
                    Ok(backend) => self.backend = backend,
                    Err(error) => self.fall_back(&error),
                }
            }
        }
        while self.receive() == Flow::Continue {
            self.poll();
            self.flush();
        }
        self.backend = Backend::Polling;
        self.shared.lock().folders.clear();
    }

    /// Sleeps until a message comes or something is due, then handles all messages that are there.
    fn receive(&mut self) -> Flow {
        let due = self
            .debounce
            .deadline()
            .into_iter()
            .chain(self.poller.as_ref().map(Poller::next))
            .min();
        let first = match due {
            None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => self.inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        let mut next = match first {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Flow::Close,
        };
        for _ in 0..BATCH {
            let Some(message) = next else { break };
            if self.handle(message) == Flow::Close {
                return Flow::Close;
            }
            next = self.inbox.try_recv().ok();
        }
        Flow::Continue
    }

    fn handle(&mut self, message: Message) -> Flow {
        match message {
            Message::Command(Command::Close) => return Flow::Close,
            Message::Command(Command::Ready(done)) => drop(done),
            Message::Command(Command::Watch(files)) => self.watch(&files),
            Message::Command(Command::TakeBack(changes, returning)) => {
                let now = Instant::now();
                let mut shared = self.shared.lock();
                // What has left since the set was sent back as well.
                let recalled: Vec<_> = shared.recall().collect();
                for change in changes.into_iter().chain(recalled) {
                    self.debounce.on_return(&change.path, change.kind, now);
                }
                shared.is_pending = self.debounce.is_any_pending();
                drop(shared);
                drop(returning);
            }
            Message::Command(Command::Unwatch(paths)) => {
                let folders =
                    paths.iter().flat_map(|path| self.interest.remove_file(path)).collect();
                self.release(folders);
            }
            Message::Command(Command::Expect(bases)) => {
                let folders = bases.iter().flat_map(|base| self.interest.add_base(base)).collect();
                self.want(folders);
            }
            Message::Command(Command::Unexpect(bases)) => {
                let folders =
                    bases.iter().flat_map(|base| self.interest.remove_base(base)).collect();
                self.release(folders);
            }
            Message::Reports(Ok(reports)) => {
                self.on_reports(reports);
            }
            Message::Reports(Err(error)) => self.fall_back(&error),
        }
        Flow::Continue
    }

    fn watch(&mut self, files: &[WatchedFile]) {
        let folders = files.iter().flat_map(|file| self.interest.add_file(&file.path)).collect();
        self.want(folders);
        for WatchedFile { path, fingerprint } in files {
            let Some(in_use) = fingerprint else { continue };
            match fingerprint_file(path) {
                Ok(now) if now == *in_use => {}
                Ok(_) => self.signal(path, Signal::Done(ChangeKind::Modified)),
                Err(_) => self.signal(path, Signal::Removed),
            }
        }
    }

    fn want(&mut self, folders: Vec<PathBuf>) {
        for folder in folders {
            if let Err(error) = self.folders.want(&folder, &mut self.backend) {
                self.fall_back(&error);
            }
        }
        self.after_folders_changed();
    }

    fn release(&mut self, folders: Vec<PathBuf>) {
        for folder in folders {
            self.folders.release(&folder, &mut self.backend);
        }
        self.after_folders_changed();
    }

    fn after_folders_changed(&mut self) {
        if let Some(poller) = &mut self.poller {
            poller.learn(&self.interest);
        }
        self.shared.lock().folders = self.folders.list();
    }

    fn on_reports(&mut self, reports: Vec<Report>) {
        for report in reports {
            self.on_report(report);
        }
    }

    fn on_report(&mut self, report: Report) {
        match report {
            Report::Closed(path) => self.on_content(&path, Signal::Done(ChangeKind::Modified)),
            Report::Written(path) => self.on_content(&path, Signal::Written),
            Report::FileCreated(path) => self.on_appeared(&path, Signal::Opened),
            Report::FolderCreated(path) => {
                self.on_appeared(&path, Signal::Done(ChangeKind::Created));
            }
            Report::Arrived(path) => self.on_arrived(&path),
            Report::Renamed(path) if path.exists() => self.on_arrived(&path),
            Report::Renamed(path) | Report::Removed(path) => self.on_removed(&path),
            Report::Rescan => self.on_rescan(),
        }
    }

    /// Content alone wins no resolution, so it matters for watched files and for those that have just appeared.
    fn on_content(&mut self, path: &Path, signal: Signal) {
        if let Some(watched) = self.interest.watched(path).map(Path::to_path_buf) {
            self.signal(&watched, signal);
        } else if self.debounce.is_pending(path) {
            self.signal(path, signal);
        }
    }

    fn on_arrived(&mut self, path: &Path) {
        let kind = if self.interest.watched(path).is_some() {
            ChangeKind::Modified
        } else {
            ChangeKind::Created
        };
        self.on_appeared(path, Signal::Done(kind));
    }

    fn on_appeared(&mut self, path: &Path, signal: Signal) {
        self.on_existence(path, signal);
        if !path.is_dir() {
            return;
        }
        // The watches below it follow the folder that another link led to.
        if path.is_symlink() {
            match self.folders.on_lost(path, &mut self.backend) {
                Ok(false) => {}
                Ok(true) => self.on_returned(path),
                Err(error) => self.fall_back(&error),
            }
        }
        match self.folders.on_created(path, &mut self.backend) {
            Ok(folders) if folders.is_empty() => {}
            Ok(folders) => {
                for folder in &folders {
                    self.on_returned(folder);
                }
                self.after_folders_changed();
            }
            Err(error) => self.fall_back(&error),
        }
    }

    fn on_removed(&mut self, path: &Path) {
        self.on_existence(path, Signal::Removed);
        if self.interest.watched(path).is_some() {
            return;
        }
        match self.folders.on_lost(path, &mut self.backend) {
            Ok(false) => {}
            Ok(true) => {
                self.on_doubt(&self.interest.files_below(path));
                self.after_folders_changed();
            }
            Err(error) => self.fall_back(&error),
        }
    }

    fn on_existence(&mut self, path: &Path, signal: Signal) {
        if let Some(watched) = self.interest.watched(path).map(Path::to_path_buf) {
            self.signal(&watched, signal);
        } else if self.interest.could_win(path) {
            self.debounce.on_newcomer(path, signal, Instant::now());
        }
    }

    /// A folder is watched again or for the first time: nobody saw what happened in it before.
    fn on_returned(&mut self, folder: &Path) {
        self.on_doubt(&self.interest.files_below(folder));
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if self.interest.watched(&path).is_none() && self.interest.could_win(&path) {
                self.signal(&path, Signal::Done(ChangeKind::Created));
            }
        }
    }

    fn on_rescan(&mut self) {
        let files: Vec<_> = self.interest.files().map(Path::to_path_buf).collect();
        self.on_doubt(&files);
        if let Err(error) = self.folders.on_rescan(&mut self.backend) {
            self.fall_back(&error);
        }
        self.after_folders_changed();
    }

    fn on_doubt(&mut self, files: &[PathBuf]) {
        for file in files {
            let signal =
                if file.exists() { Signal::Done(ChangeKind::Unknown) } else { Signal::Removed };
            self.signal(file, signal);
        }
    }

    fn signal(&mut self, path: &Path, signal: Signal) {
        self.debounce.on_signal(path, signal, Instant::now());
    }

    /// Polls from now on. What happened while the system failed to tell is not known.
    fn fall_back(&mut self, error: &WatchError) {
        if self.poller.is_some() {
            return;
        }
        tracing::debug!(%error, "polling");
        self.start_polling(FALLBACK_INTERVAL);
        let files: Vec<_> = self.interest.files().map(Path::to_path_buf).collect();
        self.on_doubt(&files);
        self.set_status(WatchStatus { mode: WatchMode::Polling, reason: Some(error.to_string()) });
    }

    fn start_polling(&mut self, interval: Duration) {
        self.backend = Backend::Polling;
        self.debounce.set_pace(Pace::Quiet(poller::SETTLED));
        let mut poller = Poller::new(interval, Instant::now());
        poller.learn(&self.interest);
        self.poller = Some(poller);
        if let Err(error) = self.folders.on_rescan(&mut self.backend) {
            tracing::error!(%error, "polling refuses no folder");
        }
    }

    fn poll(&mut self) {
        let now = Instant::now();
        let Some(poller) = self.poller.as_mut().filter(|poller| poller.next() <= now) else {
            return;
        };
        for (path, signal) in poller.poll(&self.interest, now) {
            self.signal(&path, signal);
        }
    }

    fn flush(&mut self) {
        let leaving = self.debounce.on_tick(Instant::now(), is_empty_file);
        // A set is underway before it is no longer pending: it is never out of sight.
        let leaving = leaving.map(|(changes, extent)| {
            let underway = Underway::new(&self.shared, changes.clone());
            (changes, extent, underway)
        });
        self.shared.lock().is_pending = self.debounce.is_any_pending();
        if let Some((changes, extent, underway)) = leaving {
            (self.listener)(Notice::Changed(changes, extent, underway));
        }
    }

    fn set_status(&mut self, status: WatchStatus) {
        self.shared.lock().status = status.clone();
        (self.listener)(Notice::Status(status));
    }
}

const fn native_pace() -> Pace {
    if cfg!(any(target_os = "linux", target_os = "android")) {
        Pace::Closes
    } else {
        Pace::Quiet(QUIET)
    }
}

fn is_empty_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}
