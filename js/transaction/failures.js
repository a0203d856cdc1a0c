'use strict';

/** Why a plan cannot be carried out, and what a stage has failed of: errors with their places, and who is told. */

const { SafeHotError } = require('../errors');
const { reasonOf } = require('../native');
const { placeOf } = require('../report/frame');

/**
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('./stage').Staged} Staged
 */

/** Codes of what new code asks for and cannot have beside the old. */
const NEEDS_RESTART = new Set(['ERR_SAFE_HOT_ADDRESS', 'ERR_SAFE_HOT_KEPT']);

/**
 * @param {unknown} cause what a stage has failed of
 * @returns {cause is SafeHotError}
 */
function needsRestart(cause) {
  return cause instanceof SafeHotError && NEEDS_RESTART.has(cause.code);
}

/**
 * Why a plan cannot be carried out in this process.
 *
 * @param {import('../binding').NativePlan} plan
 * @param {import('../runtime/registry').Registry} registry
 */
function obstacleOf(plan, registry) {
  const pathOf = (/** @type {number} */ id) => registry.byId(id).path;
  const [declined] = plan.declined;
  if (declined) {
    const details = { path: pathOf(declined.id), by: pathOf(declined.by) };
    return new SafeHotError('ERR_SAFE_HOT_DECLINED', details);
  }
  if (plan.verdict === 'reload') return undefined;
  const [first] = plan.modules;
  return first && new SafeHotError('ERR_SAFE_HOT_UNACCEPTED', { path: pathOf(first.id) });
}

/**
 * @param {Staged} staged
 * @param {unknown} cause what user code threw
 * @param {import('../runtime/registry').Registry} registry
 */
function evaluationError(staged, cause, registry) {
  const first = /** @type {ModuleRecord} */ (staged.prepared.changed[0]);
  const place = placeOf(cause, (filePath) => registry.lookup(filePath) !== undefined);
  const path = place?.path ?? first.path;
  if (cause instanceof SafeHotError && cause.code === 'ERR_SAFE_HOT_EXIT') {
    const version = first.current?.number;
    return new SafeHotError(cause.code, { ...cause.details, path, version }, cause);
  }
  const error = new SafeHotError(
    'ERR_SAFE_HOT_EVALUATE',
    {
      path,
      reason: reasonOf(cause),
      version: registry.lookup(path)?.current?.number ?? first.current?.number,
      ...(place ? { line: place.line, column: place.column } : {}),
    },
    cause,
  );
  error.frame = place?.frame || undefined;
  return error;
}

/**
 * Calls the error handlers that self-accepting modules gave to `accept`.
 *
 * @param {Staged} staged
 * @param {unknown} cause
 * @param {import('./host').TransactionHost} host
 */
function tellSelfError({ plan }, cause, { registry, warn }) {
  for (const boundary of plan.boundaries) {
    if (boundary.kind !== 'self-accepts') continue;
    const version = registry.byId(boundary.id).current;
    try {
      version?.hot?.onSelfError?.(cause, {
        moduleId: version.record.path,
        module: version.module,
      });
    } catch (error) {
      warn(error);
    }
  }
}

exports.evaluationError = evaluationError;
exports.needsRestart = needsRestart;
exports.obstacleOf = obstacleOf;
exports.tellSelfError = tellSelfError;
