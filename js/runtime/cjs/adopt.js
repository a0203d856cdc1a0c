'use strict';

/**
 * Takes over what `require.cache` holds already. Such a version has no token of its own (its module object stands for
 * it), and its timers are not known; its imports are those that Node has noted as `children`.
 */

const Module = /** @type {any} */ (require('node:module'));

/**
 * @typedef {object} AdoptHost
 * @property {(filename: string) => boolean} isHot
 * @property {(filename: string) => string | null} fingerprint
 * @property {(module: NodeModule) => void} didLoadCold
 */

/**
 * @param {import('../registry').Registry} registry
 * @param {import('../../graph').Graph} graph
 * @param {AdoptHost} host
 */
function adoptLoaded(registry, graph, host) {
  /** @type {NodeModule[]} */
  const modules = Object.values(Module._cache);
  for (const module of modules) {
    if (!module?.filename) continue;
    if (host.isHot(module.filename)) adopt(registry, module, host);
    else host.didLoadCold(module);
  }
  for (const module of modules) adoptImports(registry, graph, module);
  const isImported = new Set(modules.flatMap((module) => module?.children ?? []));
  for (const module of modules) {
    const version = registry.versionOf(module);
    if (version && (module === process.mainModule || !isImported.has(module))) {
      graph.apply([{ type: 'root', id: version.record.id, root: true }]);
    }
  }
}

/**
 * One module more, with those that hold it. Looks at every loaded module, once for each module that is adopted so.
 *
 * @param {import('../registry').Registry} registry
 * @param {import('../../graph').Graph} graph
 * @param {NodeModule} module
 * @param {AdoptHost} host
 */
function adoptOne(registry, graph, module, host) {
  const version = adopt(registry, module, host);
  adoptImports(registry, graph, module);
  for (const holder of /** @type {NodeModule[]} */ (Object.values(Module._cache))) {
    if (!holder?.children?.includes(module)) continue;
    const importer = registry.versionOf(holder);
    if (importer) {
      importer.imports.add(version.record);
      const edge = { importer: importer.record.id, imported: version.record.id };
      graph.apply([{ type: 'import', ...edge }]);
    } else {
      registry.addColdHolder(version.record, holder);
      graph.apply([{ type: 'root', id: version.record.id, root: true }]);
    }
  }
  return version;
}

/**
 * @param {import('../registry').Registry} registry
 * @param {NodeModule} module
 * @param {Pick<AdoptHost, 'fingerprint'>} host
 */
function adopt(registry, module, host) {
  const record = registry.recordFor(module.filename);
  const version = registry.createVersion(record, module, 'current');
  version.fingerprint = host.fingerprint(module.filename);
  version.isAdopted = true;
  return version;
}

/**
 * @param {import('../registry').Registry} registry
 * @param {import('../../graph').Graph} graph
 * @param {NodeModule} module
 */
function adoptImports(registry, graph, module) {
  const importer = registry.versionOf(module);
  for (const child of module?.children ?? []) {
    const imported = registry.versionOf(child)?.record;
    if (!imported) continue;
    if (!importer) {
      registry.addColdHolder(imported, module);
      graph.apply([{ type: 'root', id: imported.id, root: true }]);
    } else if (importer.record !== imported) {
      importer.imports.add(imported);
    }
  }
  if (!importer) return;
  const imports = [...importer.imports].map(({ id }) => id);
  graph.apply([{ type: 'set', id: importer.record.id, imports, mentions: [] }]);
}

exports.adoptLoaded = adoptLoaded;
exports.adoptOne = adoptOne;
