'use strict';

/** Reads files on our own account: what stands in `fs` later takes a read for one of the program's. */

const { readFileSync } = require('node:fs');

/**
 * @param {string} filename
 * @returns {string}
 * @throws {Error} as `fs.readFileSync` does
 */
function readText(filename) {
  return readFileSync(filename, 'utf8');
}

exports.readText = readText;
