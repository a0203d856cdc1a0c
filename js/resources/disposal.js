'use strict';

/** Ends resources. One that throws, rejects or hangs is told with its owner, and never stops the rest. */

const { SafeHotError } = require('../errors');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('./tracker').Resource} Resource
 *
 * @typedef {object} DisposalHost
 * @property {number} graceMs how long an asynchronous disposal may take before it is told
 * @property {(error: SafeHotError) => void} warn
 */

/**
 * @param {Version} version
 * @param {Resource} resource
 * @param {DisposalHost} host
 * @returns {() => void} throws a SafeHotError if the release does
 */
function disposerOf(version, resource, host) {
  const details = {
    what: resource.what(),
    path: version.record.path,
    version: version.number,
  };
  return () => {
    let result;
    try {
      result = resource.release();
    } catch (cause) {
      throw failure({ ...details, reason: reasonOf(cause) }, cause);
    }
    if (typeof (/** @type {any} */ (result)?.then) === 'function') {
      follow(/** @type {Promise<unknown>} */ (result), details, host);
    }
  };
}

/**
 * @param {PromiseLike<unknown>} disposal
 * @param {Record<string, unknown>} details
 * @param {DisposalHost} host
 */
function follow(disposal, details, { graceMs, warn }) {
  const reason = `it has not ended after ${graceMs} ms`;
  const timer = setTimeout(() => warn(failure({ ...details, reason })), graceMs);
  timer.unref();
  disposal.then(
    () => clearTimeout(timer),
    (cause) => {
      clearTimeout(timer);
      warn(failure({ ...details, reason: reasonOf(cause) }, cause));
    },
  );
}

/**
 * @param {Record<string, unknown>} details
 * @param {unknown} [cause]
 */
function failure(details, cause) {
  return new SafeHotError('ERR_SAFE_HOT_DISPOSE', details, cause);
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? error.message : String(error);
}

exports.disposerOf = disposerOf;
