'use strict';

/**
 * What an earlier start has left for this one, and what this one leaves for the next, while the program starts: what V8 has
 * compiled, and what was found in the texts of files that Node loads. `kept-file.js` puts it on the disk.
 */

const { readText } = require('./read-text');

/**
 * @typedef {object} Compiled what is compiled
 * @property {string} filename
 * @property {string} text
 * @property {string} parameters
 * @property {string | undefined} key that says what all that is, if that is known
 *
 * @typedef {object} Kept
 * @property {(compiled: Compiled) => Buffer | undefined} find
 * @property {(compiled: Compiled, make: () => Buffer) => void} note what was not found; `make` is called once the program has
 *   started
 * @property {<T>(filename: string, name: string, derive: (text: string) => T) => T} derived see `derived`
 */

/** @type {Kept | null} */
let kept = null;

/** @param {Kept | null} given null: from now on nothing is looked for, and nothing kept */
function keep(given) {
  kept = given;
}

function keptNow() {
  return kept;
}

/**
 * What follows from the text of a file and from nothing else.
 *
 * @template T that JSON can hold
 * @param {string} filename
 * @param {string} name of what follows
 * @param {(text: string) => T} derive
 * @returns {T}
 * @throws {Error} as `fs.readFileSync` does
 */
function derived(filename, name, derive) {
  return kept ? kept.derived(filename, name, derive) : derive(readText(filename));
}

exports.derived = derived;
exports.keep = keep;
exports.keptNow = keptNow;
