'use strict';

/* The demo app in a folder of its own: as it is, but that it says where it listens as the tests' programs do. */

const fs = require('node:fs');
const path = require('node:path');
const { copyExampleApp } = require('../../scripts/example-app');

/** Quiet, and open to as many requests as there are. */
const ENVIRONMENT = { PORT: '0', LOG_LEVEL: 'error', RATE_LIMIT_MAX: '1000000' };

/** @param {string} folder that exists */
function copyDemo(folder) {
  copyExampleApp(folder);
  replace(path.join(folder, 'server.js'), '(error) => {', 'function (error) {');
  const listening = "console.log('listening', this.address().port, process.pid)";
  replace(path.join(folder, 'server.js'), /logger\.info\(.*\)/, listening);
  return folder;
}

/** Throws if there is nothing to replace. */
function replace(file, from, to) {
  const before = fs.readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} has no ${from}`);
  fs.writeFileSync(file, after);
}

exports.ENVIRONMENT = ENVIRONMENT;
exports.copyDemo = copyDemo;
exports.replace = replace;
