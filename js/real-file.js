'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * @param {string} name relative to the working directory, or absolute
 * @returns {string | undefined} what it leads to, if there is such a file
 */
function realFile(name) {
  try {
    return fs.realpathSync(path.resolve(name));
  } catch {
    return undefined;
  }
}

exports.realFile = realFile;
