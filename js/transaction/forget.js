'use strict';

/**
 * Forget takes modules out of the process with nothing in their place, as tools do that empty `require.cache`. Whoever
 * requires one again gets a new version; what the old one made is disposed, and nothing of Node's or ours holds it.
 */

const Module = /** @type {any} */ (require('node:module'));
const { dispose } = require('./commit');

/**
 * @param {Set<NodeModule>} modules of `require.cache`
 * @param {import('./host').TransactionHost} host
 */
function forget(modules, host) {
  const { registry, graph, servers, options } = host;
  const holders = holdersOf(modules);
  const going = [...modules].flatMap((module) => {
    const version = registry.versionOf(module);
    if (!version || version.record.current !== version) return [];
    return [
      { version, module, successor: null, holders: holders.get(module) ?? [], comesBack: true },
    ];
  });
  for (const { version } of going) {
    const { record } = version;
    for (const id of graph.importers(record.id)) registry.byId(id).current?.imports.delete(record);
    graph.apply([{ type: 'remove', id: record.id }]);
    registry.retire(version);
  }
  // From here on none of them counts as one that stays.
  takeOut([...modules], host, () => ({ holders: [], survivors: [] }));
  // A new version may listen at once.
  servers.release(new Set(going.map(({ version }) => version)), { ...options, lingerMs: 0 });
  const { errors } = dispose(going, host);
  const isHot = new Set(going.map(({ module }) => module));
  const cold = [...modules].filter((module) => !isHot.has(module));
  takeOut(cold, host, (module) => ({
    holders: holders.get(module) ?? [],
    survivors: survivorsOf(module, modules),
  }));
  for (const { error } of errors) host.warn(error);
}

/**
 * @param {NodeModule[]} modules
 * @param {import('./host').TransactionHost} host
 * @param {(module: NodeModule) => Pick<import('../binding').StaleModule, 'holders' | 'survivors'>} linksOf
 */
function takeOut(modules, { native }, linksOf) {
  const stale = modules.map((module) => ({
    module,
    filename: module.filename,
    successor: null,
    disposers: [],
    ...linksOf(module),
  }));
  native.hotReload({ Module, stale, vanished: [], appeared: [] });
}

/**
 * Who has each among its `children`.
 *
 * @param {Set<NodeModule>} modules
 */
function holdersOf(modules) {
  /** @type {Map<NodeModule, NodeModule[]>} */
  const holders = new Map([...modules].map((module) => [module, []]));
  for (const holder of /** @type {NodeModule[]} */ (Object.values(Module._cache))) {
    for (const child of new Set(holder?.children)) holders.get(child)?.push(holder);
  }
  return holders;
}

/**
 * Modules that stay, and that a cold one was the first to load.
 *
 * @param {NodeModule} module
 * @param {Set<NodeModule>} modules that go
 */
function survivorsOf(module, modules) {
  return module.children
    .filter((child) => !modules.has(child) && child.parent === module)
    .map((child) => ({ module: child, parent: undefined }));
}

exports.forget = forget;
