'use strict';

/** How files are written that can be made again: whole or not at all, since other processes read them and may write them too. */

const fs = require('node:fs');
const path = require('node:path');
const { CHECKSUM } = require('./own-code');

/**
 * Quietly: where nothing can be written, the next start is as slow as this one.
 *
 * @param {string} file
 * @param {(bytes: Buffer) => number} checksum
 * @param {() => Buffer} make all of it, with room for the checksum in front
 */
function writeCacheFile(file, checksum, make) {
  const temporary = `${file}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    const whole = make();
    whole.writeUInt32LE(checksum(whole.subarray(CHECKSUM)), 0);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, whole);
    fs.renameSync(temporary, file);
  } catch {
    tryToRemove(temporary);
  }
}

/** @param {string} file */
function tryToRemove(file) {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // Nor was it written, then.
  }
}

/**
 * Of what a folder has the latest stay. Quietly, too: another process may be at it.
 *
 * @param {string} folder
 * @param {string} prefix of the names that count
 * @param {number} most
 */
function removeOldest(folder, prefix, most) {
  try {
    const names = fs.readdirSync(folder).filter((name) => name.startsWith(prefix));
    if (names.length <= most) return;
    const times = names.map((name) => {
      const each = path.join(folder, name);
      return { each, atMs: fs.statSync(each).mtimeMs };
    });
    times.sort((a, b) => b.atMs - a.atMs);
    for (const { each } of times.slice(most)) fs.rmSync(each, { recursive: true, force: true });
  } catch {
    // The next start tries again.
  }
}

/** V8 copies what does not lie at a multiple of so many bytes. */
function aligned(/** @type {number} */ length) {
  return Math.ceil(length / 8) * 8;
}

exports.aligned = aligned;
exports.removeOldest = removeOldest;
exports.writeCacheFile = writeCacheFile;
