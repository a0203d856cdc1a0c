'use strict';

/**
 * The engine: one for the process, whoever asks for it first. Puts the parts together; decides nothing itself.
 */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { EventEmitter } = require('node:events');
const { endAhead, tsconfigs } = require('./ahead');
// Its listener is there before the program, and no version's.
require('./at-exit');
const { nowMs, setImmediate } = require('./clock');
const { SafeHotError } = require('./errors');
const { binding, guarded } = require('./native');
const { preservesSymlinks, userConditions } = require('./node-arguments');
const { resolveOptions, rootFor } = require('./options');
const { Registry } = require('./runtime/registry');
const { Loader } = require('./runtime/cjs/loader');
const { Formats } = require('./runtime/formats');
const { beginCoverage } = require('./runtime/coverage');
const { adoptLoaded, adoptOne } = require('./runtime/cjs/adopt');
const { Adapters } = require('./adapters');
const { Servers } = require('./resources/servers');
const { ProgramArguments } = require('./resources/program-arguments');
const { installResources } = require('./resources');
const { currentOwner, runAsCold, runUnowned } = require('./resources/ownership');
const { Status } = require('./transaction/status');
const { reloadReport, relativeTo } = require('./report/events');
const { DataFiles } = require('./data-files');
const { Graph } = require('./graph');
const { HotFiles } = require('./hot-files');
const { envFiles } = require('./env-files');
const { realFile } = require('./real-file');
const { PackageFields } = require('./package-fields');
const { Tsconfigs } = require('./tsconfigs');
const { FileWatcher } = require('./watch');
const { makeResolveImport } = require('./resolve-import');

/**
 * @typedef {import('./runtime/record').Version} Version
 * @typedef {import('./runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('./types').Report} Report
 */

const OWN_FOLDER = path.dirname(__dirname);

/** Our own code, which no program loads by a `require` of its own but the first. */
const OWN_CODE = [__dirname, path.join(OWN_FOLDER, 'bin')].map((folder) => folder + path.sep);

