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
const { binding } = require('./native');
const { CHECKSUM, HEAD, isAsked, nodeName, stampOf, writeLater } = require('./own-code');

/**
 * @typedef {object} Entry
 * @property {string} file the path of a module, or its URL
 * @property {string} key of what was compiled; empty if it was not known
 * @property {string} textKey the same, by the text that V8 was given
 * @property {[start: number, end: number]} compiled in bytes from the end of the index
 *
 * @typedef {Omit<Entry, 'compiled'> & { bytes: Buffer }} Part
 * @typedef {{ compiled: import('./runtime/compile-function').Compiled, make: () => Buffer }} Fresh
 */

/** Of those of other entries the oldest go. */
const MOST_FILES = 20;

const PREFIX = 'app-';

/** What says, beside the key of a module, which text V8 gets. */
const MAKERS = ['runtime/esm/compile.js', 'runtime/compile-function.js'];

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
  const makers = MAKERS.map((name) => stampOf(path.join(__dirname, name)));
  const whose = binding.fingerprintText([entry, ...makers].join());
  const name = `${PREFIX}${whose}-${nodeName()}.bin`;
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
  /** Keys that were not known. @type {Map<string, string>} */
  const keys = new Map();
  /** @type {Map<string, Part> | undefined} */
  let earlier;
  return {
    find(compiled) {
      const { filename, key } = compiled;
      earlier ??= partsIn(ahead.takeCompiled());
      const part = earlier.get(filename);
      if (!part) return undefined;
      if (key !== undefined && part.key === key) return part.bytes;
      // To count the text takes longer.
      if (part.textKey !== textKeyOf(compiled)) return undefined;
      if (key !== undefined) keys.set(filename, key);
      return part.bytes;
    },
    note(compiled, make) {
      fresh.push({ compiled, make });
      if (fresh.length === 1) writeLater(() => write(file, fresh.splice(0), keys));
    },
  };
}

/** @param {import('./runtime/compile-function').Compiled} compiled */
function textKeyOf({ text, parameters }) {
  return binding.compiledKey(text, parameters);
}

/**
 * @param {string} file
 * @param {Fresh[]} fresh
 * @param {Map<string, string>} keys of others
 */
function write(file, fresh, keys) {
  const { writeCacheFile } = require('./cache-file');
  writeCacheFile(file, binding.checksum, () => {
    const parts = known(file);
    for (const [module, key] of keys) Object.assign(parts.get(module) ?? {}, { key });
    for (const { compiled, make } of fresh) {
      const { filename, key = '' } = compiled;
      const part = { file: filename, key, textKey: textKeyOf(compiled), bytes: make() };
      parts.set(filename, part);
    }
    return packed([...parts.values()]);
  });
  removeOldest(path.dirname(file));
}

/**
 * What other starts have left there, of modules that there still are.
 *
 * @param {string} file
 */
function known(file) {
  try {
    const bytes = fs.readFileSync(file);
    if (bytes.readUInt32LE(0) !== binding.checksum(bytes.subarray(CHECKSUM))) return partsIn(null);
    const parts = [...partsIn(bytes)];
    return new Map(parts.filter(([module]) => fs.existsSync(pathOf(module))));
  } catch {
    return partsIn(null);
  }
}

/**
 * @param {Buffer | null} bytes of a file that is whole
 * @returns {Map<string, Part>} by file
 */
function partsIn(bytes) {
  if (bytes === null) return new Map();
  const end = bytes.readUInt32LE(CHECKSUM);
  /** @type {Entry[]} */
  const entries = JSON.parse(bytes.toString('utf8', HEAD, end));
  return new Map(
    entries.map(({ file, key, textKey, compiled: [start, stop] }) => {
      return [file, { file, key, textKey, bytes: bytes.subarray(end + start, end + stop) }];
    }),
  );
}

/** @param {string} file */
function pathOf(file) {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** All but the checksum. @param {Part[]} parts */
function packed(parts) {
  const { aligned } = require('./cache-file');
  let end = 0;
  const entries = parts.map(({ file, key, textKey, bytes }) => {
    const start = end;
    end = aligned(start + bytes.length);
    return { file, key, textKey, compiled: [start, start + bytes.length] };
  });
  const json = Buffer.from(JSON.stringify(entries));
  const length = aligned(HEAD + json.length);
  const whole = Buffer.alloc(length + end);
  whole.fill(' ', HEAD, length);
  whole.writeUInt32LE(length, CHECKSUM);
  json.copy(whole, HEAD);
  entries.forEach(({ compiled: [start = 0] }, at) => parts[at]?.bytes.copy(whole, length + start));
  return whole;
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
