'use strict';

/** Who holds the old versions that are still reachable: by a heap snapshot, which the native part reads. */

const fs = require('node:fs');
const v8 = require('node:v8');
const { fileURLToPath } = require('node:url');
const { setImmediate } = require('node:timers/promises');
const { SafeHotError } = require('./errors');
const { binding, fromNative, reasonOf } = require('./native');
const { relativeTo } = require('./report/events');
const { holderOf, thingOf } = require('./report/holders');

/** @typedef {import('./types').Diagnosis} Diagnosis */

/**
 * @param {string} root paths are told relative to it
 * @param {string} [only] one module
 * @returns {Promise<Diagnosis[]>}
 */
async function diagnoseProcess(root, only) {
  // What the caller has on its stack is no holder, nor is what a WeakRef keeps until the job ends.
  await setImmediate();
  const retained = await analyze(v8.getHeapSnapshot());
  return toldOf(
    retained.filter(({ path }) => only === undefined || path === only),
    root,
  );
}

/**
 * @param {string} file a heap snapshot, as V8 and developer tools write it
 * @param {string} root paths are told relative to it
 * @returns {Promise<Diagnosis[]>}
 * @throws {SafeHotError} ERR_SAFE_HOT_SNAPSHOT, ERR_SAFE_HOT_UNREADABLE
 */
async function diagnoseFile(file, root) {
  const heap = new binding.NativeHeap();
  const details = { path: file };
  try {
    await fs.promises.access(file, fs.constants.R_OK);
  } catch (error) {
    const reason = reasonOf(error);
    throw new SafeHotError('ERR_SAFE_HOT_UNREADABLE', { ...details, reason }, error);
  }
  const error = await heap.readFile(file);
  if (error) throw fromNative(error, details);
  return toldOf(await retainedIn(heap, details), root);
}

/**
 * Reads a snapshot as it streams in, on another thread.
 *
 * @param {AsyncIterable<string | Buffer>} chunks
 */
async function analyze(chunks) {
  const heap = new binding.NativeHeap();
  for await (const chunk of chunks) {
    const error = await heap.feed(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    if (error) throw fromNative(error);
  }
  return retainedIn(heap, {});
}

/**
 * @param {import('./binding').NativeHeap} heap that has all of it
 * @param {{ path?: string }} details
 */
async function retainedIn(heap, details) {
  const outcome = await heap.finish();
  if (outcome.type === 'failed') throw fromNative(outcome.error, details);
  return outcome.retained;
}

/**
 * @param {import('./binding').NativeRetained[]} retained
 * @param {string} root
 */
function toldOf(retained, root) {
  const nameOf = (/** @type {string} */ file) => relativeTo(root, pathOf(file));
  const lineOf = declarations();
  return retained.map(({ path, version, holders, retainedSize, sharedSteps }) => ({
    path: nameOf(path),
    version: version === undefined ? null : Number(version),
    holders: holders.map((steps) => holderOf(steps, nameOf, lineOf)),
    dominator: thingOf((holders[0] ?? []).slice(0, sharedSteps), nameOf, lineOf),
    retainedBytes: retainedSize,
  }));
}

/** @param {string} file a path, or the URL of an ES module */
function pathOf(file) {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/**
 * Finds where a variable is declared, in files as they are now. A snapshot does not tell.
 *
 * @returns {(file: string, variable: string) => number | null} null if that is not clear
 */
function declarations() {
  /** @type {Map<string, string[]>} */
  const files = new Map();
  return (file, variable) => {
    const lines = files.get(file) ?? readLines(pathOf(file));
    files.set(file, lines);
    const name = variable.replace(/\$/g, '\\$&');
    const declaration = new RegExp(
      `\\b(?:const|let|var|class|function\\*?)\\s+(?:[{[][^=]*\\b)?${name}(?![\\w$])`,
    );
    const found = lines.flatMap((line, index) => (declaration.test(line) ? [index + 1] : []));
    return found.length === 1 ? /** @type {number} */ (found[0]) : null;
  };
}

/** @param {string} file */
function readLines(file) {
  try {
    return fs.readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

exports.diagnoseProcess = diagnoseProcess;
exports.diagnoseFile = diagnoseFile;
