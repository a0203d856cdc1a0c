'use strict';

/** Which files are hot: as options draw the line, and what a program has made hot by hand. */

const { packageOf } = require('./package-of');
const { realFile } = require('./real-file');
const { makeScope } = require('./scope');

class HotFiles {
  /** @type {import('./binding').NativeScope} */
  #scope;
  /** @type {Map<string, boolean>} */
  #known = new Map();
  /** The folder in `node_modules`, if the program is a command of a package. @type {string | null} */
  #entryPackage = null;

  /** @param {Parameters<typeof makeScope>[0]} options */
  constructor(options) {
    this.#scope = makeScope(options);
  }

  /**
   * Takes other options from now on.
   *
   * @param {Parameters<typeof makeScope>[0]} options
   * @throws {import('./errors').SafeHotError} ERR_SAFE_HOT_BAD_GLOB; nothing has changed then
   */
  configure(options) {
    this.#scope = makeScope(options);
    this.#known.clear();
  }

  /** @param {string} filename absolute, real */
  has(filename) {
    let isHot = this.#known.get(filename);
    if (isHot === undefined) {
      isHot = this.#scope.isHot(filename) || this.#isOfEntryPackage(filename);
      this.#known.set(filename, isHot);
    }
    return isHot;
  }

  /**
   * Whatever the options say, until there are others.
   *
   * @param {string} filename
   * @param {boolean} isHot
   */
  set(filename, isHot) {
    this.#known.set(filename, isHot);
  }

  /**
   * The program is a command of a package. What it loads for the project it loads once, so a change is to begin it anew: its
   * own package is hot, and no other.
   *
   * @param {string} entry
   */
  addPackageOf(entry) {
    this.#entryPackage = packageOf(realFile(entry) ?? '')?.folder ?? null;
    this.#known.clear();
  }

  #isOfEntryPackage(/** @type {string} */ filename) {
    return this.#entryPackage !== null && packageOf(filename)?.folder === this.#entryPackage;
  }
}

exports.HotFiles = HotFiles;
