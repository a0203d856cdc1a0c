'use strict';

/**
 * ES modules that Node never sees: link and evaluate of ECMA-262, 16.2.1, over what the native transform makes of their
 * text. Nothing here knows of files, versions or transactions: a *host* says what a request leads to, and each new
 * version of a file is a new module.
 *
 *     const module = createModule(url, transformed, host);  // or createSynthetic(url, names, evaluate)
 *     loadRequested(module);    // asks the host, level by level; a promise only if the host gave one
 *     link(module);             // SyntaxError, before any code of the program runs
 *     evaluate(module);         // throws what the program throws; { isAsync, promise } where it awaits
 *     namespaceOf(module);
 *
 * `importModule` does all of it as `import()` does, and `importWith` finds the module too; `loadRequestedSync` and `evaluateSync` are for `require` and refuse
 * what cannot be had at once. Each may be called again: what is done is not done twice, and a failed evaluation throws
 * the same error again.
 *
 * Reloading: `findBrokenLink` tells of a graph that is not yet so whether it would link; `prepareRepoint(moves)` finds out whether importers can go on with other modules, and returns the function
 * that makes the moves; `unlink(module)` lets go of a stale module, which can then be collected as soon as the program
 * does not hold its code (`module.token` tells).
 */

const { evaluate, evaluateSync } = require('./evaluate');
const { link } = require('./link');
const { loadRequested, loadRequestedSync } = require('./load');
const { EsModule } = require('./module');
const { namespaceOf } = require('./namespace');
const { Resolver } = require('./resolve-export');
const { SyntheticModule } = require('./synthetic');

/**
 * @param {string} url that of the file, as it stands in stack traces
 * @param {import('./transformed').TransformedModule} transformed
 * @param {import('./module').Host} host
 * @param {NodeModule} [holder] `module` in the code of TypeScript that is compiled to CommonJS
 */
function createModule(url, transformed, host, holder) {
  const module = new EsModule(url, transformed, host, dynamicImport);
  if (holder) {
    const { CommonJs } = require('./common-js');
    module.commonJs = new CommonJs(module, holder);
  }
  return module;
}

/**
 * @param {string} url
 * @param {() => unknown} load gives what `require` does
 */
function createRequired(url, load) {
  const { RequiredModule } = require('./common-js');
  return new RequiredModule(url, load);
}

/**
 * @param {string} url
 * @param {Iterable<string>} names of its exports
 * @param {(set: (name: string, value: unknown) => void) => void} evaluate runs once, in its turn
 * @param {object} [namespace] the namespace object to give out, where there is one already
 */
function createSynthetic(url, names, evaluate, namespace) {
  return new SyntheticModule(url, names, evaluate, namespace);
}

/** The names of a linked module, those of `export *` included. @param {EsModule} module */
function namesOf(module) {
  return new Resolver().namespaceEntries(module).map(([name]) => name);
}

// What a start hardly needs is loaded when it is needed.

/** @type {typeof import('./dynamic-import').dynamicImport} */
function dynamicImport(...args) {
  return require('./dynamic-import').dynamicImport(...args);
}

/** @type {typeof import('./dynamic-import').importModule} */
function importModule(...args) {
  return require('./dynamic-import').importModule(...args);
}

/** @type {typeof import('./dynamic-import').importWith} */
function importWith(...args) {
  return require('./dynamic-import').importWith(...args);
}

/** @type {typeof import('./repoint').findBrokenLink} */
function findBrokenLink(...args) {
  return require('./repoint').findBrokenLink(...args);
}

/** @type {typeof import('./repoint').prepareRepoint} */
function prepareRepoint(...args) {
  return require('./repoint').prepareRepoint(...args);
}

/** @type {typeof import('./repoint').unlink} */
function unlink(...args) {
  return require('./repoint').unlink(...args);
}

module.exports = {
  createModule,
  createRequired,
  createSynthetic,
  evaluate,
  evaluateSync,
  findBrokenLink,
  importModule,
  importWith,
  link,
  loadRequested,
  loadRequestedSync,
  namesOf,
  namespaceOf,
  prepareRepoint,
  unlink,
};
