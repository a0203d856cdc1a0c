'use strict';

/** The paths of one file, where a file has each path by which it was found (`--preserve-symlinks`): a change of one is a change of all. */

const fs = require('node:fs');

class OtherNames {
  /** By real path. @type {Map<string, Set<string>>} */
  #names = new Map();

  /** @param {string} file */
  add(file) {
    const real = realPath(file);
    const names = this.#names.get(real) ?? new Set();
    this.#names.set(real, names.add(file));
  }

  /** @param {string} file @returns {Iterable<string>} it is one of them, if it is known */
  of(file) {
    return this.#names.get(realPath(file)) ?? [];
  }
}

/** @param {string} file */
function realPath(file) {
  try {
    return fs.realpathSync.native(file);
  } catch {
    return file;
  }
}

exports.OtherNames = OtherNames;
