'use strict';

/**
 * Timers. A hot module's own calls go to functions bound to its version, which it sees in place of the globals and in
 * `node:timers` and `node:timers/promises`; they defer to whatever stands on `globalThis` at the moment of the call, so
 * that fake timers work, and capture no stack. A call of cold code belongs to the version in whose evaluation, or in
 * what follows from it, it is made.
 */

const timers = require('node:timers');
const timersPromises = require('node:timers/promises');
const { promisify } = require('node:util');
const { contextOwner, currentOwner, isServing } = require('./ownership');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {'setTimeout' | 'setInterval' | 'setImmediate'} SetName
 * @typedef {'clearTimeout' | 'clearInterval' | 'clearImmediate'} ClearName
 */

const CLEARED_BY = /** @type {const} */ ({
  setTimeout: 'clearTimeout',
  setInterval: 'clearInterval',
  setImmediate: 'clearImmediate',
});

const SET_NAMES = /** @type {SetName[]} */ (Object.keys(CLEARED_BY));

/** The names that a hot module finds bound to its own version. */
const TIMER_NAMES = [...SET_NAMES, ...Object.values(CLEARED_BY)];

/** @type {WeakMap<object, { version: Version, resource: import('./tracker').Resource }>} */
const tracked = new WeakMap();

/** Is a hot module's own call on its way through the global? */
let isOwnCall = false;

/** What `require('timers')` gives cold code. Node's own modules keep the original functions. */
const coldTimers = { ...timers };

/** @type {() => number} */
let graceMs = () => 5_000;

/**
 * Stands in the globals, for the timers of cold code.
 *
 * @param {() => number} grace how long what a stale version began may go on, in milliseconds
 */
function install(grace) {
  graceMs = grace;
  for (const name of SET_NAMES) {
    const original = timers[name];
    replaceGlobal(name, (callback, args) => {
      const owner = isOwnCall ? undefined : contextOwner();
      return owner
        ? start(owner, name, callback, args, original)
        : startStale(isOwnCall ? undefined : currentOwner(), name, () =>
            Reflect.apply(original, undefined, args),
          );
    });
  }
  for (const name of Object.values(CLEARED_BY)) {
    const original = timers[name];
    replaceGlobal(name, (handle) => {
      untrack(handle);
      return original(handle);
    });
  }
}

/**
 * @param {SetName | ClearName} name
 * @param {(first: any, args: any[]) => any} call
 */
