'use strict';

/**
 * Timers. A hot module's own calls go to functions bound to its version, which it sees in place of the globals and in
 * `node:timers` and `node:timers/promises`; they defer to whatever stands on `globalThis` at the moment of the call, so
 * that fake timers work, and capture no stack. A call of cold code belongs to the version in whose evaluation, or in
 * what follows from it, it is made.
 */

const timers = require('node:timers');
const { promisify } = require('node:util');
const { setTimeout } = require('../clock');
const { LiveTimers } = require('./live-timers');
const {
  contextOwner,
  currentOwner,
  directCaller,
  isClientOnStack,
  isServing,
} = require('./ownership');
const { promisesFor } = require('./timer-promises');

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

const TIMER_MODULE = /^(?:node:)?timers(?:\/promises)?$/;

const SET_NAMES = /** @type {SetName[]} */ (Object.keys(CLEARED_BY));

/** The names that a hot module finds bound to its own version. */
const TIMER_NAMES = [...SET_NAMES, ...Object.values(CLEARED_BY)];

/**
 * Those that a text can name. A direct `eval` may name what the text does not.
 *
 * @param {string} text
 */
function timerNamesIn(text) {
  return /\beval\b/.test(text) ? TIMER_NAMES : TIMER_NAMES.filter((name) => text.includes(name));
}

/** What stands in the globals now. Each its own function: a property that is looked up by name costs as much as a timer. */
const STANDING = {
  setTimeout: () => globalThis.setTimeout,
  setInterval: () => globalThis.setInterval,
  setImmediate: () => globalThis.setImmediate,
  clearTimeout: () => globalThis.clearTimeout,
  clearInterval: () => globalThis.clearInterval,
  clearImmediate: () => globalThis.clearImmediate,
};

/** What safe-hot has put there. @type {Partial<Record<SetName, Function>>} */
const ownGlobals = {};

/** Is a hot module's own call on its way through what someone else has put in the globals? */
let isOwnCall = false;

