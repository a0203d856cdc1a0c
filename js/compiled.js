'use strict';

/**
 * Keeps what V8 has compiled of a program's hot modules for its next start, in the place where tools keep what they can
 * make again: `.cache/safe-hot` of the `node_modules` that is nearest to the entry. One file for an entry, a Node and its
 * options, which the addon reads at once (`src/ahead/compiled.rs`) while our own modules load.
 */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { writeCacheFile } = require('./cache-file');
const { binding } = require('./native');
const { CHECKSUM, HEAD, isAsked, nodeName, writeLater } = require('./own-code');

/**
 * @typedef {object} Entry
 * @property {string} file the path of a module, or its URL
 * @property {string} key of the text that was compiled
 * @property {[start: number, end: number]} compiled in bytes from the end of the index
 *
 * @typedef {Pick<Entry, 'file' | 'key'> & { bytes: Buffer }} Part
 * @typedef {{ file: string, text: string, parameters: string, bytes: Buffer }} Fresh
 */

/** Of those of other entries the oldest go. */
const MOST_FILES = 20;

const PREFIX = 'app-';

/**
 * @param {string} entry absolute, real
 * @returns {string | null} null where there is no place for it, or it is not asked for
 */
function compiledFile(entry) {
  if (!isAsked()) return null;
  /** @type {string[]} */
  const folders = Module._nodeModulePaths(path.dirname(entry));
  const packages = folders.find((folder) => fs.existsSync(folder));
  if (packages === undefined) return null;
  const name = `${PREFIX}${binding.fingerprintText(entry)}-${nodeName()}.bin`;
  return path.join(packages, '.cache', 'safe-hot', name);
}

/**
 * @param {string} file where it is kept
 * @param {import('./binding').NativeAhead} ahead that has read it
 * @returns {import('./runtime/compile-function').Kept}
 */
function makeKept(file, ahead) {
  /** @type {Fresh[]} */
  const fresh = [];
  return {
    find: (module, text, parameters) => ahead.compiled(module, text, parameters),
    note(module, text, parameters, bytes) {
      fresh.push({ file: module, text, parameters, bytes });
      if (fresh.length === 1) writeLater(() => write(file, fresh.splice(0)));
    },
  };
}

/**
 * @param {string} file
 * @param {Fresh[]} fresh
 */
function write(file, fresh) {
  writeCacheFile(file, binding.checksum, () => {
    const parts = new Map(known(file).map((part) => [part.file, part]));
    for (const { file: module, text, parameters, bytes } of fresh) {
      parts.set(module, { file: module, key: binding.compiledKey(text, parameters), bytes });
    }
    return packed([...parts.values()]);
  });
  removeOldest(path.dirname(file));
}

/**
 * What other starts have left there, of modules that there still are.
 *
 * @param {string} file
 * @returns {Part[]}
 */
function known(file) {
  try {
    const bytes = fs.readFileSync(file);
    if (bytes.readUInt32LE(0) !== binding.checksum(bytes.subarray(CHECKSUM))) return [];
    const end = bytes.readUInt32LE(CHECKSUM);
    /** @type {Entry[]} */
    const entries = JSON.parse(bytes.toString('utf8', HEAD, end));
    return entries
      .filter((entry) => fs.existsSync(pathOf(entry.file)))
      .map(({ file: module, key, compiled }) => {
        return { file: module, key, bytes: bytes.subarray(end + compiled[0], end + compiled[1]) };
      });
  } catch {
    return [];
  }
}

/** @param {string} file */
function pathOf(file) {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** All but the checksum. @param {Part[]} parts */
function packed(parts) {
  let end = 0;
  const entries = parts.map(({ file, key, bytes }) => {
    const start = end;
    end += bytes.length;
    return { file, key, compiled: [start, end] };
  });
  const json = Buffer.from(JSON.stringify(entries));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(HEAD + json.length, CHECKSUM);
  return Buffer.concat([head, json, ...parts.map(({ bytes }) => bytes)]);
}

/** Quietly, too: another process may be at it. @param {string} folder */
function removeOldest(folder) {
  try {
    const files = fs.readdirSync(folder).filter((name) => name.startsWith(PREFIX));
    if (files.length <= MOST_FILES) return;
    const times = files.map((name) => {
      const file = path.join(folder, name);
      return { file, atMs: fs.statSync(file).mtimeMs };
    });
    times.sort((a, b) => b.atMs - a.atMs);
    for (const { file } of times.slice(MOST_FILES)) fs.rmSync(file, { force: true });
  } catch {
    // The next start tries again.
  }
}

exports.compiledFile = compiledFile;
exports.makeKept = makeKept;
