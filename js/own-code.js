'use strict';

/**
 * Loads safe-hot's own modules, which every start of a program pays for. Node would look for each of them, read it, and
 * have V8 compile it; here they come out of one file, with what V8 has compiled before, if there is such a file and it
 * is of these modules as they are, of this V8 and of its options. If not, they are read and compiled as ever, and the
 * file is written for the next start (`own-code-write.js`).
 *
 * The file lies where tools keep what they can make again: `node_modules/.cache/safe-hot`. It begins with a checksum,
 * since V8 takes what it is given at its word; then the length of an index in JSON, the index, and what it points to.
 * The addon counts that, in no time, where JavaScript that has just started takes milliseconds; so the index names it.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
// As they are before anything that is made is followed: what is left to do here is no version's.
const { clearTimeout, setTimeout } = require('node:timers');
const vm = require('node:vm');

/**
 * @typedef {object} Entry one module in the file
 * @property {string} name relative to this folder, with slashes
 * @property {string} stamp of the file that was compiled
 * @property {'latin1' | 'utf16le'} encoding
 * @property {[start: number, end: number]} source with what is around it, in bytes from the end of the index
 * @property {[start: number, end: number]} compiled likewise
 *
 * @typedef {object} Used one that this process has loaded
 * @property {string} name
 * @property {string} stamp of the file before it was read
 * @property {string} source with what is around it
 * @property {import('node:vm').Script} script
 * @property {boolean} isFresh was it compiled here?
 *
 * @typedef {object} Index
 * @property {string} addon the file that is the native part
 * @property {string} by the stamp of this very file, which says how sources are kept
 * @property {number} latin1 how many bytes at the beginning are the sources in that encoding
 * @property {string[]} runs what kinds of programs have run since the modules are as they are, each of them all that it has
 *   loaded: V8 keeps the functions that have run
 * @property {Entry[]} entries
 *
 * @typedef {object} Cache
 * @property {string} file
 * @property {typeof import('./binding') | undefined} addon the native part, if the file has named it
 * @property {Buffer | undefined} bytes after the index; undefined if there is no such file, or it is not whole
 * @property {string} latin1 the sources in that encoding. Each module's is a slice of it, which V8 need not copy, nor move
 *   at each of its collections: modules stay for good
 * @property {string[]} runs
 * @property {Map<string, Entry>} entries by name, of files that are as they were
 */

/** Before and after the text of a module. On its first line and last, so that all lines are the file's. */
const AROUND = ['(function (exports, require, module, __filename, __dirname) { ', '\n})'];

/** In bytes: the checksum, which is of all that follows, and with it the length of the index. */
const CHECKSUM = 4;
const HEAD = 8;

/** The module that finds the addon. */
const ADDON_LOADER = 'binding.js';

/** How long after the start what was compiled is written down, if the program has not ended by then, in milliseconds. */
const WRITE_AFTER_MS = 1_000;

const runAsAtStart = AsyncLocalStorage.snapshot();

/** @type {string | undefined} */
let knownNodeName;

const cache = isAsked() ? weakly(openCache()) : null;

/** By name. A program may empty `require.cache`, and what is loaded late is to find what is there. @type {Map<string, any>} */
const loaded = new Map();

/** What is to be in the file, or may have more functions by now than there. @type {Used[]} */
const used = [];
let isWriteDue = false;
/** What kind of program this is. @type {string | undefined} */
let run;

/**
 * A module of safe-hot's, loaded in this way with all that it requires.
 *
 * @param {string} name relative to this folder, with slashes
 * @returns {any} what it exports
 */
function loadOwn(name) {
  return cache ? load(name) : require(`./${name}`);
}

/**
 * @param {string} name
 * @returns {any}
 */
