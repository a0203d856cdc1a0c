'use strict';

/**
 * What cold ES modules import, told to Node with the format: it then need not read the `package.json` of a package
 * again for each module in it. Where other hooks have a say, and wherever it is not beyond doubt, Node decides.
 */

const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const { argumentsOfNode, isFirstPreload, preservesSymlinks } = require('../node-arguments');
const { binding } = require('../native');
const { foreignHooks } = require('../runtime/other-hooks');

/** Options under which Node resolves by other rules. */
const OTHER_RULES =
  /^--(?:preserve-symlinks|experimental-default-type|experimental-policy|permission)/;

/** @typedef {{ url: string, format: 'module' | 'commonjs', shortCircuit: true }} Answer */

class ColdImports {
  /** By conditions. @type {Map<string, import('../binding').NativeResolver>} */
  #resolvers = new Map();
  #isByNode = isByNode();
  #foreign = foreignHooks();

  /**
   * @param {string} specifier
   * @param {{ conditions: string[], parentURL?: string }} context as a hook has it
   * @param {string | undefined} importer the file of `parentURL`
   * @returns {Answer | undefined} undefined if Node is to resolve it
   */
  resolve(specifier, { conditions }, importer) {
    if (!this.#isByNode || !importer || conditions.includes('require')) return undefined;
    if (this.#foreign.cameBefore || this.#foreign.hasThread()) return undefined;
    const found = this.#resolverFor(conditions).coldImport(importer, specifier);
    if (!found) return undefined;
    return { url: pathToFileURL(found.path).href, format: found.format, shortCircuit: true };
  }

  /** Forgets what was on the disk. */
  clear() {
    for (const resolver of this.#resolvers.values()) resolver.clear();
  }

  /** @param {string[]} conditions */
  #resolverFor(conditions) {
    const key = conditions.join(' ');
    let resolver = this.#resolvers.get(key);
    if (!resolver) {
      const builtins = [...Module.builtinModules];
      resolver = new binding.NativeResolver({
        mode: 'import',
        conditions,
        extensions: [],
        builtins,
      });
      this.#resolvers.set(key, resolver);
    }
    return resolver;
  }
}

/** Does Node resolve by its own rules alone, and no hook that came before ours? */
function isByNode() {
  const given = argumentsOfNode();
  const isOther = preservesSymlinks() || given.some(([name]) => OTHER_RULES.test(name));
  return !isOther && isFirstPreload(given);
}

exports.ColdImports = ColdImports;
