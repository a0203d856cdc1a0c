'use strict';

/** Temporary folders that a bench fills with the files of an app, and where the peers' packages are found. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..', '..');
const PEERS = path.resolve(__dirname, '..', 'peers');

/**
 * @param {Record<string, string>} files by their path in the folder
 * @returns {string} the folder, with its true name
 */
function makeFolder(files) {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-bench-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return folder;
}

/** Puts the peers' packages, and safe-hot itself, where the files of `folder` find them. */
function linkPackages(/** @type {string} */ folder) {
  const modules = path.join(folder, 'node_modules');
  fs.mkdirSync(modules);
  const installed = path.join(PEERS, 'node_modules');
  for (const name of fs.readdirSync(installed)) {
    if (name.startsWith('.')) continue;
    fs.symlinkSync(path.join(installed, name), path.join(modules, name), 'junction');
  }
  fs.symlinkSync(ROOT, path.join(modules, 'safe-hot'), 'junction');
}

/** @param {string} folder */
function removeFolder(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
}

module.exports = { PEERS, ROOT, linkPackages, makeFolder, removeFolder };