function load(name) {
  // It would look for the addon, which is here.
  if (name === ADDON_LOADER && cache?.addon) return cache.addon;
  const own = loaded.get(name);
  if (own) return own.exports;
  const filename = fileOf(name);
  const known = Module._cache[filename];
  if (known) return known.exports;
  const module = new Module(filename);
  module.filename = filename;
  Module._cache[filename] = module;
  loaded.set(name, module);
  let hasLoaded = false;
  try {
    const { exports } = module;
    const end = name.lastIndexOf('/');
    const require = requireIn(module, end < 0 ? '' : name.slice(0, end));
    const folder = filename.slice(0, filename.lastIndexOf(path.sep));
    compile(name, filename).call(exports, exports, require, module, filename, folder);
    module.loaded = true;
    hasLoaded = true;
  } finally {
    if (!hasLoaded) {
      delete Module._cache[filename];
      loaded.delete(name);
    }
  }
  return module.exports;
}

/**
 * @param {any} module
 * @param {string} folder relative to this one, with slashes
 */
function requireIn(module, folder) {
  return (/** @type {string} */ request) => {
    const own = request.startsWith('.') ? ownName(folder, request) : undefined;
    if (own !== undefined) return load(own);
    module.paths ??= Module._nodeModulePaths(path.dirname(module.filename));
    return module.require(request);
  };
}

/**
 * The module that a relative request names, as Node has it, if it is JavaScript and below this folder.
 *
 * @param {string} folder
 * @param {string} request
 */
function ownName(folder, request) {
  // By hand: for two hundred requests, what `path` does costs milliseconds.
  let [from, rest] = [folder, request];
  for (;;) {
    if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('../') && from !== '') {
      from = from.slice(0, Math.max(from.lastIndexOf('/'), 0));
      rest = rest.slice(3);
    } else break;
  }
  if (rest.startsWith('.')) return undefined;
  const base = from === '' ? rest : `${from}/${rest}`;
  const names = [`${base}.js`, `${base}/index.js`];
  return (
    names.find((name) => cache?.entries.has(name)) ??
    names.find((name) => fs.existsSync(fileOf(name)))
  );
}

/**
 * @param {string} name
 * @param {string} filename
 * @returns {Function}
 */
function compile(name, filename) {
  const entry = cache?.entries.get(name);
  const bytes = cache?.bytes.deref();
  if (cache && entry && bytes) {
    const { encoding, source: range, compiled } = entry;
    const source =
      encoding === 'latin1' ? cache.latin1.slice(...range) : bytes.toString(encoding, ...range);
    const cachedData = bytes.subarray(...compiled);
    const script = new vm.Script(source, { ...placeOf(filename), cachedData });
    note({ name, stamp: entry.stamp, source, script, isFresh: script.cachedDataRejected === true });
    return script.runInThisContext();
  }
  const stamp = stampOf(filename);
  const source = AROUND.join(fs.readFileSync(filename, 'utf8'));
  const script = new vm.Script(source, placeOf(filename));
  if (!entry) note({ name, stamp, source, script, isFresh: true });
  return script.runInThisContext();
}

/** @param {string} filename */
function placeOf(filename) {
  return { filename, columnOffset: -(/** @type {string} */ (AROUND[0]).length) };
}

/** @param {Used} module */
function note(module) {
  used.push(module);
  if (isWriteDue) return;
  isWriteDue = true;
  writeLater(() => {
    didStart();
    const kind = /** @type {string} */ (run);
    const isKnown = cache?.runs.includes(kind) ?? true;
    cache?.runs.push(kind);
    if (!isKnown || used.some(({ isFresh }) => isFresh)) {
      // With what it requires it is kept, too: who else writes a file loads a part of that.
      const { write } = load('own-code-write.js');
      write(used.splice(0), kind);
    }
    used.length = 0;
    isWriteDue = false;
  });
}

/** The program has started: what it has loaded by now says of what kind it is. */
function didStart() {
  const names = [...loaded.keys()].filter((name) => name !== ADDON_LOADER);
  run ??= names.sort().join();
}

/**
 * Once the program has started, or if it ends before.
 *
 * @param {() => void} write
 */
function writeLater(write) {
  const { atExit } = load('at-exit.js');
  const writeNow = () => {
    clearTimeout(timer);
    takeBack();
    write();
  };
  const timer = runAsAtStart(() => setTimeout(writeNow, WRITE_AFTER_MS).unref());
  const takeBack = atExit(writeNow);
}

/** @param {string} name */
function fileOf(name) {
  return __dirname + path.sep + (path.sep === '/' ? name : name.replaceAll('/', path.sep));
}

