'use strict';

/**
 * Commit makes the overlay current in one synchronous step, moves listening sockets, runs accept callbacks, then
 * disposes what became stale, importers before what they import. It evaluates no module: that was the stage.
 */

const Module = /** @type {any} */ (require('node:module'));
const { disposerOf, followHandler } = require('../resources/disposal');
const { endFailed, giveUp } = require('./abort');
const { holdersOf, survivorsOf } = require('./detach');
const { hotFlags } = require('./graph-change');
const { namedBy } = require('./stage');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('./stage').Staged} Staged
 *
 * @typedef {object} Going a version that goes
 * @property {Version} version
 * @property {NodeModule} module
 * @property {NodeModule | null} successor
 * @property {NodeModule[]} holders
 * @property {boolean} [comesBack] it has no successor yet
 */

/**
 * @param {Staged} staged used up by this call
 * @param {import('./host').TransactionHost} host
 * @param {{ lingerMs: number, repoint: () => void }} options `repoint` gives importers that stay the new bindings
 * @returns {import('./host').CommitResult}
 */
function commit(staged, host, { lingerMs, repoint }) {
  const { registry, graph, servers, adapters } = host;
  const { overlay, plan } = staged;
  const going = versionsThatGo(staged, host);
  const graphChanges = graphChangesOf(staged, going);
  const left = [...new Set(going.flatMap(({ version }) => neighbours(version)))];
  graph.apply(graphChanges);
  // What only the replaced versions led to is asked for by no one now.
  const orphans = graph.orphanedBy(left).flatMap((id) => {
    const { current } = registry.byId(id);
    return current && !overlay.versions.has(current.record) ? [goingFor(current, null, host)] : [];
  });
  const isGoing = new Set(going.map(({ version }) => version));
  const pruned = orphans.filter(({ version }) => !isGoing.has(version));
  graph.apply(pruned.map(({ version }) => ({ type: 'remove', id: version.record.id })));
  const all = [...going, ...pruned];

  const replaced = new Map(all.map(({ version }) => [version.record, version.number]));
  const main = process.mainModule;
  registry.overlay = null;
  for (const version of overlay.versions.values()) registry.promote(version);
  for (const { version, successor } of all) if (!successor) registry.retire(version);
  host.native.hotReload({
    Module,
    stale: all.map(({ module, version, successor }) => ({
      module,
      filename: version.record.path,
      successor,
      holders: [],
      survivors: [],
      disposers: [],
    })),
    // What happens to a file that no one asks for any more is not told.
    vanished: all.flatMap(({ version, successor }) => (successor ? [] : version.record.path)),
    appeared: [],
  });
  for (const version of overlay.versions.values()) {
    Module._cache[version.record.path] = version.module;
  }
  moveMain(main, all, host);
  repoint();
  host.didStage(overlay.versions.keys());
  const handedOver = servers.commit();
  const stale = new Set(all.map(({ version }) => version));
  adapters.commit(stale);

  // What failed where it may; an ES module goes on telling its error to all who ask.
  const isKept = (/** @type {Version} */ version) =>
    overlay.versions.get(version.record) === version;
  giveUp(
    overlay.failed.filter((version) => !isKept(version)),
    host,
  );
  endFailed(overlay.failed.filter(isKept), host);
  const unaccepted = runAcceptCallbacks(staged, host);
  unaccepted.push(...runSelfCallbacks(all, host));
  servers.release(stale, { ...host.options, lingerMs });
  const failures = dispose(all, host);
  return {
    evaluated: overlay.evaluated.map(({ record }) => record.path),
    pruned: all.filter(({ successor }) => !successor).map(({ version }) => version.record.path),
    disposed: failures.disposed,
    stale: [
      ...heldByCold(plan, replaced, host),
      ...heldByImport(replaced),
      ...heldByCaller(staged, replaced),
    ],
    handedOver,
    failures: failures.errors,
    unaccepted,
  };
}

/**
 * @param {Staged} staged
 * @param {import('./host').TransactionHost} host
 */
function versionsThatGo({ overlay, plan }, host) {
  const { registry } = host;
  const records = new Set(plan.disposeOrder.map((id) => registry.byId(id)));
  // Not in the plan, but evaluated: loaded by current code while the stage waited.
  for (const record of overlay.versions.keys()) records.add(record);
  return [...records].flatMap((record) => {
    const successor = overlay.versions.get(record)?.module ?? null;
    return record.current ? [goingFor(record.current, successor, host)] : [];
  });
}

/**
 * @param {Version} version
 * @param {NodeModule | null} successor
 * @param {import('./host').TransactionHost} host
 * @returns {Going}
 */
