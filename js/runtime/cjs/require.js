'use strict';

/**
 * The `require` of a hot module: as Node makes it, but `require.main` is looked up when it is read. Node's own copy of
 * the main module in every `require` would keep the first version of the entry alive for good.
 */

const Module = /** @type {any} */ (require('node:module'));

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
  /** @type {unknown} */
  let replaced;
  Object.defineProperty(require, 'main', {
    configurable: true,
    enumerable: true,
    get: () => replaced ?? mainModule(),
    set(value) {
      replaced = value;
    },
  });
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
