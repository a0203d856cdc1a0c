'use strict';

/** Collects garbage until there is nothing left to wait for. Needs `--expose-gc`. */

const ROUNDS = 20;

/** How long what is to be collected may be held by V8 itself: a compiler thread has its own references, for example. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/**
 * A `WeakRef` that was made or read holds its target until the current job ends, so each round is a turn of its own.
 *
 * @param {() => unknown} [isDone] looked at after each round
 * @returns {Promise<boolean>} false if it was not done after all rounds
 */
async function collect(isDone) {
  const endMs = performance.now() + (isDone ? PATIENCE_MS : 0);
  for (let round = 0; round < ROUNDS || performance.now() < endMs; round += 1) {
    await new Promise((resolve) =>
      round < ROUNDS ? setImmediate(resolve) : setTimeout(resolve, PAUSE_MS),
    );
    /** @type {any} */ (globalThis).gc();
    if (isDone?.()) return true;
  }
  return false;
}

exports.collect = collect;
