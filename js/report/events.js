'use strict';

/** Makes the reports: data only, paths relative to the project root. */

const path = require('node:path');

/**
 * @typedef {import('../types').ReloadReport} ReloadReport
 * @typedef {import('../types').ReportedError} ReportedError
 */

/**
 * @param {string} root
 * @param {(id: number) => string} pathOf a module id of the plan
 * @param {import('../types').Outcome} outcome
 * @param {import('../transaction/host').Result} result
 * @param {number} durationMs
 * @returns {ReloadReport}
 */
function reloadReport(root, pathOf, outcome, result, durationMs) {
  const relative = (/** @type {string} */ file) => relativeTo(root, file);
  const paths = (/** @type {string[] | undefined} */ list) => (list ?? []).map(relative);
  const own = (/** @type {any} */ entry) => ({ ...entry, path: relative(entry.path) });
  const failures = (result.failures ?? []).map(({ error }) => reportedError(error));
  return {
    type: 'reload',
    outcome,
    changed: paths(result.changed),
    evaluated: paths(result.evaluated),
    pruned: paths(result.pruned),
    disposed: (result.disposed ?? []).map(own),
    stale: (result.stale ?? []).map(own),
    handedOver: result.handedOver ?? [],
    traces: result.traces ?? [],
    chains: (result.plan?.chains ?? []).map((chain) => paths(withCause(chain.map(pathOf), result))),
    durationMs: Math.round(durationMs * 100) / 100,
    ...(result.error ? { error: reportedError(result.error) } : {}),
    ...(failures.length > 0 ? { failures } : {}),
  };
}

/**
 * The way of a change, from the file that a module has read, where it is about one.
 *
 * @param {string[]} chain
 * @param {import('../transaction/host').Result} result
 */
function withCause(chain, { causes }) {
  const cause = [...(causes ?? [])].find(([{ path: file }]) => file === chain[0])?.[1];
  return cause === undefined ? chain : [cause, ...chain];
}

/**
 * @param {any} error
 * @returns {ReportedError}
 */
function reportedError(error) {
  const code = typeof error?.code === 'string' ? error.code : (error?.name ?? 'Error');
  const message = error instanceof Error ? error.message : String(error);
  return { code, message, ...(error?.frame ? { frame: error.frame } : {}) };
}

/**
 * @param {string} root
 * @param {string} file
 */
function relativeTo(root, file) {
  return path.relative(root, file).split(path.sep).join('/') || '.';
}

exports.reloadReport = reloadReport;
exports.reportedError = reportedError;
exports.relativeTo = relativeTo;
