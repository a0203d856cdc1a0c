'use strict';

/** Writes the file from which `own-code.js` loads safe-hot's modules, for the next start. */

const path = require('node:path');
const { aligned, writeCacheFile } = require('./cache-file');
const { CHECKSUM, HEAD, loadOwn, openCache, stampOf } = require('./own-code');

/**
 * @typedef {import('./own-code').Entry} Entry
 * @typedef {import('./own-code').Used} Used
 *
 * @typedef {Pick<Entry, 'name' | 'stamp' | 'encoding'> & { source: Buffer, compiled: Buffer }} Part
 */

/** Kinds of programs, the latest first. */
const MOST_RUNS = 16;

/**
 * @param {Used[]} used in place of what the cache has of the same name
 * @param {string} run
 */
function write(used, run) {
  const cache = openCache();
  if (!cache) return;
  // As it is by now.
  const { file, bytes, entries, runs } = cache;
  /** @type {typeof import('./native')} */
  const { binding, fileOfAddon } = loadOwn('native.js');
  const addon = fileOfAddon();
  if (addon === undefined) return;
  writeCacheFile(file, binding.checksum, () => {
    const known = bytes ? [...entries.values()].map((entry) => partOf(entry, bytes)) : [];
    const parts = [...known, ...used.map(compiledPart)];
    const byName = new Map(parts.map((part) => [part.name, part]));
    return packed([...byName.values()], {
      addon,
      runs: [...new Set([run, ...runs])].slice(0, MOST_RUNS),
    });
  });
}

/**
 * @param {Entry} entry
 * @param {Buffer} bytes
 * @returns {Part}
 */
function partOf(entry, bytes) {
  const [source, compiled] = [bytes.subarray(...entry.source), bytes.subarray(...entry.compiled)];
  return { ...entry, source, compiled };
}

/**
 * With the functions that have run so far.
 *
 * @param {Used} module
 * @returns {Part}
 */
function compiledPart({ name, stamp, source, script }) {
  // As V8 has it.
  const encoding = /[^\0-\xff]/.test(source) ? 'utf16le' : 'latin1';
  const compiled = script.createCachedData();
  return { name, stamp, encoding, source: Buffer.from(source, encoding), compiled };
}

/**
 * All but the checksum.
 *
 * @param {Part[]} parts
 * @param {Pick<import('./own-code').Index, 'addon' | 'runs'>} rest
 */
function packed(parts, rest) {
  let end = 0;
  const take = (/** @type {Buffer} */ { length }) => {
    const start = end;
    end = aligned(start + length);
    return [start, start + length];
  };
  const narrow = parts.filter(({ encoding }) => encoding === 'latin1');
  const ordered = [...narrow, ...parts.filter((part) => !narrow.includes(part))];
  const placed = ordered.map((part) => ({ part, range: take(part.source) }));
  const latin1 = placed[narrow.length - 1]?.range[1] ?? 0;
  const entries = placed.map(({ part: { name, stamp, encoding, compiled }, range }) => {
    return { name, stamp, encoding, source: range, compiled: take(compiled) };
  });
  const by = stampOf(path.join(__dirname, 'own-code.js'));
  const json = Buffer.from(JSON.stringify({ ...rest, by, latin1, entries }));
  const length = aligned(HEAD + json.length);
  const bytes = Buffer.alloc(length + end);
  bytes.fill(' ', HEAD, length);
  json.copy(bytes, HEAD);
  bytes.writeUInt32LE(length - HEAD, CHECKSUM);
  entries.forEach((range, at) => {
    const { source, compiled } = /** @type {Part} */ (ordered[at]);
    source.copy(bytes, length + /** @type {number} */ (range.source[0]));
    compiled.copy(bytes, length + /** @type {number} */ (range.compiled[0]));
  });
  return bytes;
}

exports.write = write;