class Engine {
  graph = new Graph();
  registry = new Registry(this.graph);
  servers = new Servers(failStage);
  adapters = new Adapters({
    link: (user, owner) => this.#link(user, owner.record),
    warn: (error) => this.warn(error),
    requireRestart: failStage,
  });
  status = new Status((error) => this.warn(error));
  events = new EventEmitter({ captureRejections: false });
  /** Files that were loaded and are Node's own business. @type {Set<string>} */
  coldLoaded = new Set();
  /** @type {FileWatcher | null} */
  watcher = null;
  packages = new PackageFields();
  tsconfigs = new Tsconfigs((files) => this.watcher?.watchFiles(files), tsconfigs);
  formats = new Formats(
    (source, filename) => guarded(() => binding.hasModuleSyntax(source, filename)),
    this.tsconfigs,
  );
  /** What ES modules need; made when the first one is in sight. @type {import('./es-modules').EsModules | null} */
  #esModules = null;
  /** @type {import('./transaction').Transactions | null} */
  #transactions = null;
  // As they are before the program has read them.
  #programArguments = new ProgramArguments();
  #entry = process.argv[1] && realFile(process.argv[1]);
  #resolveImport = makeResolveImport(this.tsconfigs);
  /** Loaded as the option `adapters` says. @type {Set<string>} */
  #adapterFiles = new Set();
  #isReady = false;
  #isModuleEntry = false;
  #startMs = nowMs();
  #resolver = new binding.NativeResolver({
    conditions: ['node', 'require', 'module-sync', 'node-addons', ...userConditions()],
    extensions: Object.keys(Module._extensions),
    builtins: Module.builtinModules,
    preservesSymlinks: preservesSymlinks(),
  });

  /** @param {string} root */
  constructor(root) {
    this.options = resolveOptions(root, {});
    for (const file of this.options.configFiles) this.coldLoaded.add(file);
    this.hotFiles = new HotFiles(this.options);
    const { options, registry } = this;
    this.dataFiles = new DataFiles({ options, registry, watcher: () => this.watcher });
    for (const file of envFiles()) this.dataFiles.didReadCold(file);
    this.loader = new Loader(this.#loaderHost());
    this.events.setMaxListeners(0);
  }

  start() {
    beginCoverage(binding.fingerprint);
    declareTypeScript();
    this.loader.install();
    this.servers.install();
    installResources({
      versionOfFile: (filePath) => {
        const record = this.registry.lookup(filePath);
        return record && this.registry.visible(currentOwner(), record);
      },
      graceMs: () => this.options.graceMs,
      matters: (...read) => this.dataFiles.matters(...read),
      didRead: (...read) => this.dataFiles.didRead(...read),
      didReadCold: (filePath) => this.dataFiles.didReadCold(filePath),
      didList: (...read) => this.dataFiles.didList(...read),
    });
    this.registry.stale.graceMs = () => this.options.graceMs;
    this.registry.stale.onRetained = (entry) => this.#tellRetained(entry);
    adoptLoaded(this.registry, this.graph, this.#adoptHost());
    return this;
  }

  /**
   * A loaded cold module that a program wants to reload is hot from now on.
   *
   * @param {NodeModule} module
   */
  adoptCold(module) {
    this.makeHot(module.filename);
    return adoptOne(this.registry, this.graph, module, this.#adoptHost());
  }

  /** @returns {import('./runtime/cjs/adopt').AdoptHost} */
  #adoptHost() {
    return {
      isHot: (filename) => this.isHot(filename),
      fingerprint: binding.fingerprint,
      didLoadCold: ({ filename, exports, parent }) => {
        this.#didLoad(filename, null);
        // Whoever has it has it as it is; what it holds belongs to no one.
        this.adapters.didLoad(filename, exports, parent?.filename);
      },
    };
  }

  /**
   * Takes other options from now on.
   *
   * @param {Record<string, any>} given validated
   * @param {Record<string, any>} [defaults] where neither the project nor the environment says otherwise
   * @throws {import('./errors').SafeHotError} ERR_SAFE_HOT_BAD_GLOB; nothing has changed then
   */
  configure(given, defaults) {
    const options = resolveOptions(this.options.root, given, defaults);
    this.hotFiles.configure(options);
    Object.assign(this.options, options);
    this.#loadAdapters();
  }

  /** They are cold, like what they adapt. */
  #loadAdapters() {
    for (const name of this.options.adapters) {
      const file = path.resolve(this.options.root, name);
      this.hotFiles.set(file, false);
      if (this.#adapterFiles.has(file)) continue;
      this.#adapterFiles.add(file);
      try {
        const loaded = Module._load(file, undefined, false);
        this.adapters.add(...[loaded.default ?? loaded].flat());
      } catch (cause) {
        this.#adapterFiles.delete(file);
        throw new SafeHotError('ERR_SAFE_HOT_ADAPTER_FILE', { path: file, reason: cause }, cause);
      }
    }
  }

  /** @param {string} filename absolute, real */
  isHot(filename) {
    return this.hotFiles.has(filename);
  }

  /** Loaded when there is something to do, or once the program has started. */
  get transactions() {
    if (!this.#transactions) {
      // What is read and compiled from now on is that of a reload.
      endAhead();
      runAsCold(() => {
        const { Transactions } = require('./transaction');
        this.#transactions = new Transactions(this.#transactionHost());
        require('./put-off').loadAll(this.#esModules !== null);
      });
    }
    return /** @type {import('./transaction').Transactions} */ (this.#transactions);
  }

  /** Is user code of a transaction on the stack? */
  get isWorking() {
    return this.#transactions?.isWorking ?? false;
  }

  get esModules() {
    const { EsModules } = require('./es-modules');
    return (this.#esModules ??= new EsModules(this.#esModulesHost()));
  }

  /**
   * The entry is about to run: where it is an ES module, Node is to ask us for it.
   *
   * @param {string | undefined} entry
   */
  expectEntry(entry) {
    const filename = entry && realFile(entry);
    if (!filename) return;
    // A command of a package, such as a runner of tests, imports what it finds in the project.
    if (!this.isHot(filename)) this.esModules.expectImports();
    if (!this.#isHotModule(filename)) return;
    this.#isModuleEntry = this.formats.of(filename) === 'module';
    this.esModules.expectEntry(filename);
  }

  /**
   * Called by the text of a shell: evaluates the module that it stands for.
   *
   * @param {string} url
   * @param {string[]} names
   */
  openShell(url, names) {
    return this.esModules.openShell(url, names);
  }

  /** @param {string} filename */
  #isHotModule(filename) {
    return this.isHot(filename) && this.formats.isOurs(filename);
  }

  /**
   * @param {Version} importer
   * @param {ModuleRecord} imported
   */
  #link(importer, imported) {
    if (importer.hasLoaded(imported) || importer.record === imported) return;
    importer.addImport(imported);
    this.#didLink(importer, imported);
  }

  /**
   * @param {Version} importer
   * @param {ModuleRecord} imported
   */
  #didLink(importer, imported) {
    // The graph is told of what is staged when that is committed.
    if (importer.state !== 'current') return;
    this.graph.note({ type: 'import', importer: importer.record.id, imported: imported.id });
    const { overlay } = this.registry;
    if (overlay?.planned.has(imported)) overlay.isOutdated = true;
    this.watcher?.didRequest(importer);
  }

  /**
   * A version threw while it evaluated. Who asked for it, and goes on without it, depends on all that it had asked for: it
   * may well succeed with another version of that.
   *
   * @param {Version} version
   */
  #didFail(version) {
    const { record, state, imports } = version;
    const { overlay } = this.registry;
    record.failedAs = version.fingerprint;
    const importers =
      state === 'staged'
        ? [...(overlay?.versions.values() ?? [])].filter((each) => each.imports.has(record))
        : this.graph.importers(record.id).flatMap((id) => this.registry.byId(id).current ?? []);
    for (const importer of importers) {
      for (const imported of imports) {
        if (imported === importer.record) continue;
        importer.inheritImport(imported);
        this.#didLink(importer, imported);
      }
    }
    this.watcher?.didFail(version);
  }

  /** Loaded by cold code, or the entry. @param {ModuleRecord} record */
  #addRoot({ id }) {
    this.graph.note({ type: 'root', id, root: true });
  }

  /**
   * The file that a specifier stands for, by what the disk holds now.
   *
   * @param {string} importer
   * @param {string} specifier
   */
  resolve(importer, specifier) {
    this.#resolver.clear();
    if (this.registry.lookup(importer)?.current?.esm) {
      this.#resolveImport.clear();
      const kind = this.esModules.loader.requestKindOf(importer);
      const target = this.esModules.resolve(importer, specifier, kind);
      return target?.type === 'file' ? target.path : null;
    }
    const resolved = this.#resolver.resolve(importer, specifier);
    return resolved.type === 'file' ? resolved.path : null;
  }

  /**
   * The paths, as an import writes them, where a module of the project may be that a specifier means.
   *
   * @param {string} importer
   * @param {string} specifier
   */
  basesOf(importer, specifier) {
    return this.#resolveImport.bases(importer, specifier);
  }

  /**
   * The files of all current versions, those that their relative imports did not find and would find now, and those that
   * they go on without, since these failed, once they hold something else.
   */
  filesInUse() {
    const records = [...this.registry.records()];
    const current = records.flatMap((record) => record.current ?? []);
    const mended = records.filter((record) => !record.current && this.#mayBeMended(record));
    const found = current.flatMap(({ record, requests }) =>
      [...requests].flatMap(([specifier, before]) =>
        before === '' ? (this.resolve(record.path, specifier) ?? []) : [],
      ),
    );
    const paths = [...current.map(({ record }) => record), ...mended].map((record) => record.path);
    return new Set([...paths, ...found]);
  }

  /** @param {ModuleRecord} record that is not loaded */
  #mayBeMended({ id, path: filePath, failedAs }) {
    const isMissed = failedAs !== null && this.graph.importers(id).length > 0;
    return isMissed && binding.fingerprint(filePath) !== failedAs;
  }

  /** A cold file that a program wants to reload is hot from then on. */
  makeHot(/** @type {string} */ filename) {
    this.hotFiles.set(filename, true);
    this.coldLoaded.delete(filename);
  }

  /** @param {Version | null | undefined} owner whose call it is; null for the command line and `register` */
  watch(owner) {
    this.watcher = new FileWatcher(this, owner);
    return this.watcher;
  }

  /** @param {Report} report */
  publish(report) {
    const { print, publishToChannel } = require('./report/channels');
    print(report, this.options.report);
    publishToChannel(report);
    for (const listener of this.events.listeners(report.type)) {
      try {
        runUnowned(() => listener(report));
      } catch (error) {
        this.warn(error);
      }
    }
  }

  /** @param {import('./runtime/stale').StaleEntry} entry */
  #tellRetained({ record, number }) {
    const inMemory = record.reachableStale().length + (record.current ? 1 : 0);
    const path = relativeTo(this.options.root, record.path);
    this.publish({ type: 'retained', path, version: number, inMemory });
  }

  /** An exception of the program's own callbacks: told, and nothing stops for it. */
  warn(/** @type {unknown} */ error) {
    process.emitWarning(asError(error));
  }

  /** @returns {import('./runtime/cjs/loader').LoaderHost} */
  #loaderHost() {
    return {
      registry: this.registry,
      typescript: this.#resolveImport,
      isHot: (filename) => this.isHot(filename),
      fingerprint: binding.fingerprint,
      isUnchanged: (record) => this.#isUnchanged(record),
      fingerprintText: binding.fingerprintText,
      link: (importer, imported) => this.#link(importer, imported),
      addRoot: (record) => this.#addRoot(record),
      willLoad: (filename) => this.watcher?.onBegin?.(filename),
      didLoad: (filename, version) => this.#didLoad(filename, version),
      didLoadCold: (...loaded) => this.adapters.didLoad(...loaded),
      didFail: (version) => this.#didFail(version),
      willReplace: (version) => this.#willReplace(version),
      hot: this.#hotHost(),
      // Node tries some ES modules as CommonJS first.
      didRunMain: () => {
        if (!this.#isModuleEntry) this.#didRunMain(process.mainModule?.filename);
      },
      formats: this.formats,
      rewriteImports,
      esm: () => this.esModules.loader,
    };
  }

  /** @returns {import('./es-modules').EsModulesHost} */
  #esModulesHost() {
    return {
      registry: this.registry,
      formats: this.formats,
      options: this.options,
      tsconfigs: this.tsconfigs,
      isHot: (filename) => this.isHot(filename),
      isHotModule: (filename) => this.#isHotModule(filename),
      isUnchanged: (record) => this.#isUnchanged(record),
      resolveImport: this.#resolveImport,
      basesOf: this.#resolveImport.bases,
      link: (importer, imported) => this.#link(importer, imported),
      addRoot: (record) => this.#addRoot(record),
      willLoad: (filename) => this.watcher?.onBegin?.(filename),
      didLoad: (filename, version) => this.#didLoad(filename, version),
      didLoadCold: (...loaded) => this.adapters.didLoad(...loaded),
      didFail: (version) => this.#didFail(version),
      willReplace: (version) => this.#willReplace(version),
      requireFor: (version) => this.loader.requireFor(version, version.module),
      didRunMain: (filename) => this.#didRunMain(filename),
      hot: this.#hotHost(),
    };
  }

  /** @returns {import('./runtime/hot-context').HotHost} */
  #hotHost() {
    return {
      status: this.status,
      resolve: (version, specifier) => {
        if (version.esm) return this.esModules.loader.recordOf(version, specifier);
        const filename = Module._resolveFilename(specifier, version.module, false);
        return this.registry.recordFor(filename);
      },
      didChange: (version) => {
        const { hotFlags } = require('./transaction/graph-change');
        if (version.state === 'current') this.graph.apply([hotFlags(version)]);
      },
      invalidate: ({ record }) => this.transactions.submit(changeSet([], [record])),
      watchFile: (version, file) => {
        this.dataFiles.didRead(version, path.resolve(path.dirname(version.record.path), file));
      },
      check: async (apply) => {
        const outdated = this.#outdated().map((record) => record.path);
        if (apply && outdated.length > 0) await this.transactions.reload(changeSet(outdated, []));
        return outdated.length > 0 ? outdated : null;
      },
      apply: async () => {
        const outdated = this.#outdated().map((record) => record.path);
        if (outdated.length === 0) return [];
        return (await this.transactions.reload(changeSet(outdated, []))).evaluated;
      },
    };
  }

  /** @returns {import('./transaction/host').TransactionHost} */
  #transactionHost() {
    const { registry, graph, loader, servers, adapters, status, options } = this;
    const [programArguments, entry] = [this.#programArguments, this.#entry];
    const pathOf = (/** @type {number} */ id) => registry.byId(id).path;
    return {
      registry,
      graph,
      native: { hotReload: (request) => guarded(() => binding.hotReload(request)) },
      loader,
      findBrokenLink: (overlay, records) =>
        this.#esModules?.loader.findBrokenLink(overlay, records),
      didRead: (file, fingerprint) => this.watcher?.watchRead(file, fingerprint),
      prepareRepoint: (overlay) => this.#esModules?.loader.prepareRepoint(overlay) ?? (() => {}),
      hiddenFromCold: (record, module) => this.#esModules?.hiddenFromCold(record, module),
      willStage: (replaced) => {
        this.#esModules?.willStage();
        adapters.begin(replaced);
        if ([...replaced].some(({ record }) => record.path === entry)) programArguments.begin();
      },
      didStage: (records) => this.#esModules?.didStage(records),
      servers,
      adapters: {
        commit: (stale) => {
          programArguments.commit();
          adapters.commit(stale);
        },
        abort: () => {
          programArguments.abort();
          adapters.abort();
        },
      },
      status,
      options,
      prepareHost: () => ({
        registry,
        graph,
        resolver: {
          clear: () => {
            this.#resolver.clear();
            this.#resolveImport.clear();
            this.#esModules?.coldImports.clear();
          },
          resolve: (importer, specifier) => this.#resolver.resolve(importer, specifier),
        },
        prepare: (inputs) => guarded(() => binding.prepare(inputs)),
        readsPlainJavaScript: loader.readsPlainJavaScript,
        compile: (source, filename) => loader.compile(source, filename),
        formatOf: (...file) => this.formats.of(...file),
        transform: (source, filename) => this.esModules.loader.transform(source, filename),
        resolveImport: (importer, specifier, kind) =>
          this.esModules.resolve(importer, specifier, kind),
        basesOf: this.#resolveImport.bases,
        changeOfTsconfig: (filePath) => this.tsconfigs.changeOf(filePath),
        mustRestart: (filePath) =>
          this.coldLoaded.has(filePath) ||
          this.packages.hasChanged(filePath) ||
          this.dataFiles.hasChangedForCold(filePath),
        dependentsOf: (filePath) => this.dataFiles.dependentsOf(filePath),
        clearPathCache: (vanished, appeared) => {
          require('./runtime/cjs/real-paths').forgetRealPaths([...vanished, ...appeared]);
          guarded(() => binding.hotReload({ Module, stale: [], vanished, appeared }));
        },
      }),
      makeReport: (outcome, result, durationMs) =>
        reloadReport(this.options.root, pathOf, outcome, result, durationMs),
      publish: (report) => {
        this.watcher?.didReload(report, this.transactions.errorOf(report));
        this.publish(report);
      },
      hasMoreChanges: () => this.watcher?.hasMore() ?? false,
      takeBackChanges: (files) => this.watcher?.takeBack(files),
      warn: (error) => this.warn(error),
    };
  }

  /**
   * @param {string} filename
   * @param {Version | null} version
   */
  #didLoad(filename, version) {
    if (OWN_CODE.some((folder) => filename.startsWith(folder))) return;
    // Node 20 tries an ES module that no `type` declares as CommonJS first, before it is asked for as what it is.
    if (version) this.coldLoaded.delete(filename);
    else if (!this.registry.lookup(filename)?.current) this.coldLoaded.add(filename);
    this.watcher?.didLoad(filename, version);
  }

  /** A version with dispose handlers of its own may hold what its successor needs. */
  #willReplace(/** @type {Version} */ version) {
    if (!version.hot?.hasDisposeHandlers) return;
    version.isDisposed = true;
    const { followHandler } = require('./resources/disposal');
    const disposal = { ...this.options, warn: (/** @type {unknown} */ error) => this.warn(error) };
    version.disposeErrors = version.hot.runDisposeHandlers((result) =>
      followHandler(version, result, disposal),
    );
  }

  /** @param {string | undefined} main the file of the entry */
  #didRunMain(main) {
    if (this.#isReady || !this.watcher) return;
    this.#isReady = true;
    endAhead();
    this.graph.flush();
    // The first save is not to wait for that.
    setImmediate(() => void this.transactions);
    const durationMs = nowMs() - this.#startMs;
    const entry = relativeTo(this.options.root, main ?? '');
    void this.watcher.ready().then((folders) => {
      const hot = [...this.registry.records()].filter((record) => record.current).length;
      // A tool such as npm, to which `NODE_OPTIONS` has brought us: nothing of it will ever be reloaded.
      if (hot === 0 && main !== undefined && !this.isHot(main)) return;
      const cold = this.coldLoaded.size;
      this.watcher?.onReady?.(entry);
      this.publish({
        type: 'ready',
        entry,
        durationMs: Math.round(durationMs * 100) / 100,
        hot,
        cold,
        folders,
      });
    });
  }

  /**
   * Does the file hold what was evaluated? Where it is watched, another content comes as a change.
   *
   * @param {ModuleRecord} record
   */
  #isUnchanged({ path: filePath, current }) {
    return (
      this.watcher?.follows(filePath) || binding.fingerprint(filePath) === current?.fingerprint
    );
  }

  /** @returns {ModuleRecord[]} whose file no longer holds what was evaluated */
  #outdated() {
    return [...this.registry.records()].filter(
      ({ current, path: filePath }) =>
        current && current.fingerprint !== binding.fingerprint(filePath),
    );
  }
}

