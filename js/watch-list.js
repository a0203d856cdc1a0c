'use strict';

/** Watches a list of files for one change: for the command line, while no program runs that could. */

const { binding } = require('./native');

/**
 * @typedef {object} WatchList
 * @property {() => Promise<void>} ready resolves once the watch stands
 * @property {() => void} start from now on changes are told, those that have come already too
 * @property {() => void} close
 */

/**
 * @param {Map<string, string | undefined>} files absolute, with the fingerprints of the content that was in use: a file
 *   that holds another one by now has changed
 * @param {Iterable<string>} bases absolute paths as imports write them, of files that are missing
 * @param {() => void} onChange
 * @returns {WatchList}
 */
function watchList(files, bases, onChange) {
  let hasStarted = false;
  let hasChanged = false;
  const watcher = new binding.NativeWatcher({}, ({ changes, mayGrow }) => {
    // A program that starts amid the saving of many files may find half of them.
    if (changes.length === 0) return;
    if (mayGrow) {
      watcher.takeBack(changes);
      return;
    }
    hasChanged = true;
    if (hasStarted) onChange();
  });
  watcher.expect([...bases]);
  watcher.watch(
    [...files].map(([path, fingerprint]) => (fingerprint ? { path, fingerprint } : { path })),
  );
  // The watcher itself keeps no process alive, and this one has nothing else to do.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  return {
    ready: () => watcher.ready(),
    start() {
      hasStarted = true;
      if (hasChanged) onChange();
    },
    close() {
      clearInterval(alive);
      watcher.close();
    },
  };
}

exports.watchList = watchList;
