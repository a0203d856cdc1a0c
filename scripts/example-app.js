'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { EXAMPLE_APP } = require('./setup');

/**
 * Copies the Express example into a folder, with the installed packages by link.
 *
 * @param {string} folder that exists
 * @returns {string} the same
 */
function copyExampleApp(folder) {
  const packages = path.join(EXAMPLE_APP, 'node_modules');
  fs.cpSync(EXAMPLE_APP, folder, { recursive: true, filter: (source) => source !== packages });
  fs.symlinkSync(packages, path.join(folder, 'node_modules'), 'junction');
  return folder;
}

exports.copyExampleApp = copyExampleApp;
