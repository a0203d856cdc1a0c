'use strict';

/**
 * While a stage lasts, what a staged version throws, rejects or exits with is a failure of the stage, not of the
 * process. `AsyncLocalStorage` still names the version when Node reports an error that no one caught. Code of a version
 * that was given up may run on (it waits for a database, say); what it comes to is no one's business any more. All else
 * goes its usual way.
 */

const { SafeHotError } = require('../errors');
const { ownerOfError } = require('../resources/ownership');

const EVENTS = new Set(['uncaughtException', 'unhandledRejection', 'uncaughtExceptionMonitor']);

/** Of the stage that lasts. @type {StageGuard | null} */
let active = null;

/** What stands in for functions of `process`; for good once a version was given up. @type {Replaced[]} */
let replaced = [];
let hasAborted = false;

class StageGuard {
  /** The first failure. @type {{ error: unknown } | null} */
  failure = null;
  /** Called at the first failure. */
  onFailure = () => {};

  constructor() {
    active = this;
    if (replaced.length > 0) return;
    replaced = [
      replace(process, 'emit', emitOf),
      replace(process, 'exit', exitOf),
      replace(globalThis, 'queueMicrotask', queueMicrotaskOf),
    ];
  }

  /** The staged versions are about to be current: what they throw from now on is the program's. */
  remove() {
    active = null;
    if (hasAborted) return;
    for (const each of replaced.splice(0)) each.restore();
  }

  /** The staged versions are given up. */
  abandon() {
    active = null;
    hasAborted = true;
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.failure) return;
    this.failure = { error };
    this.onFailure();
  }
}

/**
 * Does what runs now, or an error, belong to a version that is not, or never was, the program's?
 *
 * @param {unknown} [error]
 */
function isGuarded(error) {
  const state = ownerOfError(error)?.state;
  return state === 'aborted' || (state === 'staged' && active !== null);
}

/** Fails the stage, if what runs now, or the error, is of a version in it. @param {unknown} error */
function fail(error) {
  if (ownerOfError(error)?.state === 'staged') active?.fail(error);
}

/** @param {Function} emit */
function emitOf(emit) {
  /** @this {unknown} @param {any[]} args */
  return function (...args) {
    if (!EVENTS.has(args[0]) || !isGuarded(args[1])) return Reflect.apply(emit, this, args);
    if (args[0] !== 'uncaughtExceptionMonitor') fail(args[1]);
    return true;
  };
}

/** @param {Function} exit */
function exitOf(exit) {
  /** @this {unknown} @param {any[]} args */
  return function (...args) {
    if (!isGuarded()) return Reflect.apply(exit, this, args);
    const error = new SafeHotError('ERR_SAFE_HOT_EXIT', {
      exitCode: args[0] ?? process.exitCode ?? 0,
    });
    fail(error);
    // `exit` does not return, and what called it must not go on.
    throw error;
  };
}

/**
 * On Node 20 and 22 an exception of a microtask is reported outside of the context in which it was thrown.
 *
 * @param {Function} queueMicrotask
 */
function queueMicrotaskOf(queueMicrotask) {
  /** @this {unknown} @param {any[]} args */
  return function (...args) {
    const [callback] = args;
    const isFollowed = typeof callback === 'function' && isGuarded();
    return Reflect.apply(queueMicrotask, this, isFollowed ? [caught(callback)] : args);
  };
}

/** @param {() => unknown} callback of a version that may not be the program's yet */
function caught(callback) {
  return () => {
    try {
      callback();
    } catch (error) {
      if (!isGuarded()) throw error;
      fail(error);
    }
  };
}

/** @typedef {{ restore: () => void }} Replaced */

/**
 * @param {any} target
 * @param {string} name
 * @param {(original: Function) => Function} make
 * @returns {Replaced}
 */
function replace(target, name, make) {
  const original = target[name];
  const own = make(original);
  target[name] = own;
  return {
    // Where the program has put its own function over ours meanwhile, ours stays and lets everything pass.
    restore() {
      if (target[name] === own) target[name] = original;
    },
  };
}

exports.StageGuard = StageGuard;
exports.failStage = fail;
