'use strict';

/**
 * What Node, and we, have read of the `package.json` files around the program, and keep until the process ends: a change of
 * one of these fields asks for a restart, one of `scripts` for nothing.
 */

const fs = require('node:fs');
const path = require('node:path');

const FIELDS = ['type', 'exports', 'imports', 'main', 'safe-hot'];

class PackageFields {
  /** What the fields were when the file came to be of interest. @type {Map<string, string>} */
  #fields = new Map();
  /** With the file, if there is one. @type {Map<string, string | undefined>} */
  #folders = new Map();

  /**
   * @param {string} folder
   * @returns {string | undefined} its `package.json`; undefined if there was none when it was first asked for
   */
  add(folder) {
    if (!this.#folders.has(folder)) this.#folders.set(folder, this.#read(folder));
    return this.#folders.get(folder);
  }

  /**
   * Does the file hold other fields than those that Node has read? A half-written one says nothing.
   *
   * @param {string} file
   */
  hasChanged(file) {
    const before = this.#fields.get(file);
    if (before === undefined) return false;
    const now = readFields(file);
    return now !== undefined && now !== before;
  }

  /** @param {string} folder */
  #read(folder) {
    const file = path.join(folder, 'package.json');
    const fields = readFields(file);
    if (fields === undefined) return undefined;
    this.#fields.set(file, fields);
    return file;
  }
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined if there is no such file, or none that is JSON
 */
function readFields(file) {
  try {
    const content = JSON.parse(fs.readFileSync(file, 'utf8'));
    return JSON.stringify(FIELDS.map((name) => content?.[name]));
  } catch {
    return undefined;
  }
}

exports.PackageFields = PackageFields;
