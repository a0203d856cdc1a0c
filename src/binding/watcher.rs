//! What the disk did. The callbacks never keep the process alive.

use std::path::PathBuf;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{
    ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode,
};
use napi_derive::napi;

use crate::change::{ChangeKind, FileChange};
use crate::path::to_text;
use crate::watcher::{Extent, Notice, Underway, WatchMode, WatchStatus, WatchedFile, Watcher};

/// Called with one argument made of `T`, from any thread, without keeping the process alive.
type Callback<T, Argument = T> =
    ThreadsafeFunction<T, Unknown<'static>, Argument, Status, false, true>;

#[napi(object, object_to_js = false)]
pub struct NativeWatcherOptions {
    /// Polls the disk this often rather than ask the system to report.
    pub poll_interval_ms: Option<u32>,
}

#[napi(object, object_to_js = false)]
pub struct NativeWatchedFile {
    pub path: String,
    /// Of the content in use. If the file differs once the watch stands, it is reported.
    pub fingerprint: Option<String>,
}

#[napi(object)]
pub struct NativeChange {
    pub path: String,
    #[napi(ts_type = "'created' | 'modified' | 'removed' | 'unknown'")]
    pub kind: String,
}

#[napi(object, object_from_js = false)]
pub struct NativeChangeSet {
    pub changes: Vec<NativeChange>,
    /// It left at once. If there `hasMore` before it is used, it is to be taken back.
    pub may_grow: bool,
}

#[napi(object, object_from_js = false)]
pub struct NativeWatchStatus {
    #[napi(ts_type = "'native' | 'polling' | 'closed'")]
    pub mode: String,
    /// Why it is not as asked for.
    pub reason: Option<String>,
}

/// Watches files by their folders, on a thread of its own.
#[napi]
pub struct NativeWatcher {
    inner: Watcher,
}

#[napi]
impl NativeWatcher {
    /// `onChange` gets one change set a call, `onStatus` each change of how changes are found.
    #[napi(
        constructor,
        catch_unwind,
        ts_args_type = "options: NativeWatcherOptions, onChange: (set: NativeChangeSet) => void, onStatus?: ((status: NativeWatchStatus) => void) | undefined | null"
    )]
    pub fn new(
        options: NativeWatcherOptions,
        on_change: Function<'_, NativeChangeSet, Unknown<'static>>,
        on_status: Option<Function<'_, NativeWatchStatus, Unknown<'static>>>,
    ) -> Result<Self> {
        let on_change: Callback<(NativeChangeSet, Underway), NativeChangeSet> = on_change
            .build_threadsafe_function::<(NativeChangeSet, Underway)>()
            .weak::<true>()
            .callee_handled::<false>()
            // On the main thread, right before the call: the set arrives, or was recalled.
            .build_callback(|context: ThreadsafeCallContext<_>| {
                let (mut set, underway): (NativeChangeSet, Underway) = context.value;
                if !underway.arrive() {
                    set.changes.clear();
                }
                Ok(set)
            })?;
        let on_status = on_status.as_ref().map(callback).transpose()?;
        let listener = move |notice| match (notice, &on_status) {
            (Notice::Changed(changes, extent, underway), _) => {
                let changes = changes.into_iter().map(NativeChange::from).collect();
                let set = NativeChangeSet { changes, may_grow: extent == Extent::MayGrow };
                on_change.call((set, underway), ThreadsafeFunctionCallMode::NonBlocking);
            }
            (Notice::Status(status), Some(on_status)) => {
                on_status.call(status.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
            (Notice::Status(_), None) => {}
        };
        let poll_interval =
            options.poll_interval_ms.map(|ms| Duration::from_millis(ms.max(1).into()));
        Ok(Self { inner: Watcher::new(poll_interval, Box::new(listener)) })
    }

    #[napi(catch_unwind)]
    pub fn watch(&self, files: Vec<NativeWatchedFile>) {
        self.inner.watch(files.into_iter().map(WatchedFile::from).collect());
    }

    #[napi(catch_unwind)]
    pub fn unwatch(&self, paths: Vec<String>) {
        self.inner.unwatch(to_paths(paths));
    }

    /// Reports what appears or vanishes where it could win the resolution of one of these absolute specifiers.
    #[napi(catch_unwind)]
    pub fn expect(&self, bases: Vec<String>) {
        self.inner.expect(to_paths(bases));
    }

    /// Takes back `expect` and `expectFolder`.
    #[napi(catch_unwind)]
    pub fn unexpect(&self, bases: Vec<String>) {
        self.inner.unexpect(to_paths(bases));
    }

    /// Reports when this folder, or an entry of a package in it, appears.
    #[napi(catch_unwind)]
    pub fn expect_folder(&self, path: String) {
        self.inner.expect_folder(path.into());
    }

    /// Has something happened that `onChange` was not called with yet? It will be.
    #[napi(catch_unwind)]
    pub fn has_more(&self) -> bool {
        self.inner.has_more()
    }

    /// Takes back changes that were told at once and not used. They come again, with what came after them: a set that
    /// `onChange` was not called with yet is empty then.
    #[napi(catch_unwind)]
    pub fn take_back(&self, changes: Vec<NativeChange>) {
        let changes = changes.into_iter().map(|NativeChange { path, kind }| {
            let kind = ChangeKind::from_word(&kind).unwrap_or(ChangeKind::Unknown);
            (path.into(), kind)
        });
        self.inner.take_back(changes.collect());
    }

    /// The folders that are watched now.
    #[napi(catch_unwind)]
    pub fn folders(&self) -> Vec<String> {
        self.inner.folders().iter().map(|folder| to_text(folder)).collect()
    }

    /// Resolves once all that was asked for so far is done.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn ready<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (deferred, promise) = env.create_deferred::<(), fn(Env) -> Result<()>>()?;
        self.inner.ready(move || deferred.resolve(|_| Ok(())));
        Ok(promise)
    }

    #[napi(catch_unwind)]
    pub fn status(&self) -> NativeWatchStatus {
        self.inner.status().into()
    }

    /// Ends the thread. Later calls do nothing.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.inner.close();
    }
}

fn callback<T: 'static + JsValuesTupleIntoVec>(
    function: &Function<'_, T, Unknown<'static>>,
) -> Result<Callback<T>> {
    function.build_threadsafe_function::<T>().weak::<true>().callee_handled::<false>().build()
}

fn to_paths(paths: Vec<String>) -> Vec<PathBuf> {
    paths.into_iter().map(PathBuf::from).collect()
}

impl From<NativeWatchedFile> for WatchedFile {
    fn from(NativeWatchedFile { path, fingerprint }: NativeWatchedFile) -> Self {
        Self { path: path.into(), fingerprint }
    }
}

impl From<FileChange> for NativeChange {
    fn from(FileChange { path, kind }: FileChange) -> Self {
        Self { path: to_text(&path), kind: kind.as_str().to_owned() }
    }
}

impl From<WatchStatus> for NativeWatchStatus {
    fn from(WatchStatus { mode, reason }: WatchStatus) -> Self {
        let mode = match mode {
            WatchMode::Native => "native",
            WatchMode::Polling => "polling",
            WatchMode::Closed => "closed",
        };
        Self { mode: mode.to_owned(), reason }
    }
}
