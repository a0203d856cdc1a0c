'use strict';

/** Compiles hot modules, with what V8 has compiled of the same text in an earlier start where that is kept. */

const vm = require('node:vm');
const { keptNow } = require('./kept');

/**
 * @typedef {Pick<import('node:vm').CompileFunctionOptions, 'columnOffset' | 'importModuleDynamically'> & { filename: string }} Options
 */

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
  const kept = keptNow();
  const { filename, importModuleDynamically } = options;
  // Node 20 does not know whose imports those of a function are that was compiled before.
  if (!kept || importModuleDynamically) return vm.compileFunction(text, parameters, options);
  const compiled = { filename, text, parameters: parameters.join(), key: undefined };
  const cachedData = kept.find(compiled);
  if (cachedData) {
    /** @type {any} */
    const known = vm.compileFunction(text, parameters, { ...options, cachedData });
    if (!known.cachedDataRejected) return known;
  }
  /** @type {any} */
  const made = vm.compileFunction(text, parameters, { ...options, produceCachedData: true });
  const { cachedData: bytes } = made;
  kept.note(compiled, () => bytes);
  // The program may find the function in a heap snapshot; it is to hold nothing.
  delete made.cachedData;
  return made;
}

/**
 * The same for a text that imports nothing by itself. What is kept of it has all functions that the start has called: of a
 * script V8 tells that later too, of a function only at once.
 *
 * @param {string} text
 * @param {string[]} parameters
 * @param {{ filename: string, columnOffset: number }} options
 * @param {string | undefined} key that says what text it is, if that is known
 * @returns {Function}
 * @throws {SyntaxError}
 */
function compileModule(text, parameters, { filename, columnOffset }, key) {
  const kept = keptNow();
  if (!kept) return vm.compileFunction(text, parameters, { filename, columnOffset });
  const compiled = { filename, text, parameters: parameters.join(), key };
  const before = `(function (${compiled.parameters}) {`;
  const place = { filename, columnOffset: columnOffset - before.length };
  const cachedData = kept.find(compiled);
  const script = new vm.Script(
    `${before}${text}\n})`,
    cachedData ? { ...place, cachedData } : place,
  );
  if (!cachedData || script.cachedDataRejected) {
    kept.note(compiled, () => script.createCachedData());
  }
  return script.runInThisContext();
}

exports.compileFunction = compileFunction;
exports.compileModule = compileModule;
