'use strict';

/** `timers/promises` of one version: what is pending when the version goes never settles, and is collected. */

/**
 * @typedef {import('../runtime/record').Version} Version
 *
 * @callback Ending how what a version waits for is ended with it
 * @param {() => void} end
 * @returns {() => void}
 */

/**
 * @param {Version} version
 * @param {Ending} ending
 */
function promisesFor(version, ending) {
  const timersPromises = require('node:timers/promises');
  const { scheduler } = timersPromises;
  const setTimeout = waiting(version, ending, timersPromises.setTimeout, 2);
  return {
    ...timersPromises,
    setTimeout,
    setImmediate: waiting(version, ending, timersPromises.setImmediate, 1),
    setInterval: ticking(version, ending),
    scheduler: {
      wait: (/** @type {number} */ delayMs, /** @type {any} */ options) =>
        setTimeout(delayMs, undefined, options),
      yield: () => scheduler.yield(),
    },
  };
}

/**
 * @param {Version} version
 * @param {Ending} ending
 * @param {Function} original
 * @param {number} optionsAt which argument holds the options
 * @returns {(...args: any[]) => Promise<any>}
 */
function waiting(version, ending, original, optionsAt) {
  return (...args) => {
    if (version.state === 'aborted') return new Promise(() => {});
    if (version.isStale) return original(...args);
    const { controller, options, done } = endable(
      version,
      ending,
      args[optionsAt],
      String(args[0] ?? ''),
    );
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

/**
 * @param {Version} version
 * @param {Ending} ending
 */
function ticking(version, ending) {
  return async function* (
    /** @type {number} */ delayMs,
    /** @type {any} */ value,
    /** @type {any} */ given,
  ) {
    const { controller, options, done } = endable(version, ending, given, `${delayMs}`);
    try {
      yield* require('node:timers/promises').setInterval(delayMs, value, options);
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
 * @param {Ending} ending
 * @param {any} given the caller's options
 * @param {string} delay
 */
function endable(version, ending, given, delay) {
  const controller = new AbortController();
  const { signal } = controller;
  const options = {
    ...given,
    signal: given?.signal ? AbortSignal.any([given.signal, signal]) : signal,
  };
  const resource = version.resources.add({
    kind: 'timer',
    what: () => `timeout ${delay} ms`,
    release: ending(() => controller.abort()),
  });
  return { controller, options, done: () => version.resources.delete(resource) };
}

exports.promisesFor = promisesFor;
