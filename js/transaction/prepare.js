'use strict';

/**
 * Prepare touches nothing: it reads what has changed, compares content, parses, and resolves the imports. What ends
 * here is refused, and nothing of the program has run. A file that cannot be evaluated ends it only where the program, as
 * it is saved now, leads to it: a fresh process would not look at it otherwise.
 */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { isEnvFile } = require('../env-files');
const { SafeHotError } = require('../errors');
const { isOurs } = require('../runtime/formats');
const { isTypeScript } = require('../resolve-import');
const { orphansAmong } = require('./orphans');
const { placeOfSyntaxError } = require('../report/frame');
const { placed, syntaxError, unresolved } = require('./refusals');

/**
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('../runtime/registry').PreparedSource} PreparedSource
 *
 * @typedef {'created' | 'modified' | 'removed' | 'unknown'} ChangeKind
 *
 * @typedef {object} ChangeSet
 * @property {Map<string, ChangeKind>} files what the disk did
 * @property {Set<ModuleRecord>} forced to be replaced whatever their content
 * @property {{ resolve: (report: import('../types').ReloadReport) => void, reject: (bug: unknown) => void }[]} waiting for
 *   what becomes of it
 * @property {boolean} mayGrow the watcher told of it at once, and may take it back while more is being saved
 *
 * @typedef {object} Prepared
 * @property {'ready'} type
 * @property {ModuleRecord[]} changed
 * @property {Map<ModuleRecord, string>} causes files that are no modules, for modules that count as changed since they
 *   have read them
 * @property {Map<string, PreparedSource>} sources
 * @property {Map<ModuleRecord, Set<ModuleRecord>>} mentions of the changed modules
 * @property {Map<ModuleRecord, SafeHotError | null>} gone whose files are no more, or broken, where nothing seems to lead to
 *   them; and why they cannot be evaluated. Null for what is broken: who asks for it after all finds that out
 *
 * @typedef {{ type: 'unchanged', changed: string[] }} Unchanged
 * @typedef {{ type: 'refused', error: SafeHotError, changed: string[] }} Refused
 * @typedef {{ type: 'restart-required', error: SafeHotError, changed: string[] }} RestartRequired
 *
 * @typedef {object} PrepareHost
 * @property {import('../runtime/registry').Registry} registry
 * @property {import('../graph').Graph} graph
 * @property {Pick<import('../binding').NativeResolver, 'resolve' | 'clear'>} resolver
 * @property {typeof import('../binding').prepare} prepare
 * @property {boolean} readsPlainJavaScript
 * @property {(source: string, filename: string) => import('../runtime/cjs/compile').Compiled} compile
 * @property {import('../runtime/formats').Formats['of']} formatOf
 * @property {(source: string, filename: string) => any} transform of an ES module
 * @property {import('../resolve-import').ResolveImport} resolveImport
 * @property {(importer: string, specifier: string) => string[]} basesOf where a module of the project may be that it means
 * @property {(filePath: string) => 'none' | 'restart' | SafeHotError} changeOfTsconfig
 * @property {(filePath: string) => boolean} mustRestart Node has read the file, and does not read it again
 * @property {(filePath: string) => ModuleRecord[]} dependentsOf modules that read the file, if its content is another now
 * @property {(vanished: string[], appeared: string[]) => void} clearPathCache
 */

/**
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 * @returns {Prepared | Unchanged | Refused | RestartRequired}
 */
