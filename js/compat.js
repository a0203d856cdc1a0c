'use strict';

/**
 * Drop-ins for `decache`, `clear-module` and `import-fresh`: what they do to CommonJS, without what they leave behind. `compat.d.ts`
 * says what each does.
 */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { callerFile } = require('./caller');
const { getEngine } = require('./engine');
const { callerOf } = require('./hot-reload');
const { isProduction } = require('./production');

// What a module makes is known if it is loaded after this.
if (!isProduction()) getEngine();

/** @param {string} moduleName */
function decache(moduleName) {
  forgetTree(cached(moduleName, callerFile(decache)));
}

/** @param {string} moduleId */
function clearModule(moduleId) {
  requireString(moduleId);
  forgetTree(cached(moduleId, callerFile(clearModule)));
}

clearModule.all = function all() {
  forget(Object.values(Module._cache));
};

/** @param {RegExp} regex */
clearModule.match = function match(regex) {
  const matching = Object.keys(Module._cache).filter((filename) => regex.test(filename));
  forget(matching.flatMap((filename) => [...treeOf(Module._cache[filename])]));
};

clearModule.single = function single(/** @type {string} */ moduleId) {
  requireString(moduleId);
  const module = cached(moduleId, callerFile(single));
  if (module) forget([module]);
};

/** @param {string} moduleId */
function importFresh(moduleId) {
  if (typeof moduleId !== 'string') throw new TypeError('Expected a string');
  const caller = callerOf(getEngine(), callerFile(importFresh));
  const filename = Module._resolveFilename(moduleId, caller.module, false);
  const module = Module._cache[filename];
  if (module) forget([module]);
  return Module._load(filename, caller.module, false);
}

/** @param {unknown} moduleId */
function requireString(moduleId) {
  if (typeof moduleId !== 'string') {
    throw new TypeError(`Expected a \`string\`, got \`${typeof moduleId}\``);
  }
}

/**
 * @param {string} moduleName as `require` in the file has it
 * @param {string | undefined} file
 * @returns {NodeModule | undefined} undefined too if there is no such module, or it is not loaded
 */
function cached(moduleName, file) {
  const caller = callerOf(getEngine(), file);
  try {
    return Module._cache[Module._resolveFilename(moduleName, caller.module, false)];
  } catch {
    return undefined;
  }
}

/** @param {NodeModule | undefined} module */
function forgetTree(module) {
  if (module) forget(treeOf(module));
}

/** It, and all that it and these have loaded. @param {NodeModule} module */
function treeOf(module) {
  const tree = new Set([module]);
  // What is added while it is walked is walked too.
  for (const each of tree) for (const child of each.children) tree.add(child);
  return tree;
}

/** @param {Iterable<NodeModule>} modules */
function forget(modules) {
  getEngine().transactions.forget(new Set([...modules].filter(canGo)));
}

/**
 * Addons stay, since no process can load one twice, and so do the entry, what has not come to its end, and we ourselves.
 *
 * @param {NodeModule} module
 */
function canGo(module) {
  const { filename, loaded } = module;
  if (!loaded || !filename || module === process.mainModule) return false;
  return path.extname(filename) !== '.node' && !filename.startsWith(__dirname + path.sep);
}

exports.decache = decache;
exports.clearModule = clearModule;
exports.importFresh = importFresh;
