'use strict';

/**
 * Keeps what V8 has compiled of a program's hot modules for its next start, and what the texts of other files have told, in
 * the place where tools keep what they can make again: `.cache/safe-hot` of the `node_modules` that is nearest to the entry.
 * One file for an entry, a Node and its options, which the addon reads at once (`src/ahead/compiled.rs`) while our own
 * modules load.
 */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { binding, fileOfAddon } = require('./native');
const { CHECKSUM, HEAD, isAsked, nodeName, stampOf, writeLater } = require('./own-code');
const { NODE_MODULES } = require('./package-of');
const { readText } = require('./runtime/read-text');

/**
 * @typedef {object} Entry
 * @property {string} file the path of a module, or its URL
 * @property {string} key of what was compiled; empty if it was not known
 * @property {string} textKey the same, by the text that V8 was given
 * @property {[start: number, end: number]} compiled in bytes from the end of the index
 *
 * @typedef {Omit<Entry, 'compiled'> & { bytes: Buffer }} Part
 * @typedef {{ compiled: import('./runtime/kept').Compiled, make: () => Buffer }} Fresh
 *
 * @typedef {object} Text what follows from the text of a file
 * @property {string} fingerprint
 * @property {Record<string, any>} derived by name
 *
 * @typedef {{ parts: Map<string, Part>, texts: Map<string, Text> }} Contents both by file
 */

/** Of those of other entries the oldest go. */
const MOST_FILES = 40;

const PREFIX = 'app-';

/** What says, beside the key of a module, which text V8 gets, what follows from a text, and how all that is written. */
const MAKERS = [
  'kept-file.js',
  'runtime/compile-function.js',
  'runtime/esm/compile.js',
  'runtime/esm/export-names.js',
  'runtime/formats.js',
];

/**
 * @typedef {object} KeptFiles
 * @property {string} compiled see above
 * @property {string} modules what the addon makes of modules, of which Node's version says nothing
 * @property {string | null} byNode a folder; null for a program that is no one's project, as npm is
 *
 * @param {string} entry absolute, real
 * @returns {KeptFiles | null} null where there is no place for them, or they are not asked for
 */
function keptFiles(entry) {
  if (!isAsked()) return null;
  /** @type {string[]} */
  const folders = Module._nodeModulePaths(path.dirname(entry));
  const packages = folders.find((folder) => fs.existsSync(folder));
  const addon = fileOfAddon();
  if (packages === undefined || addon === undefined) return null;
  const makers = MAKERS.map((name) => stampOf(path.join(__dirname, name)));
  const folder = path.join(packages, '.cache', 'safe-hot');
  const named = (/** @type {string[]} */ makers, /** @type {string} */ rest) =>
    path.join(folder, `${PREFIX}${binding.fingerprintText([entry, ...makers].join())}${rest}.bin`);
  return {
    compiled: named(makers, `-${nodeName()}`),
    modules: named([stampOf(addon)], ''),
    byNode: entry.includes(NODE_MODULES) ? null : path.join(folder, 'node'),
  };
}

/**
 * @param {string} file where it is kept
 * @param {import('./binding').NativeAhead} ahead that has read it
 * @returns {import('./runtime/kept').Kept}
 */
function makeKept(file, ahead) {
  /** @type {Fresh[]} */
  const fresh = [];
  /** Keys that were not known. @type {Map<string, string>} */
  const keys = new Map();
  /** @type {Map<string, Text>} */
  const freshTexts = new Map();
  /** @type {Contents | undefined} */
  let opened;
  let isDue = false;
  const earlier = () => (opened ??= contentsOf(ahead.takeCompiled()));
  const writeSoon = () => {
    if (isDue) return;
    isDue = true;
    writeLater(() => {
      isDue = false;
      write(file, { fresh: fresh.splice(0), keys, texts: freshTexts });
      freshTexts.clear();
    });
  };
  return {
    find(compiled) {
      const { filename, key } = compiled;
      const part = earlier().parts.get(filename);
      if (!part) return undefined;
      if (key !== undefined && part.key === key) return part.bytes;
      // To count the text takes longer.
      if (part.textKey !== textKeyOf(compiled)) return undefined;
      if (key !== undefined) keys.set(filename, key);
      return part.bytes;
    },
    note(compiled, make) {
      fresh.push({ compiled, make });
      writeSoon();
    },
    derived(filename, name, derive) {
      const { texts } = earlier();
      const known = texts.get(filename);
      const isKnown = known && Object.hasOwn(known.derived, name);
      if (isKnown && known.fingerprint === binding.fingerprint(filename)) {
        return known.derived[name];
      }
      const source = readText(filename);
      const value = derive(source);
      // What stands for invalid UTF-8 does not tell which bytes the file holds.
      if (source.includes('\uFFFD')) return value;
      const fingerprint = binding.fingerprintText(source);
      const text = known?.fingerprint === fingerprint ? known : { fingerprint, derived: {} };
      text.derived[name] = value;
      texts.set(filename, text);
      freshTexts.set(filename, text);
      writeSoon();
      return value;
    },
  };
}