function prepare(host, changes) {
  host.resolver.clear();
  const options = changedOptions(host, changes);
  if (options) return options;
  const cold = [...changes.files.keys()].find((file) => host.mustRestart(file));
  if (cold !== undefined) return restart(cold);
  const causes = readByModules(host, changes);
  const env = [...causes.values()].find(isEnvFile);
  if (env !== undefined) return restart(env);
  const touched = touchedRecords(host, changes);
  for (const reader of causes.keys()) {
    changes.forced.add(reader);
    touched.add(reader);
  }
  for (const importer of importersThatResolveAnew(host, changes)) {
    changes.forced.add(importer);
    touched.add(importer);
  }
  const inputs = [...touched].map((record) => inputFor(host, record, changes.forced.has(record)));
  const files = host.prepare(inputs);
  const vanished = [...touched]
    .filter((_, index) => ['missing', 'directory'].includes(files[index]?.type ?? ''))
    .map((record) => record.path);
  // Node would go on finding them, as it found them before.
  if (vanished.length > 0) host.clearPathCache(vanished, []);

  const prepared = { ...readyWith([]), causes };
  /** @type {Map<ModuleRecord, SafeHotError>} */
  const broken = new Map();
  for (const [index, record] of [...touched].entries()) {
    const outcome = readOutcome(host, record, /** @type {any} */ (files[index]), prepared);
    if (outcome?.type === 'refused') broken.set(record, outcome.error);
    else if (outcome) return { ...outcome, changed: [record.path] };
  }
  const refused = leaveOut(broken, host, prepared);
  if (refused) return refused;
  if (prepared.changed.length === 0) {
    return { type: 'unchanged', changed: [...touched].map((record) => record.path) };
  }
  return prepared;
}

/**
 * Leaves broken files out, unless the program leads to one of them.
 *
 * @param {Map<ModuleRecord, SafeHotError>} broken
 * @param {PrepareHost} host
 * @param {Prepared} prepared
 * @returns {Refused | undefined}
 */
function leaveOut(broken, { graph }, prepared) {
  if (broken.size === 0) return undefined;
  const orphans = orphansAmong(broken.keys(), prepared, graph);
  for (const [record, error] of broken) {
    if (!orphans.has(record)) return { type: 'refused', error, changed: [record.path] };
    prepared.changed.push(record);
    prepared.gone.set(record, null);
  }
  return undefined;
}

/**
 * A `tsconfig.json` that cannot be read is refused before anything else asks for a restart: no process could start on it.
 *
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 * @returns {Refused | RestartRequired | undefined}
 */
function changedOptions(host, changes) {
  const meant = [...changes.files.keys()].map((file) => ({
    file,
    change: host.changeOfTsconfig(file),
  }));
  const broken = meant.find(({ change }) => change instanceof SafeHotError);
  if (broken) {
    const error = /** @type {SafeHotError} */ (broken.change);
    return { type: 'refused', error, changed: [broken.file] };
  }
  const other = meant.find(({ change }) => change === 'restart');
  return other && restart(other.file);
}

/**
 * @param {ModuleRecord[]} changed
 * @returns {Prepared}
 */
function readyWith(changed) {
  return {
    type: 'ready',
    changed,
    causes: new Map(),
    sources: new Map(),
    mentions: new Map(),
    gone: new Map(),
  };
}

/**
 * @param {string} file
 * @returns {RestartRequired}
 */
function restart(file) {
  const code = isEnvFile(file) ? 'ERR_SAFE_HOT_ENV_CHANGED' : 'ERR_SAFE_HOT_COLD_CHANGED';
  const error = new SafeHotError(code, { path: file });
  return { type: 'restart-required', error, changed: [file] };
}

/**
 * Modules that have read a file, or a folder, that holds something else now.
 *
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 */
function readByModules(host, changes) {
  /** @type {Map<ModuleRecord, string>} */
  const causes = new Map();
  for (const file of changes.files.keys()) {
    for (const reader of host.dependentsOf(file)) causes.set(reader, file);
  }
  return causes;
}

/**
 * Records that the change set names. A file that is no record may still win a resolution; see below.
 *
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 */
function touchedRecords(host, changes) {
  const touched = new Set(changes.forced);
  for (const file of changes.files.keys()) {
    const record = host.registry.lookup(file);
    if (record?.current) touched.add(record);
  }
  return touched;
}

/**
 * Modules one of whose imports leads to another file now, since a file has appeared or gone.
 *
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 * @returns {Set<ModuleRecord>}
 */
function importersThatResolveAnew(host, changes) {
  const appeared = [...changes.files]
    .filter(([, kind]) => kind !== 'removed')
    .map(([file]) => file);
  const created = appeared.filter((file) => !host.registry.lookup(file)?.current);
  const removed = [...changes.files].filter(([, kind]) => kind === 'removed').map(([file]) => file);
  const importers = importersOfFailed(host, changes);
  if (created.length === 0 && removed.length === 0) return importers;
  host.clearPathCache(removed, created);
  const names = new Set(created.flatMap(specifierBases));
  for (const record of host.registry.records()) {
    if (!record.current) continue;
    for (const [request, resolved] of record.current.requests) {
      if (!host.basesOf(record.path, request).some((base) => names.has(base))) continue;
      const now = resolveAnew(host, record, request);
      // A module that has failed is asked for again when it is mended.
      const isMended = now !== null && created.includes(now);
      if (isMended || now !== (resolved || null)) importers.add(record);
    }
  }
  return importers;
}

