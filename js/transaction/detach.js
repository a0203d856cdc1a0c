'use strict';

/**
 * What has to be known to take a version out of Node's structures: who has it among its `children`, and which modules
 * that stay have it as their parent. The native part does the taking out.
 */

const Module = /** @type {any} */ (require('node:module'));

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 */

/**
 * Modules that may have `version` among their `children`: who has loaded it, and who it was loaded for, since that is to
 * ask for it later. Asked before the graph changes.
 *
 * @param {Version} version
 * @param {ModuleRecord[]} importers
 * @returns {NodeModule[]}
 */
function holdersOf(version, importers) {
  const cold = version.record.coldHolders.map((ref) => ref.deref());
  const hot = importers.map((record) => record.current?.module);
  const parent = version.module?.parent;
  return /** @type {NodeModule[]} */ ([...cold, ...hot, parent].filter(Boolean));
}

/**
 * Modules that stay and whose parent is the one of `version`, each with the parent that it is to have: the successor,
 * if that requires it too, else another module that does.
 *
 * @param {NodeModule} module of the version that goes
 * @param {NodeModule | null} successor
 * @param {import('./host').TransactionHost} host
 */
function survivorsOf(module, successor, host) {
  return module.children
    .filter((child) => Module._cache[child.filename] === child && child.parent === module)
    .map((child) => {
      const parent = successor?.children.includes(child)
        ? successor
        : importerOf(child.filename, host);
      return { module: child, parent: parent === module ? undefined : parent };
    });
}

/**
 * A current hot module that imports a file.
 *
 * @param {string} filename
 * @param {import('./host').TransactionHost} host
 * @returns {NodeModule | undefined}
 */
function importerOf(filename, { graph, registry }) {
  const record = registry.lookup(filename);
  const ids = record ? graph.importers(record.id) : [];
  return ids.map((id) => registry.byId(id).current?.module).find(Boolean) ?? undefined;
}

exports.holdersOf = holdersOf;
exports.survivorsOf = survivorsOf;
