'use strict';

/** Collects garbage until there is nothing left to wait for. Needs `--expose-gc`. */

const MAX_ROUNDS = 20;

/**
 * A `WeakRef` that was made or read holds its target until the current job ends, so each round is a turn of its own.
 *
 * @param {() => unknown} [isDone] looked at after each round
 * @returns {Promise<boolean>} false if it was not done after all rounds
 */
async function collect(isDone = () => false) {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    /** @type {any} */ (globalThis).gc();
    if (isDone()) return true;
  }
  return false;
}

exports.collect = collect;