/**
 * Modules that go on without a file which is no module now, since it failed, or is gone.
 *
 * @param {PrepareHost} host
 * @param {ChangeSet} changes
 * @returns {Set<ModuleRecord>}
 */
function importersOfFailed({ registry, graph }, changes) {
  const failed = [...changes.files.keys()].flatMap((file) => {
    const record = registry.lookup(file);
    return record && !record.current ? record : [];
  });
  return new Set(
    failed.flatMap(({ id }) => graph.importers(id).map((importer) => registry.byId(importer))),
  );
}

/**
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {string} request
 */
function resolveAnew(host, record, request) {
  if (!record.current?.esm) return resolve(host, record.path, request);
  const target = host.resolveImport(record.path, request, requestKind(host, record.path));
  return target?.type === 'file' ? target.path : null;
}

/**
 * The paths, as an import would write them, that a file can answer.
 *
 * @param {string} file
 */
function specifierBases(file) {
  const { dir, name, base } = path.parse(file);
  const bases = [file, path.join(dir, name)];
  if (name === 'index' || base === 'package.json') bases.push(dir);
  return bases;
}

/**
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {boolean} isForced
 * @returns {import('../binding').NativePrepareInput}
 */
function inputFor(host, record, isForced) {
  const fingerprint = isForced ? null : (record.current?.fingerprint ?? null);
  return {
    path: record.path,
    language: languageOf(host, record.path),
    ...(fingerprint === null ? {} : { fingerprint }),
  };
}

/**
 * @param {PrepareHost} host
 * @param {string} filePath
 * @returns {'commonjs' | 'json' | 'typescript' | 'other'}
 */
function languageOf(host, filePath) {
  if (filePath.endsWith('.json')) return 'json';
  const esm = host.registry.lookup(filePath)?.current?.esm;
  if (esm) return esm.commonJs ? 'typescript' : 'other';
  const isScript = filePath.endsWith('.js') || filePath.endsWith('.cjs');
  return isScript && host.readsPlainJavaScript ? 'commonjs' : 'other';
}

/**
 * Puts what was read of one file into `prepared`, or says why the reload ends here.
 *
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {import('../binding').NativePrepared} file
 * @param {Prepared} prepared
 * @returns {{ type: 'refused' | 'restart-required', error: SafeHotError } | undefined}
 */
function readOutcome(host, record, file, prepared) {
  const details = { path: record.path, version: record.current?.number };
  const refused = (/** @type {string} */ code, /** @type {object} */ more = {}) => ({
    type: /** @type {const} */ ('refused'),
    error: new SafeHotError(code, { ...details, ...more }),
  });
  switch (file.type) {
    case 'unchanged':
      return undefined;
    case 'missing':
      return stillRequired(host, record, prepared);
    case 'directory':
      return refused('ERR_SAFE_HOT_DIRECTORY');
    case 'empty': {
      if (file.fingerprint !== record.current?.fingerprint) return refused('ERR_SAFE_HOT_EMPTY');
      // As it was, so no one is in the middle of a save.
      const nothing = { source: '', requests: [], moduleSyntax: false };
      return readOutcome(host, record, { ...file, type: 'changed', ...nothing }, prepared);
    }
    case 'unreadable':
      return refused('ERR_SAFE_HOT_UNREADABLE', { reason: file.message });
    case 'invalid': {
      // V8 has the last word on JavaScript: it accepts `f() = 1` until that runs.
      const compiled = compileIfScript(host, record, file.source);
      if (compiled.factory) return accept(record, file, compiled.factory, new Set(), prepared);
      return refuseSyntax(details, file.source, file.error);
    }
    default: {
      const isParsed = languageOf(host, record.path) === 'commonjs';
      const isModuleText = isParsed ? file.moduleSyntax : undefined;
      const isModule = isOurs(host.formatOf(record.path, file.source, isModuleText));
      if (isModule && !record.current?.isAdopted) {
        return readModule(host, record, file, details, prepared);
      }
      const { error, ...compiled } = compileIfScript(host, record, file.source);
      if (file.moduleSyntax && error) {
        const error = new SafeHotError('ERR_SAFE_HOT_ES_MODULE', details);
        return { type: 'restart-required', error };
      }
      if (error) return refuseSyntax(details, file.source, error);
      return readChanged(host, record, file, compiled, prepared);
    }
  }
}