/** What `require('timers')` gives cold code. Node's own modules keep the original functions. */
const coldTimers = Object.defineProperties({}, Object.getOwnPropertyDescriptors(timers));

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
    const original = /** @type {Function} */ (timers[name]);
    const own = function (/** @type {any} */ callback, /** @type {any} */ delayMs) {
      const owner = isOwnCall ? undefined : currentOwner();
      if (owner !== undefined) return startInContext(owner, name, original, [...arguments]);
      if (arguments.length <= 2) return original(callback, delayMs);
      return Reflect.apply(original, undefined, arguments);
    };
    ownGlobals[name] = like(own, original);
    /** @type {any} */ (coldTimers)[name] = own;
    Object.defineProperty(globalThis, name, {
      value: own,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
}

/**
 * @param {Version} context in whose evaluation, or in what follows from it, cold code calls
 * @param {SetName} name
 * @param {Function} original
 * @param {any[]} args
 */
function startInContext(context, name, original, args) {
  if (isClientOnStack()) return original(...args);
  const owner = contextOwner();
  return owner
    ? start(owner.resources.collection(makeLiveTimers), name, original, args)
    : startStale(context, name, () => original(...args));
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
  const live = version.resources.collection(makeLiveTimers);
  for (const name of SET_NAMES) {
    const original = /** @type {Function} */ (timers[name]);
    const standing = STANDING[name];
    const ownGlobal = ownGlobals[name];
    const set = function (/** @type {any} */ callback, /** @type {any} */ delayMs) {
      if (standing() === ownGlobal && arguments.length <= 2 && !version.isStale) {
        return startPlain(live, name, original, callback, delayMs);
      }
      return startOwn(version, name, [...arguments]);
    };
    own[name] = promisified(like(set, standing()), version, name);
  }
  for (const name of Object.values(CLEARED_BY)) {
    const standing = STANDING[name];
    const clear = (/** @type {any} */ handle) => {
      live.clear(handle);
      return standing()(handle);
    };
    own[name] = like(clear, standing());
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
    return { ...timers, ...timersFor(version), promises: promisesFor(version, ending) };
  return name === 'timers/promises' ? promisesFor(version, ending) : undefined;
}

/**
 * The same for who calls a function of Node's.
 *
 * @param {unknown} id
 */
function timerModuleForCaller(id) {
  return TIMER_MODULE.test(String(id)) ? timerModuleFor(directCaller(), String(id)) : undefined;
}

/**
 * A hot module's own call that is out of the ordinary: with arguments for the callback, through what someone else has
 * put in the globals, or of a version that is gone.
 *
 * @param {Version} version
 * @param {SetName} name
 * @param {any[]} args
 */
function startOwn(version, name, args) {
  const standing = /** @type {Function} */ (STANDING[name]());
  const run = (/** @type {any[]} */ ...rest) => {
    isOwnCall = true;
    try {
      return standing(...rest);
    } finally {
      isOwnCall = false;
    }
  };
  if (!version.isStale) {
    return start(version.resources.collection(makeLiveTimers), name, run, args);
  }
  const owner = version.state === 'aborted' ? version : currentOwner();
  return startStale(owner, name, () => run(...args));
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
  const clear = () => clearNow(name, handle);
  if (owner?.state === 'aborted') clear();
  else if (owner?.isStale && name === 'setInterval') setTimeout(clear, graceMs()).unref();
  return handle;
}

/**
 * Starts a timer that goes with a version. The same as `start` for the common call, without an array of arguments.
 *
 * @param {LiveTimers} live
 * @param {SetName} name
 * @param {Function} original
 * @param {any} callback
 * @param {any} delayMs
 */
function startPlain(live, name, original, callback, delayMs) {
  if (typeof callback !== 'function') return original(callback, delayMs);
  if (name === 'setInterval') {
    const handle = original(callback, delayMs);
    live.add(name, handle, delayMs, false);
    return handle;
  }
  const handle = original(function () {
    try {
      return callback.call(handle);
    } finally {
      if (!isPending(handle)) live.delete(entry);
    }
  }, delayMs);
  const entry = live.add(name, handle, delayMs, isServing());
  return handle;
}

/**
 * @param {LiveTimers} live
 * @param {SetName} name
 * @param {Function} original
 * @param {any[]} args of the call
 */
function start(live, name, original, args) {
  const [callback, ...rest] = args;
  if (typeof callback !== 'function') return original(...args);
  /** @type {import('./live-timers').LiveTimer | undefined} */
  let entry;
  const fire = /** @this {unknown} */ function () {
    try {
      return Reflect.apply(callback, this, arguments);
    } finally {
      if (entry && !isPending(entry.handle)) live.delete(entry);
    }
  };
  const handle = original(name === 'setInterval' ? callback : fire, ...rest);
  // Fake timers may be numbers; whoever fakes time also clears them.
  if (typeof handle === 'object' && handle !== null) {
    entry = live.add(name, handle, rest[0], name !== 'setInterval' && isServing());
  }
  return handle;
}

function makeLiveTimers() {
  return new LiveTimers(({ name, handle, isServing: isInFlight }) => {
    const clear = () => clearNow(/** @type {SetName} */ (name), handle);
    if (isInFlight) endLater(clear);
    else clear();
  });
}

/**
 * A request that waits for a timer is not cut: the timer may fire within the grace period.
 *
 * @type {import('./timer-promises').Ending}
 */
function ending(end) {
  return isServing() ? () => endLater(end) : end;
}

/** @param {() => void} end */
function endLater(end) {
  setTimeout(end, graceMs()).unref();
}

/** A timer that was refreshed by its own callback stands in Node's list of timers again. */
function isPending(/** @type {any} */ handle) {
  return (
    handle?._destroyed === false && handle._idleNext !== null && handle._idleNext !== undefined
  );
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
    get: () => promisesFor(version, ending)[name],
  });
  return set;
}

/**
 * @param {SetName} name of the function that made it
 * @param {any} handle
 */
function clearNow(name, handle) {
  STANDING[CLEARED_BY[name]]()(handle);
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
  if (original && promisify.custom in original) {
    Object.defineProperty(own, promisify.custom, {
      configurable: true,
      enumerable: true,
      get: () => original[promisify.custom],
    });
  }
  return own;
}

exports.timerNamesIn = timerNamesIn;
exports.install = install;
exports.timersFor = timersFor;
exports.timerModuleFor = timerModuleFor;
exports.timerModuleForCaller = timerModuleForCaller;
