'use strict';

/**
 * The clock by which safe-hot tells ages and durations, and waits for its turn. A program in tests may stop its own, so
 * Node's functions are taken once, at the start; `performance` is no different, but for the time that it takes to load.
 */

const { setImmediate } = require('node:timers');

const { hrtime } = process;

/** @returns {number} milliseconds, with fractions, since some moment in the past */
function nowMs() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

exports.nowMs = nowMs;
exports.setImmediate = setImmediate;