function goingFor(version, successor, { graph, registry }) {
  const importers = graph.importers(version.record.id).map((id) => registry.byId(id));
  const module = /** @type {NodeModule} */ (version.module);
  return { version, module, successor, holders: holdersOf(version, importers) };
}

/**
 * @param {Staged} staged
 * @param {Going[]} going
 * @returns {import('../binding').NativeGraphChange[]}
 */
function graphChangesOf({ overlay, prepared }, going) {
  const ids = (/** @type {Iterable<ModuleRecord>} */ records) => [...records].map(({ id }) => id);
  /** @type {import('../binding').NativeGraphChange[]} */
  const changes = [];
  for (const { version, successor } of going) {
    if (!successor) changes.push({ type: 'remove', id: version.record.id });
  }
  for (const [record, version] of overlay.versions) {
    for (const each of namedBy(record, prepared)) {
      if (!version.imports.has(each)) version.mentions.add(each);
    }
    const { id } = record;
    changes.push({
      type: 'set',
      id,
      imports: ids(version.imports),
      mentions: ids(version.mentions),
    });
    if (version.hot) changes.push(hotFlags(version));
  }
  return changes;
}

/** @param {Version} version */
function neighbours(version) {
  return [...version.imports, ...version.mentions].map(({ id }) => id);
}

/**
 * The entry's place in Node's structures goes to its successor. The old module object stays in the `require.main` of
 * cold modules for good, so what it exports is read from the current one.
 *
 * @param {NodeModule | undefined} main
 * @param {Going[]} going
 * @param {import('./host').TransactionHost} host
 */
function moveMain(main, going, { loader }) {
  const replaced = going.find(({ module }) => module === main);
  if (!main || !replaced?.successor) return;
  process.mainModule = replaced.successor;
  const prototypeRequire = Module.prototype.require;
  if (Object.hasOwn(prototypeRequire, 'main')) prototypeRequire.main = replaced.successor;
  const own = heldWeakly(main.exports);
  loader.forgetExports(main);
  readFromCurrent(main, own);
}

/**
 * @param {NodeModule} main
 * @param {() => unknown} own what it exported itself, as long as someone has it
 */
function readFromCurrent(main, own) {
  Object.defineProperty(main, 'exports', {
    configurable: true,
    enumerable: true,
    get: () => own() ?? process.mainModule?.exports,
    set(value) {
      Object.defineProperty(main, 'exports', { value, writable: true });
    },
  });
}

/**
 * @param {any} value
 * @returns {() => unknown}
 */
function heldWeakly(value) {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? derefOf(new WeakRef(value)) : () => value;
}

/** Of its own, so that it closes over nothing else. @param {WeakRef<object>} weak */
function derefOf(weak) {
  return () => weak.deref();
}

/**
 * @param {Staged} staged
 * @param {import('./host').TransactionHost} host
 * @returns {ModuleRecord[]} boundaries whose callback failed
 */
function runAcceptCallbacks({ plan }, { registry, warn }) {
  /** @type {Map<import('../runtime/hot-context').AcceptedDependency, { boundary: ModuleRecord, records: ModuleRecord[] }>} */
  const calls = new Map();
  for (const { id, via, kind } of plan.boundaries) {
    if (kind !== 'accepts') continue;
    const boundary = registry.byId(id);
    const accepted = boundary.current?.hot?.accepted.get(registry.byId(via));
    if (!accepted) continue;
    const call = calls.get(accepted) ?? { boundary, records: [] };
    call.records.push(registry.byId(via));
    calls.set(accepted, call);
  }
  const failed = [];
  for (const [accepted, { boundary, records }] of calls) {
    try {
      acceptNow(accepted, boundary, records);
    } catch (error) {
      warn(error);
      failed.push(boundary);
    }
  }
  return failed;
}

/**
 * What modules that accept themselves asked by Vite's rules to be told: the new module in their place.
 *
 * @param {Going[]} going
 * @param {import('./host').TransactionHost} host
 * @returns {ModuleRecord[]} those whose callback failed
 */
function runSelfCallbacks(going, { warn }) {
  return going.flatMap(({ version, successor }) => {
    const { record, hot } = version;
    if (!successor || !hot) return [];
    try {
      for (const callback of hot.selfCallbacks.splice(0)) callback(record.current?.exports);
      return [];
    } catch (error) {
      warn(error);
      record.current?.hot?.unaccept();
      return [record];
    }
  });
}

