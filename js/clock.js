'use strict';

/**
 * The clock by which safe-hot tells ages and durations, and waits. A program in tests may stop its own, and its timers go with
 * a version, so Node's functions are taken once, at the start; `performance` is no different, but for the time that it takes
 * to load.
 */

const {
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} = require('node:timers');

const { hrtime } = process;

/** @returns {number} milliseconds, with fractions, since some moment in the past */
function nowMs() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

exports.clearInterval = clearInterval;
exports.clearTimeout = clearTimeout;
exports.nowMs = nowMs;
exports.setImmediate = setImmediate;
exports.setInterval = setInterval;
exports.setTimeout = setTimeout;
