'use strict';

/**
 * Node remembers for good where each symbolic link on the way to a module leads. The table is its own; it hands it to
 * `fs.realpathSync` with each call, which is where it can be had.
 */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');

/** @type {Map<string, string> | null | undefined} null where it cannot be had */
let table;

/**
 * Forgets where these paths lead, all below them, and the folders above: one of them may be a link to another folder.
 *
 * @param {string[]} paths
 */
function forgetRealPaths(paths) {
  table ??= findTable();
  if (!table) return;
  for (const known of [...table.keys()]) {
    const isOutdated = paths.some(
      (each) =>
        known === each || known.startsWith(each + path.sep) || each.startsWith(known + path.sep),
    );
    if (isOutdated) table.delete(known);
  }
}

function findTable() {
  const { realpathSync } = fs;
  /** @type {any} */
  let found = null;
  fs.realpathSync = /** @type {any} */ (
    (/** @type {string} */ file, /** @type {any} */ options) => {
      for (const key of Object.getOwnPropertySymbols(options ?? {})) {
        if (typeof options[key]?.keys === 'function') found = options[key];
      }
      return realpathSync(file, options);
    }
  );
  try {
    // Node's key for an absolute request: so that it looks, and does not remember.
    delete Module._pathCache[`${__filename}\0`];
    Module._findPath(__filename, null, false);
  } finally {
    fs.realpathSync = realpathSync;
  }
  return found;
}

exports.forgetRealPaths = forgetRealPaths;
