//! The analysis of heap snapshots, on a thread of libuv's pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use parking_lot::Mutex;

use super::error::NativeError;
use crate::heap::places::Place;
use crate::heap::{self, Parser, Retained, SnapshotError, Step};

/// An old version that is reachable, and who holds it.
#[napi(object, object_from_js = false)]
pub struct NativeRetained {
    pub path: String,
    /// Absent for a module that safe-hot has not loaded.
    pub version: Option<String>,
    /// Of each holder the way from the root to what it holds.
    pub holders: Vec<Vec<NativeStep>>,
    /// In bytes, of all functions of the version and what else these holders have of it.
    pub retained_size: f64,
    /// How many steps of the first way lead to the nearest object that all ways lead over.
    pub shared_steps: u32,
}

/// One edge of a way, and the node that it leads to.
#[napi(object, object_from_js = false)]
pub struct NativeStep {
    #[napi(
        ts_type = "'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'ephemeron'"
    )]
    pub edge_kind: String,
    pub edge: String,
    #[napi(
        ts_type = "'hidden' | 'array' | 'string' | 'object' | 'code' | 'closure' | 'synthetic' | 'shape' | 'other'"
    )]
    pub node_kind: String,
    pub node: String,
    pub id: u32,
    /// In bytes, of the node alone.
    pub retained_size: f64,
    pub place: Option<NativePlace>,
}

/// Where a function stands, or the function that a scope belongs to; of a module object its file only.
#[napi(object, object_from_js = false)]
pub struct NativePlace {
    pub file: String,
    /// Empty for a whole module, and for a function without a name.
    pub function: String,
    /// 1-based.
    pub line: Option<u32>,
    pub column: Option<u32>,
}

#[napi(discriminant = "type", discriminant_case = "lowercase", object_from_js = false)]
pub enum NativeHeapOutcome {
    Analyzed { retained: Vec<NativeRetained> },
    Failed { error: NativeError },
}

/// Takes a heap snapshot as it streams in. One call at a time.
#[napi]
#[derive(Default)]
pub struct NativeHeap {
    parser: Arc<Mutex<Option<Parser>>>,
}

#[napi]
impl NativeHeap {
    #[napi(constructor, catch_unwind)]
    pub fn new() -> Self {
        Self { parser: Arc::new(Mutex::new(Some(Parser::default()))) }
    }

    /// Takes the next bytes. Resolves with what is wrong with them, if anything is.
    #[napi(ts_return_type = "Promise<NativeError | null>", catch_unwind)]
    pub fn feed(&self, chunk: &[u8]) -> AsyncTask<Feed> {
        AsyncTask::new(Feed { parser: Arc::clone(&self.parser), chunk: chunk.to_vec() })
    }

    /// Takes all bytes of a file. Resolves with what is wrong with them, or with the file, if anything is.
    #[napi(ts_return_type = "Promise<NativeError | null>", catch_unwind)]
    pub fn read_file(&self, path: String) -> AsyncTask<ReadFile> {
        AsyncTask::new(ReadFile { parser: Arc::clone(&self.parser), path })
    }

    /// All bytes are in: resolves with the old versions that are reachable. The snapshot is used up.
    #[napi(ts_return_type = "Promise<NativeHeapOutcome>", catch_unwind)]
    pub fn finish(&self) -> AsyncTask<Finish> {
        AsyncTask::new(Finish { parser: Arc::clone(&self.parser) })
    }
}

pub struct Feed {
    parser: Arc<Mutex<Option<Parser>>>,
    chunk: Vec<u8>,
}

impl Task for Feed {
    type Output = Option<NativeError>;
    type JsValue = Option<NativeError>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| match &mut *self.parser.lock() {
            Some(parser) => parser.feed(&self.chunk),
            None => Ok(()),
        })
        .err())
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

pub struct ReadFile {
    parser: Arc<Mutex<Option<Parser>>>,
    path: String,
}

impl Task for ReadFile {
    type Output = Option<NativeError>;
    type JsValue = Option<NativeError>;

    fn compute(&mut self) -> Result<Self::Output> {
        let mut parser = self.parser.lock();
        let read = |parser| guarded(|| heap::file::read(parser, &self.path)).err();
        Ok(parser.as_mut().and_then(read))
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

pub struct Finish {
    parser: Arc<Mutex<Option<Parser>>>,
}

impl Task for Finish {
    type Output = NativeHeapOutcome;
    type JsValue = NativeHeapOutcome;

    fn compute(&mut self) -> Result<Self::Output> {
        let parser = self.parser.lock().take().unwrap_or_default();
        let outcome = guarded(|| {
            let snapshot = parser.finish()?;
            let retained = heap::retained(&snapshot);
            // To give back as much memory takes as long as a tenth of the search, and nobody needs to wait for it.
            let _ = thread::Builder::new().spawn(|| drop(snapshot));
            Ok::<_, SnapshotError>(retained)
        });
        Ok(match outcome {
            Ok(retained) => NativeHeapOutcome::Analyzed {
                retained: retained.into_iter().map(NativeRetained::from).collect(),
            },
            Err(error) => NativeHeapOutcome::Failed { error },
        })
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

/// A panic on a thread of the pool would end the process, `catch_unwind` of the export or not.
fn guarded<T, E>(
    work: impl FnOnce() -> std::result::Result<T, E>,
) -> std::result::Result<T, NativeError>
where
    NativeError: for<'a> From<&'a E>,
{
    let panicked = || NativeError {
        code: "ERR_SAFE_HOT_INTERNAL".to_owned(),
        message: "the analysis of a heap snapshot panicked".to_owned(),
    };
    let result = catch_unwind(AssertUnwindSafe(work)).map_err(|_| panicked())?;
    result.map_err(|error| NativeError::from(&error))
}

impl From<Retained> for NativeRetained {
    #[allow(clippy::cast_precision_loss, reason = "no heap has 2 to the 53 bytes")]
    fn from(retained: Retained) -> Self {
        let steps = |way: Vec<Step>| way.into_iter().map(NativeStep::from).collect();
        Self {
            path: retained.path,
            version: retained.version,
            holders: retained.holders.into_iter().map(steps).collect(),
            retained_size: retained.retained_size as f64,
            shared_steps: u32::try_from(retained.shared_steps).unwrap_or(0),
        }
    }
}

impl From<Step> for NativeStep {
    #[allow(clippy::cast_precision_loss, reason = "no heap has 2 to the 53 bytes")]
    fn from(step: Step) -> Self {
        Self {
            edge_kind: step.edge_kind.to_owned(),
            edge: step.edge,
            node_kind: step.node_kind.to_owned(),
            node: step.node,
            id: step.id,
            retained_size: step.retained_size as f64,
            place: step.place.map(NativePlace::from),
        }
    }
}

impl From<Place> for NativePlace {
    fn from(Place { file, function, position }: Place) -> Self {
        let (line, column) = position.unzip();
        Self { file, function, line, column }
    }
}
