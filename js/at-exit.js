'use strict';

/**
 * What of ours is left to do when the process ends. One listener for all of it, there from the start: a program that looks at
 * the listeners of `process` sees the same after each reload as in a new process.
 */

/** In the order in which they were added. @type {Set<() => void>} */
const callbacks = new Set();

process.on('exit', () => {
  for (const callback of callbacks) callback();
});

/**
 * @param {() => void} callback
 * @returns {() => void} takes it back
 */
function atExit(callback) {
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}

exports.atExit = atExit;
