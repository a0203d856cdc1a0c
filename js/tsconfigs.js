'use strict';

/**
 * What the `tsconfig.json` of each folder says, as it was when it was first asked for: a process keeps to that. A change
 * of what counts asks for a restart; a file that cannot be read any more is refused, like a module with an error in it.
 */

const fs = require('node:fs');
const path = require('node:path');
const { binding, fromNative, guarded } = require('./native');

/**
 * @typedef {import('./binding').NativeTsconfig} NativeTsconfig
 * @typedef {Extract<NativeTsconfig, { type: 'found' }>} Found
 *
 * @typedef {object} Folder
 * @property {string} filename of a module there, for which it was asked
 * @property {Found | undefined} found
 */

class Tsconfigs {
  /** @type {Map<string, Folder>} */
  #folders = new Map();
  /** All that was read, and what is missing. @type {Set<string>} */
  #files = new Set();
  #didRead;

  /**
   * @param {(files: string[]) => void} [didRead] told of each file that was read, or looked for
   * @param {import('./binding').NativeTsconfigs} [native] who reads them
   */
  constructor(didRead = () => {}, native = new binding.NativeTsconfigs()) {
    this.#didRead = didRead;
    this.native = native;
  }

  /** All that was read, and what is missing. */
  get files() {
    return [...this.#files];
  }

  /**
   * @param {string} filename of a module
   * @returns {Found | undefined} undefined if no folder above it has a `tsconfig.json`
   * @throws {SafeHotError} ERR_SAFE_HOT_TSCONFIG
   */
  of(filename) {
    const folder = path.dirname(filename);
    const known = this.#folders.get(folder);
    if (known) return known.found;
    const outcome = guarded(() => this.native.of(filename));
    this.#note(outcome);
    if (outcome.type === 'invalid') throw errorFrom(outcome.error);
    const found = outcome.type === 'found' ? outcome : undefined;
    this.#folders.set(folder, { filename, found });
    return found;
  }

  /**
   * Does TypeScript make CommonJS of a file, where no `package.json` says that it is an ES module? What cannot be read
   * says no: the file itself is refused for it.
   *
   * @param {string} filename
   */
  compilesToCommonJs(filename) {
    try {
      const system = this.of(filename)?.moduleSystem;
      return system === 'commonjs' || system === 'node';
    } catch {
      return false;
    }
  }

  /**
   * Is JavaScript compiled there too? What cannot be read says no: JavaScript runs without.
   *
   * @param {string} filename
   */
  allowsJs(filename) {
    try {
      return this.of(filename)?.allowsJs === true;
    } catch {
      return false;
    }
  }

  /**
   * Does it say how JSX in JavaScript is compiled?
   *
   * @param {string} filename
   */
  compilesJsxInJs(filename) {
    return this.allowsJs(filename) && this.of(filename)?.options.jsx !== undefined;
  }

  /**
   * What a change of a file means: nothing, a restart, or an error.
   *
   * @param {string} file
   * @returns {'none' | 'restart' | import('./errors').SafeHotError}
   */
  changeOf(file) {
    if (!this.#files.has(file)) return 'none';
    for (const { filename, found } of this.#folders.values()) {
      const now = guarded(() => this.native.read(filename));
      this.#note(now);
      if (now.type === 'invalid') return errorFrom(now.error, { staysInUse: true });
      if (textOf(now) !== textOf(found)) return 'restart';
    }
    return 'none';
  }

  /** @param {NativeTsconfig} outcome */
  #note(outcome) {
    if (outcome.type === 'none') return;
    const files = outcome.type === 'found' ? outcome.files : outcome.error.files;
    const fresh = files.filter((file) => !this.#files.has(file));
    for (const file of fresh) this.#files.add(file);
    if (fresh.length > 0) this.#didRead(fresh);
  }
}

/** All that matters of it. @param {NativeTsconfig | undefined} outcome */
function textOf(outcome) {
  if (outcome?.type !== 'found') return '';
  const { path: file, options, moduleSystem, allowsJs, resolution } = outcome;
  return JSON.stringify({ file, options, moduleSystem, allowsJs, resolution });
}

/**
 * @param {import('./binding').NativeTsconfigError} native
 * @param {object} [details]
 */
function errorFrom(native, details = {}) {
  const reason = native.message.replaceAll(process.cwd() + path.sep, '');
  const error = fromNative(native, { ...native, ...details, reason });
  const { path: file, line, column } = native;
  if (file !== undefined && line !== undefined && column !== undefined) {
    error.frame = frameOf(file, { line, column });
  }
  return error;
}

/**
 * @param {string} file
 * @param {{ line: number, column: number }} place
 */
function frameOf(file, place) {
  try {
    const { frameAt } = require('./report/frame');
    return frameAt(fs.readFileSync(file, 'utf8'), place);
  } catch {
    return undefined;
  }
}

exports.Tsconfigs = Tsconfigs;