/**
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {string} source
 */
function compileIfScript(host, record, source) {
  const none = { factory: null, imported: [], error: undefined };
  if (languageOf(host, record.path) !== 'commonjs') return none;
  try {
    return { ...host.compile(source, record.path), error: undefined };
  } catch (error) {
    return { ...none, error: placeOfSyntaxError(error) };
  }
}

/**
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {Extract<import('../binding').NativePrepared, { type: 'changed' }>} file
 * @param {{ factory: import('../runtime/record').Factory | null, imported: string[] }} compiled
 * @param {Prepared} prepared
 */
function readChanged(host, record, file, { factory, imported }, prepared) {
  /** @type {Set<ModuleRecord>} */
  const mentions = new Set();
  for (const specifier of imported) {
    const target = host.resolveImport(record.path, specifier);
    const mentioned = target?.type === 'file' ? host.registry.lookup(target.path) : undefined;
    if (mentioned?.current) mentions.add(mentioned);
  }
  const unresolved = readRequests(host, record, file, mentions);
  if (unresolved) return unresolved;
  return accept(record, file, factory, mentions, prepared);
}

/**
 * What a text requires by calls.
 *
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {Extract<import('../binding').NativePrepared, { type: 'changed' }>} file
 * @param {Set<ModuleRecord>} mentions are added to
 */
function readRequests(host, record, { requests, source }, mentions) {
  for (const request of requests) {
    const resolved = resolve(host, record.path, request.specifier);
    if (resolved === null && !request.conditional) {
      return refuseUnresolved(record, record, request, source);
    }
    const mentioned = resolved === null ? undefined : host.registry.lookup(resolved);
    if (mentioned?.current) mentions.add(mentioned);
  }
  return undefined;
}

/**
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {Extract<import('../binding').NativePrepared, { type: 'changed' }>} file
 * @param {{ path: string, version: number | undefined }} details
 * @param {Prepared} prepared
 */
function readModule(host, record, file, details, prepared) {
  const { path: filename } = record;
  const transformed = host.transform(file.source, filename);
  if (transformed.type === 'invalid') return refuseSyntax(details, file.source, transformed.error);
  /** @type {Set<ModuleRecord>} */
  const mentions = new Set();
  const { requests, dynamicImports } = transformed;
  const kind = requestKind(host, filename, file.source);
  for (const request of [...requests, ...dynamicImports]) {
    const target = host.resolveImport(filename, request.specifier, kind);
    // An `import()` may never run.
    if (!target && requests.includes(request)) {
      return refuseUnresolved(record, record, placed(request, file.source), file.source);
    }
    const mentioned = target?.type === 'file' ? host.registry.lookup(target.path) : undefined;
    if (mentioned?.current) mentions.add(mentioned);
  }
  const unresolved = readRequests(host, record, file, mentions);
  if (unresolved) return unresolved;
  accept(record, file, null, mentions, prepared);
  Object.assign(/** @type {object} */ (prepared.sources.get(filename)), { transformed });
  return undefined;
}

/**
 * By what conditions the imports of a module are resolved.
 *
 * @param {PrepareHost} host
 * @param {string} filename
 * @param {string} [source]
 */
function requestKind(host, filename, source) {
  return host.formatOf(filename, source) === 'commonjs-typescript' ? 'require' : 'import';
}

/**
 * @param {ModuleRecord} record
 * @param {{ source: string, fingerprint: string }} file
 * @param {import('../runtime/record').Factory | null} factory
 * @param {Set<ModuleRecord>} mentions
 * @param {Prepared} prepared
 */