function replaceGlobal(name, call) {
  const own = like(function (/** @type {any[]} */ ...args) {
    return call(args[0], args);
  }, timers[name]);
  /** @type {any} */ (coldTimers)[name] = own;
  Object.defineProperty(globalThis, name, {
    value: own,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

/**
 * The functions of one version.
 *
 * @param {Version} version
 * @returns {Record<string, Function>}
 */
function timersFor(version) {
  /** @type {Record<string, Function>} */
  const own = {};
  for (const name of SET_NAMES) {
    const set = function (/** @type {any[]} */ ...args) {
      const original = global(name);
      const run = (/** @type {any[]} */ ...rest) => {
        isOwnCall = true;
        try {
          return Reflect.apply(original, undefined, rest);
        } finally {
          isOwnCall = false;
        }
      };
      if (version.isStale) {
        const owner = version.state === 'aborted' ? version : currentOwner();
        return startStale(owner, name, () => run(...args));
      }
      return start(version, name, args[0], args, run);
    };
    own[name] = promisified(like(set, global(name)), version, name);
  }
  for (const name of Object.values(CLEARED_BY)) {
    const clear = (/** @type {any} */ handle) => {
      untrack(handle);
      return global(name)(handle);
    };
    own[name] = like(clear, global(name));
  }
  return own;
}

/**
 * What `require('timers')` and `require('timers/promises')` give a module.
 *
 * @param {Version | undefined} version undefined for a cold one
 * @param {string} id with or without `node:`
 * @returns {object | undefined} undefined if `id` is neither, or is Node's own
 */
function timerModuleFor(version, id) {
  const name = id.replace(/^node:/, '');
  if (!version) return name === 'timers' ? coldTimers : undefined;
  if (name === 'timers')
    return { ...timers, ...timersFor(version), promises: promisesFor(version) };
  return name === 'timers/promises' ? promisesFor(version) : undefined;
}

/**
 * Starts a timer of a version that is gone, or of none. One that was given up starts nothing. What goes on of a
 * replaced one may be work in flight, which a timeout must not cut, and which ends; an interval would not.
 *
 * @param {Version | undefined} owner whose evaluation, or what follows from it, runs
 * @param {SetName} name
 * @param {() => any} run
 */
function startStale(owner, name, run) {
  const handle = run();
  const clear = () => global(CLEARED_BY[name])(handle);
  if (owner?.state === 'aborted') clear();
  else if (owner?.isStale && name === 'setInterval') timers.setTimeout(clear, graceMs()).unref();
  return handle;
}

/**
 * Starts a timer that goes with `version`.
 *
 * @param {Version} version
 * @param {SetName} name
 * @param {any} callback
 * @param {any[]} args of the call
 * @param {Function} original
 */
function start(version, name, callback, args, original) {
  if (typeof callback !== 'function') return original(...args);
  const [, ...rest] = args;
  const handle =
    name === 'setInterval'
      ? original(...args)
      : original(
          /** @this {unknown} */
          function () {
            try {
              return Reflect.apply(callback, this, arguments);
            } finally {
              if (!isPending(handle)) untrack(handle);
            }
          },
          ...rest,
        );
  track(version, name, handle, rest[0]);
  return handle;
}

/**
 * @param {Version} version
 * @param {SetName} name
 * @param {any} handle
 * @param {unknown} delayMs
 */
function track(version, name, handle, delayMs) {
  // Fake timers may be numbers; whoever fakes time also clears them.
  if (handle === null || typeof handle !== 'object') return;
  const resource = version.resources.add({
    kind: 'timer',
    what: () => `${name.slice(3).toLowerCase()} ${delayMs === undefined ? '' : `${delayMs} ms`}`,
    release: inFlight(name, () => global(CLEARED_BY[name])(handle)),
  });
  tracked.set(handle, { version, resource });
}

/**
 * A request that waits for a timer is not cut: the timer may fire within the grace period.
 *
 * @param {SetName} name
 * @param {() => void} clear
 */
function inFlight(name, clear) {
  if (name === 'setInterval' || !isServing()) return clear;
  return () => void timers.setTimeout(clear, graceMs()).unref();
}

/** @param {any} handle */
function untrack(handle) {
  if (handle === null || typeof handle !== 'object') return;
  const entry = tracked.get(handle);
  if (!entry) return;
  tracked.delete(handle);
  entry.version.resources.delete(entry.resource);
}

/** A timer that was refreshed by its own callback stands in Node's list of timers again. */
function isPending(/** @type {any} */ handle) {
  return (
    handle?._destroyed === false && handle._idleNext !== null && handle._idleNext !== undefined
  );
}

/**
 * `timers/promises` of one version: what is pending when the version goes never settles, and is collected.
 *
 * @param {Version} version
 */
function promisesFor(version) {
  const { scheduler } = timersPromises;
  return {
    ...timersPromises,
    setTimeout: waiting(version, timersPromises.setTimeout, 2),
    setImmediate: waiting(version, timersPromises.setImmediate, 1),
    setInterval: ticking(version),
    scheduler: {
      wait: (/** @type {number} */ delayMs, /** @type {any} */ options) =>
        waiting(version, timersPromises.setTimeout, 2)(delayMs, undefined, options),
      yield: () => scheduler.yield(),
    },
  };
}

/**
 * @param {Version} version
 * @param {Function} original
 * @param {number} optionsAt which argument holds the options
 * @returns {(...args: any[]) => Promise<any>}
 */
function waiting(version, original, optionsAt) {
  return (...args) => {
    if (version.state === 'aborted') return new Promise(() => {});
    if (version.isStale) return original(...args);
    const { controller, options, done } = endable(version, args[optionsAt], String(args[0] ?? ''));
    const all = [...args];
    all.length = Math.max(all.length, optionsAt + 1);
    all[optionsAt] = options;
    return new Promise((resolve, reject) => {
      original(...all).then(
        (/** @type {any} */ value) => {
          done();
          resolve(value);
        },
        (/** @type {unknown} */ error) => {
          done();
          // Ended with its version: no one waits any more.
          if (!controller.signal.aborted) reject(error);
        },
      );
    });
  };
}

/** @param {Version} version */
function ticking(version) {
  return async function* (
    /** @type {number} */ delayMs,
    /** @type {any} */ value,
    /** @type {any} */ given,
  ) {
    const { controller, options, done } = endable(version, given, `${delayMs}`);
    try {
      yield* timersPromises.setInterval(delayMs, value, options);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      await new Promise(() => {});
    } finally {
      done();
    }
  };
}

/**
 * @param {Version} version
 * @param {any} given the caller's options
 * @param {string} delay
 */
function endable(version, given, delay) {
  const controller = new AbortController();
  const { signal } = controller;
  const options = {
    ...given,
    signal: given?.signal ? AbortSignal.any([given.signal, signal]) : signal,
  };
  const resource = version.resources.add({
    kind: 'timer',
    what: () => `timeout ${delay} ms`,
    release: inFlight('setTimeout', () => controller.abort()),
  });
  return { controller, options, done: () => version.resources.delete(resource) };
}

/**
 * `util.promisify(setTimeout)` is the version's own too.
 *
 * @param {Function} set
 * @param {Version} version
 * @param {SetName} name
 */
function promisified(set, version, name) {
  if (name === 'setInterval') return set;
  Object.defineProperty(set, promisify.custom, {
    configurable: true,
    enumerable: true,
    get: () => /** @type {any} */ (promisesFor(version))[name],
  });
  return set;
}

/** @param {string} name */
function global(name) {
  return /** @type {any} */ (globalThis)[name];
}

/**
 * Gives `own` the name, the length and the promisified form of the original.
 *
 * @param {Function} own
 * @param {any} original
 */
function like(own, original) {
  Object.defineProperty(own, 'name', { value: original?.name, configurable: true });
  Object.defineProperty(own, 'length', { value: original?.length ?? 0, configurable: true });
  if (original?.[promisify.custom]) {
    Object.defineProperty(own, promisify.custom, {
      configurable: true,
      enumerable: true,
      get: () => original[promisify.custom],
    });
  }
  return own;
}

exports.TIMER_NAMES = TIMER_NAMES;
exports.install = install;
exports.timersFor = timersFor;
exports.timerModuleFor = timerModuleFor;
