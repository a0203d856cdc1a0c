'use strict';

/** Ends resources. One that throws, rejects or hangs is told with its owner, and never stops the rest. */

const { clearTimeout, setTimeout } = require('../clock');
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
    follow(result, details, host);
  };
}

/**
 * Tells of what a dispose handler of the program's own began, if it goes wrong or does not end.
 *
 * @param {Version} version
 * @param {unknown} result of the handler
 * @param {DisposalHost} host
 */
function followHandler(version, result, host) {
  const details = { what: 'by a handler', path: version.record.path, version: version.number };
  follow(result, details, host);
}

/**
 * @param {any} disposal a promise, or anything else, which has ended
 * @param {Record<string, unknown>} details
 * @param {DisposalHost} host
 */
function follow(disposal, details, { graceMs, warn }) {
  if (typeof disposal?.then !== 'function') return;
  const reason = `it has not ended after ${graceMs} ms`;
  const timer = setTimeout(() => warn(failure({ ...details, reason })), graceMs);
  timer.unref();
  disposal.then(
    () => clearTimeout(timer),
    (/** @type {unknown} */ cause) => {
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
exports.followHandler = followHandler;
