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

/** V8 copies what does not lie at a multiple of so many bytes. */
function aligned(/** @type {number} */ length) {
  return Math.ceil(length / 8) * 8;
}

exports.aligned = aligned;
exports.writeCacheFile = writeCacheFile;
