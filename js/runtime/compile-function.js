'use strict';

/** Compiles hot modules, with what V8 has compiled of the same text in an earlier start where that is kept. */

const vm = require('node:vm');

/**
 * @typedef {object} Kept
 * @property {(filename: string, text: string, parameters: string) => Buffer | null} find
 * @property {(filename: string, text: string, parameters: string, compiled: Buffer) => void} note what was not found
 *
 * @typedef {Pick<import('node:vm').CompileFunctionOptions, 'columnOffset' | 'importModuleDynamically'> & { filename: string }} Options
 */

/** While the program starts. @type {Kept | null} */
let kept = null;

/** @param {Kept | null} given null: from now on nothing is looked for, and nothing kept */
function keepCompiled(given) {
  kept = given;
}

/**
 * `vm.compileFunction`.
 *
 * @param {string} text
 * @param {string[]} parameters
 * @param {Options} options
 * @returns {Function}
 * @throws {SyntaxError}
 */
function compileFunction(text, parameters, options) {
  const { filename, importModuleDynamically } = options;
  // Node 20 does not know whose imports those of a function are that was compiled before.
  if (!kept || importModuleDynamically) return vm.compileFunction(text, parameters, options);
  const names = parameters.join();
  const cachedData = kept.find(filename, text, names);
  if (cachedData) {
    /** @type {any} */
    const known = vm.compileFunction(text, parameters, { ...options, cachedData });
    if (!known.cachedDataRejected) return known;
  }
  /** @type {any} */
  const made = vm.compileFunction(text, parameters, { ...options, produceCachedData: true });
  kept.note(filename, text, names, made.cachedData);
  // The program may find the function in a heap snapshot; it is to hold nothing.
  delete made.cachedData;
  return made;
}

exports.compileFunction = compileFunction;
exports.keepCompiled = keepCompiled;
