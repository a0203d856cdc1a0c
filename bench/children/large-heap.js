'use strict';

/*
 * A program with a large heap, in which a stale version is held. `large-heap.js <megabytes> <file>` writes a heap snapshot of
 * about that size; without a file it has safe-hot name the holder.
 */

const v8 = require('node:v8');
const hot = require('safe-hot');
const { tell } = require('./peak');

/** What a row comes to in a snapshot, in bytes. */
const ROW_BYTES = 1_100;

const [megabytes, file] = process.argv.slice(2);
const held = [require('./leaky')];
hot.hotReload('./leaky');

/** Objects as programs have them: records with strings, closures, sets and arrays that lead to each other. */
function fill(/** @type {number} */ count) {
  /** @type {any[]} */
  const all = [];
  for (let index = 0; index < count; index += 1) {
    const tags = new Set([index, `tag ${index % 100}`]);
    const next = all[index >> 1];
    const row = { id: index, name: `row ${index}`, tags, next, at: new Date(index) };
    all.push({ row, get: () => row, parts: [[index + 0.5], { index, row }] });
  }
  return all;
}

/** @type {any} */ (globalThis).rows = fill((Number(megabytes) * 1e6) / ROW_BYTES);

// What is on the stack is held as well.
setImmediate(async () => {
  const startMs = performance.now();
  if (file !== undefined) v8.writeHeapSnapshot(file);
  else if ((await hot.diagnose()).length !== held.length) throw new Error('The leak is not found');
  tell(startMs);
});