/**
 * @param {Iterable<string>} files
 * @param {Iterable<ModuleRecord>} forced
 * @returns {import('./transaction/prepare').ChangeSet}
 */
function changeSet(files, forced) {
  return {
    files: new Map([...files].map((file) => [file, 'unknown'])),
    forced: new Set(forced),
    waiting: [],
    mayGrow: false,
  };
}

/** Loaders of routes and plugins ask for this before they import TypeScript; older lines of Node say that there is none. */
function declareTypeScript() {
  const features = /** @type {any} */ (process.features);
  if (!features.typescript) {
    const property = { configurable: true, enumerable: true, value: 'transform' };
    Object.defineProperty(features, 'typescript', property);
  }
}

/**
 * Makes the `import()` of CommonJS, once it is JavaScript, call a helper.
 *
 * @param {string} source
 * @param {string} filename
 */
function rewriteImports(source, filename) {
  const options = { path: filename, language: /** @type {const} */ ('js') };
  const transformed = guarded(() => binding.transform(source, { ...options, kind: 'commonjs' }));
  return transformed.type === 'commonjs' ? transformed : null;
}

/** @type {typeof import('./transaction/guard').failStage} */
function failStage(error) {
  return require('./transaction/guard').failStage(error);
}

/** @param {unknown} error */
function asError(error) {
  return error instanceof Error ? error : new Error(String(error));
}

const KEY = Symbol.for('safe-hot.engine');

/**
 * The engine of this process; it begins when it is first asked for. Two copies of the package share one.
 *
 * @param {string} [entry] the program, where it is known already
 * @returns {Engine}
 */
function getEngine(entry) {
  const holder = /** @type {any} */ (globalThis);
  holder[KEY] ??= new Engine(rootFor(entry)).start();
  return holder[KEY];
}

exports.Engine = Engine;
exports.getEngine = getEngine;
exports.changeSet = changeSet;
