'use strict';

/* Reloads a leaf with two importers by one tool, and tells how many of its versions are still there. */

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');

const [tool, reloads, folder = ''] = process.argv.slice(2);
const leaf = path.join(folder, tool === 'import() with a query' ? 'leaf.mjs' : 'leaf.js');
/** @type {WeakRef<object>[]} */
const versions = [];

/** @type {Record<string, () => object | Promise<object>>} */
const RELOADS = {
  'safe-hot': () => {
    const { hotReload } = require(path.join(folder, 'node_modules', 'safe-hot'));
    return hotReload(leaf);
  },
  decache: () => {
    require(path.join(folder, 'node_modules', 'decache'))(leaf);
    return require(leaf);
  },
  'clear-module': () => {
    require(path.join(folder, 'node_modules', 'clear-module'))(leaf);
    return require(leaf);
  },
  'import-fresh': () => require(path.join(folder, 'node_modules', 'import-fresh'))(leaf),
  'import() with a query': () => import(`${pathToFileURL(leaf).href}?v=${versions.length}`),
};

async function main() {
  const reload = /** @type {() => object | Promise<object>} */ (RELOADS[tool ?? '']);
  for (const name of ['one.js', 'two.js']) require(path.join(folder, name));
  for (let count = 0; count < Number(reloads); count += 1) {
    writeFileSync(leaf, require('node:fs').readFileSync(leaf, 'utf8').replace(/\d+;/, `${count};`));
    const { read } = /** @type {{ read: () => number }} */ (await reload());
    versions.push(new WeakRef(read));
    await turn();
  }
  for (let count = 0; count < 10; count += 1) {
    /** @type {NodeJS.GCFunction} */ (globalThis.gc)();
    await turn();
  }
  const alive = versions.filter((each) => each.deref()).length;
  process.stdout.write(String(alive));
}

void main();
