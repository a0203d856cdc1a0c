'use strict';

/**
 * Loads the addon once, and turns what it reports into `SafeHotError`s: a failure that it names keeps its code,
 * a panic (or anything else that it throws by itself) becomes ERR_SAFE_HOT_INTERNAL.
 */

const Module = /** @type {any} */ (require('node:module'));
const { SafeHotError } = require('./errors');

/** @returns {typeof import('./binding')} */
function load() {
  try {
    return require('./binding');
  } catch (error) {
    const { cause, ...details } = require('./native-package').describeMissing(error);
    throw new SafeHotError('ERR_SAFE_HOT_NATIVE_MISSING', details, cause);
  }
}

const binding = load();

/**
 * Calls into the addon; an exception that it throws is a bug of ours, and says so.
 *
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw new SafeHotError('ERR_SAFE_HOT_INTERNAL', { reason: reasonOf(error) }, error);
  }
}

/**
 * @param {{ code: string, message: string }} error as it crosses from Rust
 * @param {Record<string, unknown>} [details]
 */
function fromNative(error, details = {}) {
  return new SafeHotError(error.code, { reason: error.message, ...details });
}

/** The path of its file. */
function fileOfAddon() {
  /** @type {NodeModule[]} */
  const loaded = Object.values(Module._cache);
  const isAddon = (/** @type {NodeModule} */ each) =>
    each.exports === binding && each.filename.endsWith('.node');
  return loaded.find(isAddon)?.filename;
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

exports.binding = binding;
exports.fileOfAddon = fileOfAddon;
exports.guarded = guarded;
exports.fromNative = fromNative;
exports.reasonOf = reasonOf;
