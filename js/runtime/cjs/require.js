'use strict';

/**
 * The `require` of a hot module: as Node makes it, but `require.main` is looked up when it is read. Node's own copy of
 * the main module in every `require` would keep the first version of the entry alive for good.
 */

const Module = /** @type {any} */ (require('node:module'));
const { makeSideTable } = require('../side-table');

/** @type {import('../side-table').SideTable<object, () => NodeModule | undefined>} */
const mains = makeSideTable();

/** One for all: objects whose properties have functions of their own take V8 several times the memory. */
const MAIN = {
  configurable: true,
  enumerable: true,
  /** @this {any} */
  get() {
    const mainModule = mains.get(this);
    return mainModule ? mainModule() : process.mainModule;
  },
  /** @this {any} */
  set(/** @type {unknown} */ value) {
    Object.defineProperty(this, 'main', { value, writable: true });
  },
};

/**
 * @param {NodeModule} module
 * @param {() => NodeModule | undefined} mainModule the entry's module as this version sees it
 * @param {(request: string, byNode: () => string) => string} resolveFrom
 * @returns {NodeJS.Require}
 */
function makeRequire(module, mainModule, resolveFrom) {
  /** @type {any} */
  const require = function require(/** @type {string} */ path) {
    return module.require(path);
  };
  require.resolve = function resolve(/** @type {string} */ request, /** @type {any} */ options) {
    checkRequest(request);
    const byNode = () => Module._resolveFilename(request, module, false, options);
    return options?.paths || Module.isBuiltin(request) ? byNode() : resolveFrom(request, byNode);
  };
  require.resolve.paths = function paths(/** @type {string} */ request) {
    checkRequest(request);
    return Module._resolveLookupPaths(request, module);
  };
  mains.set(require, mainModule);
  Object.defineProperty(require, 'main', MAIN);
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/** @param {unknown} request */
function checkRequest(request) {
  if (typeof request === 'string') return;
  const received = request === null ? 'null' : `type ${typeof request}`;
  const error = new TypeError(
    `The "request" argument must be of type string. Received ${received}`,
  );
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

exports.makeRequire = makeRequire;
