'use strict';

/** `hotReload`, `reload`, `watch` and the other calls of the public API: checks, then one call into the engine. */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { nowMs } = require('./clock');
const { SafeHotError } = require('./errors');
const { getEngine, changeSet } = require('./engine');
const { callerFile } = require('./caller');
const { Creation } = require('./resources/creation');
const { currentOwner } = require('./resources/ownership');
const { unownedSockets } = require('./resources/sockets');
const { relativeTo } = require('./report/events');
const { WATCH_OPTIONS, HOT_RELOAD_OPTIONS, validate, describe } = require('./options');

/**
 * @typedef {import('./engine').Engine} Engine
 * @typedef {import('./runtime/record').Version} Version
 * @typedef {import('./runtime/record').ModuleRecord} ModuleRecord
 *
 * @typedef {object} Caller
 * @property {string} file the calling file, or the working directory if no file called
 * @property {Version | undefined} version
 * @property {any} module its module object, or one that resolves as if it were there
 */

/** @type {typeof import('./index').adapter} */
function adapter(definition) {
  getEngine().adapters.add(definition);
}

/** @type {typeof import('./index').hotReload} */
function hotReload(modulePath, options) {
  const { isolated = false } = validate(options, HOT_RELOAD_OPTIONS);
  const engine = getEngine();
  const caller = callerOf(engine, callerFile(hotReload));
  const filename = resolveTarget(modulePath, caller);
  const record = reloadable(engine, filename);
  if (!record) return Module._load(filename, caller.module, false);
  if (isolated) requireIsolated(engine, record, caller);
  if (caller.version?.state === 'staged') {
    throw new SafeHotError('ERR_SAFE_HOT_BUSY', { what: 'hotReload()' });
  }

  const target = caller.version?.record === record ? undefined : caller.version;
  const report = engine.transactions.runNow(changeSet([], [record]), target);
  if (report.outcome !== 'committed') {
    const error = engine.transactions.errorOf(report);
    throw error ?? new SafeHotError('ERR_SAFE_HOT_UNACCEPTED', { path: record.path });
  }
  return Module._load(filename, caller.module, false);
}

/** @type {typeof import('./index').reload} */
async function reload(paths) {
  const engine = getEngine();
  if (paths === undefined) {
    return engine.transactions.reload(changeSet(engine.filesInUse(), []));
  }
  const caller = callerOf(engine, callerFile(reload));
  const list = Array.isArray(paths) ? paths : [paths];
  const records = list.flatMap((each) => reloadable(engine, resolveTarget(each, caller)) ?? []);
  return engine.transactions.reload(changeSet([], records));
}

/** @type {typeof import('./index').watch} */
function watch(options) {
  const given = validate(options, WATCH_OPTIONS);
  const engine = getEngine();
  // A module that was loaded before safe-hot evaluates as nobody's.
  const owner = currentOwner() ?? callerOf(engine, callerFile(watch)).version;
  const { watcher } = engine;
  // A new version of the module that watches already asks again; `register` and the command line watch for all.
  const isSame = watcher && (watcher.owner === null || watcher.owner?.record === owner?.record);
  const isNewVersion = watcher?.owner !== owner && owner !== undefined;
  if (watcher && !(isSame && (watcher.owner === null || isNewVersion))) {
    throw new SafeHotError('ERR_SAFE_HOT_ALREADY_WATCHING');
  }
  engine.configure(given);
  const current = watcher ?? engine.watch(owner);
  if (current.owner !== null) current.owner = owner;
  return {
    ready: () => current.ready(),
    folders: () => current.folders(),
    close: () => current.close(),
  };
}

const EVENTS = ['reload', 'ready', 'watch', 'retained'];

/**
 * @param {string} event
 * @param {(report: any) => void} listener
 */
function on(event, listener) {
  if (!EVENTS.includes(event)) {
    const expected = `one of ${EVENTS.join(', ')}`;
    const details = { name: 'event', expected, actual: describe(event) };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details);
  }
  if (typeof listener !== 'function') {
    const details = { name: 'listener', expected: 'a function', actual: describe(listener) };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details);
  }
  const { events } = getEngine();
  events.on(event, listener);
  const remove = () => void events.off(event, listener);
  const owner = currentOwner();
  owner?.resources.add({ kind: 'listener', what: () => `listener of ${event}`, release: remove });
  return remove;
}

/** @type {typeof import('./index').graph} */
function graph() {
  const { registry, graph: native, options } = getEngine();
  const pathOf = (/** @type {number} */ id) => relativeTo(options.root, registry.byId(id).path);
  return native
    .records()
    .filter(({ loaded }) => loaded)
    .map((record) => ({
      path: pathOf(record.id),
      version: registry.byId(record.id).current?.number ?? 0,
      imports: record.imports.map(pathOf),
      importers: record.importers.map(pathOf),
      accepts: record.accepts.map(pathOf),
      selfAccepts: record.selfAccepts,
      isRoot: record.root,
    }));
}

/** @type {typeof import('./index').versions} */
function versions(modulePath) {
  const { registry, options } = getEngine();
  const selected =
    modulePath === undefined
      ? [...registry.records()]
      : [selectRecord(registry, modulePath, callerFile(versions))];
  return selected.flatMap((record) => {
    if (!record) return [];
    const file = relativeTo(options.root, record.path);
    const overlay = registry.overlay?.versions.get(record);
    const alive = [
      ...record.reachableStale().map(({ number }) => ({ number, state: 'stale' })),
      ...[record.current, overlay].flatMap((version) => version ?? []),
    ];
    return alive.map(({ number, state }) => ({
      path: file,
      version: number,
      state: /** @type {'stale'} */ (state),
    }));
  });
}

