'use strict';

/**
 * What cold ES modules import, told to Node with the format: it then need not read the `package.json` of a package
 * again for each module in it. Where other hooks have a say, and wherever it is not beyond doubt, Node decides.
 */

const Module = require('node:module');
const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { argumentsOfNode, preservesSymlinks } = require('../node-arguments');
const { binding } = require('../native');
const { foreignHooks } = require('../runtime/other-hooks');

const REGISTER = path.join(__dirname, 'register.js');
const PRELOAD = /^(?:-r|--require|--import|--(?:experimental-)?loader)$/;

/** Options under which Node resolves by other rules. */
const OTHER_RULES =
  /^--(?:preserve-symlinks|experimental-default-type|experimental-policy|permission)/;

/** @typedef {{ url: string, format: 'module' | 'commonjs', shortCircuit: true }} Answer */

class ColdImports {
  /** By conditions. @type {Map<string, import('../binding').NativeResolver>} */
  #resolvers = new Map();
  #isFirst = !preservesSymlinks() && isFirstPreload(argumentsOfNode());
  #foreign = foreignHooks();

  /**
   * @param {string} specifier
   * @param {{ conditions: string[], parentURL?: string }} context as a hook has it
   * @param {string | undefined} importer the file of `parentURL`
   * @returns {Answer | undefined} undefined if Node is to resolve it
   */
  resolve(specifier, { conditions }, importer) {
    if (!this.#isFirst || !importer || conditions.includes('require')) return undefined;
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

/**
 * Hooks that were there before ours are not seen by us, and would not be asked any more. So there must be none: we are
 * what Node loads first.
 *
 * @param {[name: string, value: string][]} given
 */
function isFirstPreload(given) {
  if (given.some(([name]) => OTHER_RULES.test(name))) return false;
  const preloads = given.filter(([name]) => PRELOAD.test(name));
  if (preloads.some(([name]) => name.endsWith('loader'))) return false;
  // Node loads what `--require` names before what `--import` does.
  const imports = preloads.filter(([name]) => name === '--import');
  const first = preloads.find(([name]) => name !== '--import') ?? imports[0];
  return first !== undefined && isRegister(first[1]);
}

/** @param {string} name as on the command line */
function isRegister(name) {
  if (name === 'safe-hot/register') return true;
  try {
    const file = name.startsWith('file:') ? fileURLToPath(name) : path.resolve(name);
    return fs.realpathSync(file) === REGISTER;
  } catch {
    return false;
  }
}

exports.ColdImports = ColdImports;
exports.isFirstPreload = isFirstPreload;