function accept(record, { source, fingerprint }, factory, mentions, prepared) {
  prepared.changed.push(record);
  prepared.sources.set(record.path, { source, fingerprint, factory });
  prepared.mentions.set(record, mentions);
  return undefined;
}

/**
 * A file that is gone is broken while a module names it that has loaded it, unless it may do without; and where no
 * module has loaded it, but the command line or cold code.
 *
 * @param {PrepareHost} host
 * @param {ModuleRecord} record
 * @param {Prepared} prepared
 */
function stillRequired(host, record, prepared) {
  const importers = host.graph.importers(record.id).map((id) => host.registry.byId(id));
  const inputs = importers.map((importer) => inputFor(host, importer, true));
  for (const [index, file] of host.prepare(inputs).entries()) {
    const importer = /** @type {ModuleRecord} */ (importers[index]);
    if (file.type !== 'changed') continue;
    const imported = importOf(host, importer, file.source, record);
    if (imported) return refuseUnresolved(record, importer, imported, file.source);
    const request = file.requests.find(
      (each) =>
        !each.optional &&
        importer.current?.requests.get(each.specifier) === record.path &&
        resolve(host, importer.path, each.specifier) === null,
    );
    if (request) return refuseUnresolved(record, importer, request, file.source);
  }
  const details = { path: record.path, version: record.current?.number };
  const error = new SafeHotError('ERR_SAFE_HOT_DELETED', details);
  if (importers.length === 0) return { type: /** @type {const} */ ('refused'), error };
  prepared.changed.push(record);
  prepared.gone.set(record, error);
  return undefined;
}

/**
 * The static import by which an ES module still asks for a file that is gone.
 *
 * @param {PrepareHost} host
 * @param {ModuleRecord} importer
 * @param {string} source
 * @param {ModuleRecord} record
 */
function importOf(host, importer, source, record) {
  if (!importer.current?.esm) return undefined;
  const transformed = host.transform(source, importer.path);
  const request = transformed.requests?.find(
    (/** @type {{ specifier: string }} */ { specifier }) =>
      importer.current?.requests.get(specifier) === record.path &&
      !host.resolveImport(importer.path, specifier, requestKind(host, importer.path, source)),
  );
  return request && placed(request, source);
}

/**
 * @param {{ path: string, version: number | undefined }} details
 * @param {string} source
 * @param {Parameters<typeof syntaxError>[2]} place
 */
function refuseSyntax(details, source, place) {
  return { type: /** @type {const} */ ('refused'), error: syntaxError(details, source, place) };
}

/**
 * @param {ModuleRecord} record the changed module
 * @param {ModuleRecord} importer the module that has the `require`
 * @param {{ specifier: string, line: number, column: number, endColumn: number }} request
 * @param {string} source of the importer
 */
function refuseUnresolved(record, importer, request, source) {
  const version = record.current?.number;
  const details = { path: record.path, importer: importer.path, version };
  return { type: /** @type {const} */ ('refused'), error: unresolved(details, request, source) };
}

/**
 * As Node would. The native resolver answers first; what it does not find, tools that patch Node's may.
 *
 * @param {PrepareHost} host
 * @param {string} importer
 * @param {string} request
 * @returns {string | null} null if there is no such module
 */
function resolve(host, importer, request) {
  if (isTypeScript(importer)) {
    const target = host.resolveImport(importer, request, 'require');
    if (target?.type === 'file') return target.path;
  }
  const resolved = host.resolver.resolve(importer, request);
  if (resolved.type === 'file') return resolved.path;
  if (resolved.type === 'builtin') return resolved.name;
  // Node's own remembers on some lines what it has not found.
  if (isResolvedByNode()) return inGlobalFolders(request);
  try {
    return Module.createRequire(importer).resolve(request);
  } catch {
    return null;
  }
}

/**
 * Where Node looks last for a package: the folders of NODE_PATH.
 *
 * @param {string} request
 * @returns {string | null}
 */
function inGlobalFolders(request) {
  if (/^[./#]/.test(request) || path.isAbsolute(request)) return null;
  return Module._findPath(request, Module.globalPaths) || null;
}

/** Is the function that resolves Node's own? What is patched has another text. */
function isResolvedByNode() {
  return String(Module._resolveFilename).includes('BuiltinModule.');
}

exports.prepare = prepare;
exports.readyWith = readyWith;