/** @type {typeof import('./index').diagnose} */
async function diagnose(modulePath) {
  const { registry, options } = getEngine();
  const only =
    modulePath === undefined ? undefined : selectRecord(registry, modulePath, callerFile(diagnose));
  if (modulePath !== undefined && !only) return [];
  const { diagnoseProcess } = require('./diagnose');
  return diagnoseProcess(options.root, only?.path);
}

/** @type {typeof import('./index').resources} */
function resources(modulePath) {
  const { registry, servers, options } = getEngine();
  const only =
    modulePath === undefined
      ? undefined
      : selectRecord(registry, modulePath, callerFile(resources));
  const now = nowMs();
  const owned = [...registry.records()].flatMap(({ current }) =>
    current
      ? [...current.resources, ...current.record.keptResources].map((resource) => ({
          owner: current,
          ...resource,
        }))
      : [],
  );
  // One of a kept value is among what is kept.
  const ofVersions = servers.all().filter(({ owner }) => !(owner instanceof Creation));
  const listening = ofVersions.map(({ owner, address, madeAtMs }) => ({
    owner,
    kind: 'server',
    what: () => `listening on ${address}`,
    madeAtMs,
  }));
  const unowned = unownedSockets().map(({ what, madeAtMs }) => ({
    owner: null,
    kind: 'socket',
    what: () => what,
    madeAtMs,
  }));
  return [...owned, ...listening, ...unowned]
    .filter(({ owner }) => modulePath === undefined || (owner && owner.record === only))
    .map(({ owner, kind, what, madeAtMs = now }) => ({
      kind,
      what: what(),
      owner: owner && {
        path: relativeTo(options.root, owner.record.path),
        version: owner.number,
      },
      ageMs: Math.round(now - madeAtMs),
    }));
}

/**
 * @param {Engine['registry']} registry
 * @param {string | URL} modulePath
 * @param {string | undefined} file of the caller
 */
function selectRecord(registry, modulePath, file) {
  return registry.lookup(resolveTarget(modulePath, callerOf(getEngine(), file)));
}

/**
 * @param {Engine} engine
 * @param {string | undefined} file
 * @returns {Caller}
 */
function callerOf({ registry }, file) {
  const place = file ?? path.join(process.cwd(), '[caller]');
  const record = registry.lookup(place);
  const owner = currentOwner();
  const version = record && registry.visible(owner, record);
  const module = version?.module ?? Module._cache[place] ?? placeholder(place);
  return { file: file ?? process.cwd(), version, module };
}

/**
 * A module object that resolves as the file would and holds nothing.
 *
 * @param {string} file
 */
function placeholder(file) {
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  return module;
}

/**
 * @param {unknown} modulePath
 * @param {Caller} caller
 * @returns {string} absolute, real
 */
function resolveTarget(modulePath, caller) {
  if (!(modulePath instanceof URL) && (typeof modulePath !== 'string' || modulePath === '')) {
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', {
      name: 'path',
      expected: 'a string or a file: URL',
      actual: describe(modulePath),
    });
  }
  const specifier = specifierOf(modulePath);
  if (Module.isBuiltin(specifier)) throw new SafeHotError('ERR_SAFE_HOT_BUILTIN', { specifier });
  try {
    return Module._resolveFilename(specifier, caller.module, false);
  } catch (error) {
    const details = { specifier, from: caller.file };
    throw new SafeHotError('ERR_SAFE_HOT_NOT_FOUND', details, error);
  }
}

/** @param {string | URL} modulePath */
function specifierOf(modulePath) {
  if (typeof modulePath === 'string' && !modulePath.startsWith('file:')) return modulePath;
  try {
    return fileURLToPath(modulePath);
  } catch (error) {
    const expected = 'a file: URL with an absolute path';
    const details = { name: 'path', expected, actual: String(modulePath) };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details, error);
  }
}

/**
 * The record of a loaded file; a cold one is hot from now on, since the program asks for its reload.
 *
 * @param {Engine} engine
 * @param {string} filename
 * @returns {ModuleRecord | undefined} undefined if it is not loaded
 */
function reloadable(engine, filename) {
  if (filename.endsWith('.node')) {
    throw new SafeHotError('ERR_SAFE_HOT_NATIVE_ADDON', { path: filename });
  }
  const { registry } = engine;
  const known = registry.lookup(filename);
  if (known?.current) return known;
  const module = Module._cache[filename];
  if (!module) {
    engine.makeHot(filename);
    return undefined;
  }
  if (filename.endsWith('.mjs') || known) {
    throw new SafeHotError('ERR_SAFE_HOT_ES_MODULE', { path: filename });
  }
  return engine.adoptCold(module).record;
}

/**
 * @param {Engine} engine
 * @param {ModuleRecord} record
 * @param {Caller} caller
 */
function requireIsolated({ registry, graph: native, options }, record, caller) {
  const name = (/** @type {string} */ file) => relativeTo(options.root, file);
  const importers = new Set(native.importers(record.id).map((id) => registry.byId(id).path));
  if (caller.version) importers.add(caller.file);
  const cold = record.coldHolders.flatMap((ref) => ref.deref()?.filename ?? []);
  for (const file of cold) importers.add(file);
  if (importers.size <= 1) return;
  const reasons = [...importers].map((file) => `${name(file)} imports it`);
  throw new SafeHotError('ERR_SAFE_HOT_NOT_ISOLATED', { path: record.path, reasons });
}

exports.adapter = adapter;
exports.callerOf = callerOf;
exports.hotReload = hotReload;
exports.reload = reload;
exports.watch = watch;
exports.on = on;
exports.graph = graph;
exports.versions = versions;
exports.resources = resources;
exports.diagnose = diagnose;
