'use strict';

/**
 * Has Node keep what V8 has compiled of the modules that Node loads, packages above all, beside what is kept of hot ones
 * (`kept-file.js`). Node does so itself where it is asked to.
 */

const Module = /** @type {any} */ (require('node:module'));

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
    require('./cache-file').removeOldest(folder, '', MOST_FOLDERS);
  };
}

exports.keepCompiledByNode = keepCompiledByNode;
