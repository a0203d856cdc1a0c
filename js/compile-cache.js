'use strict';

/**
 * Has Node keep what V8 has compiled of the modules that Node loads, packages above all, beside what is kept of hot ones
 * (`kept-file.js`). Node does so itself where it is asked to.
 */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');

/** One for each Node that has been used. */
const MOST_FOLDERS = 6;

/**
 * @param {string} folder to keep it in
 * @returns {(() => void) | null} writes down what is there by now, which Node does at the end besides; null if nothing is
 *   kept, or someone else has asked for it
 */
function keepCompiledByNode(folder) {
  const { enableCompileCache, flushCompileCache, getCompileCacheDir } = Module;
  // Without a way to write it there is none for a program that is killed, as most are that serve.
  if (!flushCompileCache || getCompileCacheDir()) return null;
  enableCompileCache(folder);
  return () => {
    flushCompileCache();
    removeOldest(folder);
  };
}

/** Quietly: another process may be at it. @param {string} folder */
function removeOldest(folder) {
  try {
    const folders = fs.readdirSync(folder).map((name) => path.join(folder, name));
    if (folders.length <= MOST_FOLDERS) return;
    const times = folders.map((each) => ({ each, atMs: fs.statSync(each).mtimeMs }));
    times.sort((a, b) => b.atMs - a.atMs);
    for (const { each } of times.slice(MOST_FOLDERS)) {
      fs.rmSync(each, { recursive: true, force: true });
    }
  } catch {
    // The next start tries again.
  }
}

exports.keepCompiledByNode = keepCompiledByNode;
