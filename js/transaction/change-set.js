'use strict';

/** Change sets: what the disk did, gathered until a transaction takes it. */

/** @typedef {import('./prepare').ChangeSet} ChangeSet */

/** @returns {ChangeSet} */
function emptyChanges() {
  return { files: new Map(), forced: new Set(), waiting: [], mayGrow: false };
}

/** @param {ChangeSet} changes */
function isEmpty(changes) {
  const { files, forced, waiting } = changes;
  return files.size === 0 && forced.size === 0 && waiting.length === 0;
}

/** @param {ChangeSet} into @param {ChangeSet} changes */
function merge(into, changes) {
  for (const [file, kind] of changes.files) into.files.set(file, kind);
  for (const record of changes.forced) into.forced.add(record);
  into.waiting.push(...changes.waiting);
  into.mayGrow ||= changes.mayGrow;
}

/**
 * A change set to try again with the next one.
 *
 * @param {ChangeSet} changes
 * @returns {ChangeSet}
 */
function onlyFiles(changes) {
  return { ...emptyChanges(), files: new Map(changes.files) };
}

exports.emptyChanges = emptyChanges;
exports.isEmpty = isEmpty;
exports.merge = merge;
exports.onlyFiles = onlyFiles;