/**
 * Says whether a file is another than before. Packages are unpacked with any times of change, but for the last, which
 * on Windows is that of the making.
 *
 * @param {string} filename
 */
function stampOf(filename) {
  const { size, mtimeNs, ctimeNs, birthtimeNs } = fs.statSync(filename, { bigint: true });
  return `${size} ${mtimeNs} ${process.platform === 'win32' ? birthtimeNs : ctimeNs}`;
}

/**
 * Not in production, where next to nothing is loaded, nor for coverage, which counts in offsets of files, nor where another
 * addon is to be tried.
 */
function isAsked() {
  const { env } = process;
  if (env['NODE_ENV'] === 'production' || env['NODE_V8_COVERAGE']) return false;
  if (env['NAPI_RS_NATIVE_LIBRARY_PATH']) return false;
  return !env['NODE_DISABLE_COMPILE_CACHE'];
}

/** @returns {Cache | null} null where there is no place for one */
function openCache() {
  const folder = cacheFolder();
  if (folder === null) return null;
  const file = path.join(folder, `${nodeName()}.bin`);
  try {
    const bytes = fs.readFileSync(file);
    const end = HEAD + bytes.readUInt32LE(4);
    /** @type {Index} */
    const { addon, by, latin1, runs, entries } = JSON.parse(bytes.toString('utf8', HEAD, end));
    const binding = loadAddon(addon);
    const sum = binding.checksum(bytes.subarray(CHECKSUM));
    if (bytes.readUInt32LE(0) !== sum) throw new Error('not as it was written');
    const names = entries.map(({ name }) => name);
    const [own, ...stamps] = binding.stamps(__dirname, [path.basename(__filename), ...names]);
    if (own !== by) throw new Error('not as it would be written now');
    const known = entries.filter(({ stamp }, at) => stamp === stamps[at]);
    return {
      file,
      addon: binding,
      bytes: bytes.subarray(end),
      latin1: bytes.toString('latin1', end, end + latin1),
      // Of a module that is another one by now the functions of these programs are not there.
      runs: known.length === entries.length ? runs : [],
      entries: new Map(known.map((entry) => [entry.name, entry])),
    };
  } catch {
    return {
      file,
      addon: undefined,
      bytes: undefined,
      latin1: '',
      runs: [],
      entries: new Map(),
    };
  }
}

/**
 * As `require` does, without looking for it: this is the file that `require` has found.
 *
 * @param {string} file
 * @returns {typeof import('./binding')}
 */
function loadAddon(file) {
  const known = Module._cache[file];
  if (known) return known.exports;
  const module = new Module(file);
  module.filename = file;
  process.dlopen(module, path.toNamespacedPath(file));
  module.loaded = true;
  Module._cache[file] = module;
  return module.exports;
}

/**
 * Once the program has started, hardly anything more is loaded.
 *
 * @param {Cache | null} opened
 */
function weakly(opened) {
  return opened && { ...opened, bytes: new WeakRef(opened.bytes ?? Buffer.alloc(0)) };
}

/** Beside the packages that safe-hot is one of, or in those of its own folder. */
function cacheFolder() {
  const parts = path.dirname(__dirname).split(path.sep);
  const at = parts.lastIndexOf('node_modules');
  const packages =
    at < 0
      ? path.join(path.dirname(__dirname), 'node_modules')
      : parts.slice(0, at + 1).join(path.sep);
  return fs.existsSync(packages) ? path.join(packages, '.cache', 'safe-hot') : null;
}

/** Node as it is run: with what V8 writes before all that it has compiled, its version and its options. */
function nodeName() {
  const head = () => new vm.Script('').createCachedData().toString('hex', 0, 16);
  return (knownNodeName ??= `${process.version}-${process.arch}-${head()}`);
}

exports.CHECKSUM = CHECKSUM;
exports.HEAD = HEAD;
exports.didStart = didStart;
exports.isAsked = isAsked;
exports.loadOwn = loadOwn;
exports.nodeName = nodeName;
exports.openCache = openCache;
exports.stampOf = stampOf;
exports.writeLater = writeLater;
