'use strict';

/**
 * What a module reads, it depends on: files and folders under the project root that are read while a version
 * evaluates, by itself or by cold code on its behalf. What a cold module reads as it loads is as cold as the module:
 * no reload reads it again. A file that the program writes itself is its data, and never counts.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { whenLoaded } = require('./builtins');
const { contextOwner, isEvaluatingCold, makerInContext } = require('./ownership');

/** @typedef {import('../runtime/record').Version} Version */

/**
 * @typedef {object} ReadsHost
 * @property {(filePath: string, version: Version | null) => boolean} matters is it a file of the project, no module, and
 *   is the version, in whose evaluation it is read, still starting? null while a cold module loads
 * @property {(filePath: string) => void} didReadCold
 * @property {(version: Version, filePath: string) => void} didRead
 * @property {(version: Version, folder: string) => void} didList
 */

/** Node's own, for looks of ours. */
const { readdirSync } = fs;

const READ_FILE = ['readFile', 'readFileSync', 'createReadStream'];
const READ_FOLDER = ['readdir', 'readdirSync', 'opendir', 'opendirSync'];
const WRITE = [
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'createWriteStream',
  'truncate',
  'truncateSync',
];

/** @type {Set<string>} files that the program has written */
const written = new Set();

/** @param {ReadsHost} host */
function install(host) {
  const noteFile = noting(host, host.didRead, host.didReadCold);
  // What a package looks for in the folders above it says little about what it does with what is there.
  const noteFolder = noting(host, host.didList, () => {});
  const follow = (/** @type {any} */ target) => {
    for (const name of READ_FILE) wrap(target, name, noteFile);
    for (const name of READ_FOLDER) wrap(target, name, noteFolder);
    for (const name of WRITE) wrap(target, name, noteWrite);
  };
  follow(fs);
  whenLoaded('internal/fs/promises', () => follow(fs.promises));
}

/**
 * @param {any} target
 * @param {string} name
 * @param {(file: any) => void} note
 */
function wrap(target, name, note) {
  const original = target[name];
  if (typeof original !== 'function') return;
  const traced = {
    /** @this {any} @param {any[]} args */
    [name](...args) {
      note(args[0]);
      return Reflect.apply(original, this, args);
    },
  }[name];
  target[name] = Object.assign(/** @type {any} */ (traced), original);
}

/**
 * @param {ReadsHost} host
 * @param {(version: Version, filePath: string) => void} tell
 * @param {(filePath: string) => void} tellCold
 */
function noting({ matters }, tell, tellCold) {
  return (/** @type {any} */ file) => {
    const isCold = isEvaluatingCold();
    const context = isCold ? null : contextOwner();
    const filePath = context === undefined ? undefined : pathOf(file);
    if (!filePath || written.has(filePath) || !matters(filePath, context ?? null)) return;
    if (isCold) return tellCold(filePath);
    const version = makerInContext();
    if (version) tell(version, filePath);
  };
}

/** @param {any} file */
function noteWrite(file) {
  const filePath = pathOf(file);
  if (filePath) written.add(filePath);
}

/**
 * @param {any} file as `fs` takes it
 * @returns {string | undefined} undefined for a descriptor, and for what `fs` will refuse
 */
function pathOf(file) {
  if (typeof file === 'string') return path.resolve(file);
  if (Buffer.isBuffer(file)) return path.resolve(file.toString());
  return file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : undefined;
}

/**
 * What a folder holds, as a value to compare.
 *
 * @param {string} folder
 * @returns {string | null} null if there is none
 */
function listingOf(folder) {
  try {
    return JSON.stringify(readdirSync(folder).sort());
  } catch {
    return null;
  }
}

/** @param {string} filePath */
function isWritten(filePath) {
  return written.has(filePath);
}

exports.install = install;
exports.isWritten = isWritten;
exports.listingOf = listingOf;
