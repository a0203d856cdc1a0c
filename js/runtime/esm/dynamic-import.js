'use strict';

/** `import()` in a module: 13.3.10 of ECMA-262. */

const { evaluate } = require('./evaluate');
const { link } = require('./link');
const { loadRequested } = require('./load');
const { EsModule } = require('./module');
const { namespaceOf } = require('./namespace');
const { SyntheticModule } = require('./synthetic');

/** @typedef {import('./module').Module} Module */

/**
 * @param {EsModule} referrer
 * @param {unknown} specifier
 * @param {unknown} options
 * @returns {Promise<object>} the namespace object. Whatever goes wrong rejects it
 */
function dynamicImport(referrer, specifier, options) {
  const { host } = referrer;
  return importWith(
    (...request) =>
      host.loadDynamic ? host.loadDynamic(...request, referrer) : host.load(...request, referrer),
    specifier,
    options,
  );
}

/**
 * @param {(specifier: string, attributes: Record<string, string>) => Module | Promise<Module>} load
 * @param {unknown} specifier
 * @param {unknown} options
 * @returns {Promise<object>}
 */
async function importWith(load, specifier, options) {
  const name = `${/** @type {any} */ (specifier)}`;
  return importModule(await load(name, attributesFrom(options)));
}

/**
 * Loads, links and evaluates, as far as it has not been done.
 *
 * @param {Module} module
 * @returns {Promise<object>} the namespace object
 */
async function importModule(module) {
  await loadRequested(module);
  // No one waits for it any more, and what would follow is not to begin.
  if (isGivenUp(module)) return new Promise(() => {});
  link(module);
  const outcome = evaluate(module);
  if (outcome.isAsync) await outcome.promise;
  return namespaceOf(module);
}

/** @param {Module} module */
function isGivenUp(module) {
  if (module instanceof EsModule) return module.host.isGivenUp?.(module);
  return module instanceof SyntheticModule && module.isGivenUp();
}

/**
 * @param {unknown} options the second argument of `import()`
 * @returns {Record<string, string>}
 */
function attributesFrom(options) {
  if (options === undefined) return {};
  if (!isObject(options)) {
    throw new TypeError('The second argument of import() must be an object');
  }
  const attributes = options.with;
  if (attributes === undefined) return {};
  if (!isObject(attributes)) {
    throw new TypeError("The 'with' option must be an object");
  }
  const entries = Object.entries(attributes);
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw new TypeError('Import attribute value must be a string');
  }
  return Object.fromEntries(entries);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

exports.dynamicImport = dynamicImport;
exports.importModule = importModule;
exports.importWith = importWith;