/**
 * @param {import('../runtime/hot-context').AcceptedDependency} accepted
 * @param {ModuleRecord} boundary
 * @param {ModuleRecord[]} records
 * @throws what the callback throws, or, if that was handed to the program's error handler, what the handler throws
 */
function acceptNow({ callback, onModules, onError }, boundary, records) {
  const paths = records.map((record) => record.path);
  try {
    callback?.(paths);
    onModules?.(records);
  } catch (error) {
    if (!onError) throw error;
    const dependencyId = /** @type {string} */ (paths[0]);
    onError(error, { moduleId: boundary.path, dependencyId });
  }
}

/**
 * Disposes and detaches. A handler that throws is reported and stops nothing.
 *
 * @param {Going[]} going importers before what they import
 * @param {import('./host').TransactionHost} host
 */
function dispose(going, host) {
  /** @type {import('../types').DisposedReport[]} */
  const disposed = [];
  const disposal = { ...host.options, warn: host.warn };
  const stale = going.map(({ version, module, successor, holders, comesBack = false }) => {
    const path = version.record.path;
    const resources = version.resources.takeAll();
    for (const [kind, count] of countByKind(resources)) {
      disposed.push({ path, version: version.number, kind, count });
    }
    return {
      module,
      filename: path,
      successor,
      holders,
      survivors: survivorsOf(module, successor, host),
      disposers: [
        ...ownHandlers(version, successor !== null || comesBack, disposal),
        ...resources.map((each) => disposerOf(version, each, disposal)),
      ],
    };
  });
  const result = host.native.hotReload({ Module, stale, vanished: [], appeared: [] });
  const early = going.flatMap(({ version }) =>
    version.disposeErrors.splice(0).map((error) => ({ filename: version.record.path, error })),
  );
  for (const { version, module } of going) {
    version.release();
    // The first main module is never let go by Node; what it has loaded is.
    module.children = [];
  }
  return { disposed, errors: [...early, ...result.failures] };
}

/**
 * @param {Version} version
 * @param {boolean} isReplaced and not pruned
 * @param {import('../resources/disposal').DisposalHost} disposal
 */
function ownHandlers(version, isReplaced, disposal) {
  const handlers = version.hot?.disposeHandlers.splice(0) ?? [];
  const data = {};
  const calls = handlers.map((handler) => () => followHandler(version, handler(data), disposal));
  if (isReplaced) return calls;
  const pruned = version.hot?.pruneHandlers.splice(0) ?? [];
  return [
    ...calls,
    ...pruned,
    () => void (version.record.viteData = {}),
    ...version.record.takeKept(),
  ];
}

/** @param {import('../resources/tracker').Resource[]} resources */
function countByKind(resources) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { kind } of resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/**
 * Replaced roots that cold code has loaded: that code keeps what it got.
 *
 * @param {import('../binding').NativePlan} plan
 * @param {Map<ModuleRecord, number>} replaced the number of the version that went
 * @param {import('./host').TransactionHost} host
 * @returns {import('../types').StaleReport[]}
 */
function heldByCold(plan, replaced, { registry }) {
  return plan.deadEnds.flatMap((id) => {
    const record = registry.byId(id);
    const version = replaced.get(record);
    const holder = record.coldHolders.map((ref) => ref.deref()).find(Boolean);
    if (!holder || version === undefined) return [];
    const reason = `loaded by cold code, ${holder.filename ?? holder.id}, which keeps what it got`;
    return [{ path: record.path, version, reason }];
  });
}

/**
 * Replaced modules that were loaded by `import`: Node goes on giving out what they exported at first.
 *
 * @param {Map<ModuleRecord, number>} replaced
 * @returns {import('../types').StaleReport[]}
 */
function heldByImport(replaced) {
  const reason = 'loaded by import(), which keeps what it got; require() gives the new version';
  return [...replaced].flatMap(([record, version]) =>
    record.isImported ? [{ path: record.path, version, reason }] : [],
  );
}

/**
 * What the caller of `hotReload` imports besides the module that it gets anew: it is not evaluated again.
 *
 * @param {Staged} staged
 * @param {Map<ModuleRecord, number>} replaced
 * @returns {import('../types').StaleReport[]}
 */
function heldByCaller({ caller, prepared }, replaced) {
  if (!caller) return [];
  const reason = `imported by ${caller.record.path}, which called hotReload() and keeps what it got`;
  return [...replaced].flatMap(([record, version]) => {
    const isKept = caller.imports.has(record) && !prepared.changed.includes(record);
    return isKept ? [{ path: record.path, version, reason }] : [];
  });
}

exports.commit = commit;
exports.dispose = dispose;