/**
 * Writes down what the addon has made of the modules that were asked for so far.
 *
 * @param {string} file
 * @param {import('./binding').NativeAhead} ahead
 */
function writeModules(file, ahead) {
  const bytes = ahead.takeModules();
  if (bytes === null) return;
  const { writeCacheFile } = require('./cache-file');
  writeCacheFile(file, binding.checksum, () => bytes);
}

/** @param {import('./runtime/kept').Compiled} compiled */
function textKeyOf({ text, parameters }) {
  return binding.compiledKey(text, parameters);
}

/**
 * @param {string} file
 * @param {{ fresh: Fresh[], keys: Map<string, string>, texts: Map<string, Text> }} found `keys` of others
 */
function write(file, { fresh, keys, texts }) {
  const { removeOldest, writeCacheFile } = require('./cache-file');
  writeCacheFile(file, binding.checksum, () => {
    const all = known(file);
    for (const [module, key] of keys) Object.assign(all.parts.get(module) ?? {}, { key });
    for (const { compiled, make } of fresh) {
      const { filename, key = '' } = compiled;
      const part = { file: filename, key, textKey: textKeyOf(compiled), bytes: make() };
      all.parts.set(filename, part);
    }
    for (const [filename, text] of texts) all.texts.set(filename, text);
    return packed(all);
  });
  removeOldest(path.dirname(file), PREFIX, MOST_FILES);
}

/**
 * What other starts have left there, of modules that there still are.
 *
 * @param {string} file
 * @returns {Contents}
 */
function known(file) {
  try {
    const bytes = fs.readFileSync(file);
    const isWhole = bytes.readUInt32LE(0) === binding.checksum(bytes.subarray(CHECKSUM));
    const { parts, texts } = contentsOf(isWhole ? bytes : null);
    return { parts: existing(parts), texts: existing(texts) };
  } catch {
    return contentsOf(null);
  }
}

/**
 * @template T
 * @param {Map<string, T>} byFile
 */
function existing(byFile) {
  return new Map([...byFile].filter(([module]) => fs.existsSync(pathOf(module))));
}

/**
 * @param {Buffer | null} bytes of a file that is whole
 * @returns {Contents}
 */
function contentsOf(bytes) {
  if (bytes === null) return { parts: new Map(), texts: new Map() };
  const end = bytes.readUInt32LE(CHECKSUM);
  /** @type {{ entries: Entry[], texts: [file: string, text: Text][] }} */
  const { entries, texts } = JSON.parse(bytes.toString('utf8', HEAD, end));
  const parts = new Map(
    entries.map(({ file, key, textKey, compiled: [start, stop] }) => {
      return [file, { file, key, textKey, bytes: bytes.subarray(end + start, end + stop) }];
    }),
  );
  return { parts, texts: new Map(texts) };
}

/** @param {string} file */
function pathOf(file) {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** All but the checksum. @param {Contents} contents */
function packed({ parts: byFile, texts }) {
  const { aligned } = require('./cache-file');
  const parts = [...byFile.values()];
  let end = 0;
  const entries = parts.map(({ file, key, textKey, bytes }) => {
    const start = end;
    end = aligned(start + bytes.length);
    return { file, key, textKey, compiled: [start, start + bytes.length] };
  });
  const json = Buffer.from(JSON.stringify({ entries, texts: [...texts] }));
  const length = aligned(HEAD + json.length);
  const whole = Buffer.alloc(length + end);
  whole.fill(' ', HEAD, length);
  whole.writeUInt32LE(length, CHECKSUM);
  json.copy(whole, HEAD);
  entries.forEach(({ compiled: [start = 0] }, at) => parts[at]?.bytes.copy(whole, length + start));
  return whole;
}

exports.keptFiles = keptFiles;
exports.writeModules = writeModules;
exports.makeKept = makeKept;
