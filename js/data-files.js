'use strict';

/** Files that are no modules, and folders, that code of the project reads as it starts: a change of them is one of the code. */

const path = require('node:path');
const { nowMs } = require('./clock');
const { binding } = require('./native');
const { NODE_MODULES } = require('./package-of');
const { isWritten, listingOf } = require('./resources/reads');
const { FileDependencies } = require('./runtime/file-dependencies');

/**
 * @typedef {import('./runtime/record').Version} Version
 *
 * @typedef {object} DataFilesHost
 * @property {import('./types').EngineOptions} options
 * @property {import('./runtime/registry').Registry} registry
 * @property {() => import('./watch').FileWatcher | null} watcher
 */

class DataFiles {
  #host;
  #dependencies = new FileDependencies();
  /** What files held that cold modules have read as they loaded. @type {Map<string, string | null>} */
  #coldReads = new Map();

  /** @param {DataFilesHost} host */
  constructor(host) {
    this.#host = host;
  }

  /** @returns {Iterable<[path: string, fingerprint: string | null]>} files that were read, with what was read last */
  files() {
    return [...this.#coldReads, ...this.#dependencies.files()];
  }

  /** @returns {string[]} folders whose names were read */
  folders() {
    return this.#dependencies.folders();
  }

  /** Does a version that is not stale depend on what the file holds? @param {string} filePath */
  isRead(filePath) {
    return this.#dependencies.isRead(filePath);
  }

  /**
   * Is it a file of the project that a version reads as it starts, or a cold module, as no module, as it loads?
   *
   * @param {string} filePath
   * @param {Version | null} version
   */
  matters(filePath, version) {
    const { registry, options } = this.#host;
    const { root, trackReads, settleTimeoutMs } = options;
    if (!trackReads) return false;
    if (version && nowMs() - version.madeAtMs > settleTimeoutMs) return false;
    // Node reads a module's own file as it loads it, which is what is asked about most.
    if (version ? version.record.path === filePath : registry.lookup(filePath)) return false;
    const below = filePath + path.sep;
    return below.startsWith(root + path.sep) && !below.includes(NODE_MODULES, root.length);
  }

  /**
   * @param {Version} version
   * @param {string} filePath
   */
  didRead(version, filePath) {
    const fingerprint = binding.fingerprint(filePath);
    this.#dependencies.add('file', filePath, version, fingerprint);
    this.#host.watcher()?.watchRead(filePath, fingerprint);
  }

  /** A cold module has, as it loads. @param {string} filePath */
  didReadCold(filePath) {
    const fingerprint = binding.fingerprint(filePath);
    this.#coldReads.set(filePath, fingerprint);
    this.#host.watcher()?.watchRead(filePath, fingerprint);
  }

  /**
   * @param {Version} version
   * @param {string} folder
   */
  didList(version, folder) {
    this.#dependencies.add('folder', folder, version, listingOf(folder));
    this.#host.watcher()?.watchListing(folder);
  }

  /** Did a cold module, as it loaded, read something else there? @param {string} filePath */
  hasChangedForCold(filePath) {
    const then = this.#coldReads.get(filePath);
    if (then === undefined || isWritten(filePath)) return false;
    return !this.#host.registry.lookup(filePath) && then !== binding.fingerprint(filePath);
  }

  /**
   * Modules that have read what is another now: a file, or the folder that it came into or went from.
   *
   * @param {string} filePath
   */
  dependentsOf(filePath) {
    if (isWritten(filePath)) return [];
    const folder = path.dirname(filePath);
    return [
      ...this.#dependencies.changed('file', filePath, () => binding.fingerprint(filePath)),
      ...this.#dependencies.changed('folder', folder, () => listingOf(folder)),
    ];
  }
}

exports.DataFiles = DataFiles;
