'use strict';

/**
 * Module records and their versions. A record stands for one file, for as long as the process runs; a version is one
 * evaluation of it. A version that became stale lets go of everything that could keep its code alive.
 */

const { nowMs } = require('../clock');
const { ResourceSet } = require('../resources/tracker');

/**
 * @typedef {'staged' | 'current' | 'stale' | 'aborted'} VersionState aborted: stale, and it was never current
 *
 * @typedef {object} Kept
 * @property {unknown} value
 * @property {((value: any) => unknown) | undefined} dispose
 * @property {number} creator the number of the version that created it
 * @property {import('../resources/creation').Creation} creation has what was made for it: timers, servers, children
 */

/** There may be thousands of records and versions, and most never need most of their collections: those are made late. */
class ModuleRecord {
  /** @type {Set<import('./stale').StaleEntry> | undefined} */
  #stale;
  /** @type {Map<unknown, Kept> | undefined} */
  #kept;

  /**
   * @param {number} id in the native graph
   * @param {string} path absolute, real
   */
  constructor(id, path) {
    this.id = id;
    this.path = path;
    /** @type {Version | null} */
    this.current = null;
    /** How many versions there have been. */
    this.count = 0;
    /** Fingerprint of the content that was last tried, and failed. @type {string | null} */
    this.failedAs = null;
    /** What the dispose handlers of the last version left for the next one. @type {object | undefined} */
    this.handedData = undefined;
    /** `import.meta.hot.data`: one object until the module is pruned. */
    this.viteData = {};
    /** Loaded by `import` or `import()`, whose table of modules Node never empties. */
    this.isImported = false;
    /** Cold modules that have it among their `children`. @type {WeakRef<NodeModule>[]} */
    this.coldHolders = [];
  }

  /** Stale versions that V8 has not told to be collected. */
  get stale() {
    return (this.#stale ??= new Set());
  }

  /** Of `hot.keep`, by key. */
  get kept() {
    return (this.#kept ??= new Map());
  }

  /**
   * Takes values out of what is kept, for good.
   *
   * @param {(kept: Kept) => boolean} [isMeant] default: all
   * @returns {(() => unknown)[]} what ends each of them
   */
  takeKept(isMeant = () => true) {
    return [...(this.#kept ?? [])].flatMap(([key, kept]) => {
      if (!isMeant(kept)) return [];
      this.kept.delete(key);
      return [() => kept.dispose?.(kept.value), ...kept.creation.take()];
    });
  }

  /** What was made for values that are kept. @returns {import('../resources/tracker').Resource[]} */
  get keptResources() {
    return [...(this.#kept?.values() ?? [])].flatMap(({ creation }) => [...creation.resources]);
  }

  /** Stale versions whose code is still reachable. */
  reachableStale() {
    return [...(this.#stale ?? [])].filter((entry) => entry.token.deref() !== undefined);
  }
}

class Version {
  /** @type {NodeModule | null} */
  #module = null;
  /** @type {(() => NodeModule) | null} */
  #makeModule = null;
  /** @type {import('./hot-context').HotContext | null} */
  #hot = null;
  /** @type {(() => import('./hot-context').HotContext) | null} */
  #makeHot = null;
  /** @type {ResourceSet | undefined} */
  #resources;
  /** @type {Set<ModuleRecord> | undefined} */
  #mentions;
  /** Among the imports. @type {Set<ModuleRecord> | undefined} */
  #inherited;

  /**
   * @param {ModuleRecord} record
   * @param {NodeModule | (() => NodeModule)} module a function makes it once it is asked for: few ever ask for that of an ES
   *   module
   * @param {VersionState} state
   */
  constructor(record, module, state) {
    this.record = record;
    this.number = ++record.count;
    if (typeof module === 'function') this.#makeModule = module;
    else this.#module = module;
    this.state = state;
    /**
     * The object that lives exactly as long as this version's code is reachable. Null for what this project has not
     * compiled. Never a reference to the module from the start: a `WeakRef` keeps its target for the rest of the job
     * that makes it, and with it all that the module has made.
     *
     * @type {WeakRef<import('./token').SafeHotVersion> | null}
     */
    this.token = null;
    /** @type {string | null} fingerprint of the content that was evaluated; null if the file could not be read */
    this.fingerprint = null;
    /** Of CommonJS. @type {Factory | null} */
    this.factory = null;
    /** The factory is of the file's own text, which no tool has changed. */
    this.isCompiledPlain = false;
    /** Of an ES module: what links it and evaluates it. @type {import('./esm/module').EsModule | null} */
    this.esm = null;
    /** What else lets go of the version. */
    this.onRelease = () => {};
    /** On the clock of `nowMs`. */
    this.madeAtMs = nowMs();
    /** @type {Set<ModuleRecord>} hot modules that this version has loaded */
    this.imports = new Set();
    /** @type {Map<string, string>} relative specifiers and the files that they resolved to */
    this.requests = new Map();
    /** `requests` has what was found out ahead, and is to be trusted until it evaluates. */
    this.isFoundAhead = false;
    /** Loaded before safe-hot: its timers and its exact imports are not known. */
    this.isAdopted = false;
    /** It failed where it may, and goes on telling its error: what it made has been ended. */
    this.hasFailed = false;
    /** Its own dispose handlers ran before its successor evaluated. */
    this.isDisposed = false;
    /** What they threw. @type {unknown[]} */
    this.disposeErrors = [];
  }

  /** @returns {NodeModule | null} null once it is stale and detached */
  get module() {
    const make = this.#makeModule;
    if (make) {
      this.#makeModule = null;
      this.#module = make();
    }
    return this.#module;
  }

  /** The same, if anyone has asked for it. */
  get knownModule() {
    return this.#module;
  }

  /** @returns {import('./hot-context').HotContext | null} null before it evaluates, and once it is stale */
  get hot() {
    const make = this.#makeHot;
    if (make) this.hot = make();
    return this.#hot;
  }

  set hot(hot) {
    this.#makeHot = null;
    this.#hot = hot;
  }

  /** Most versions never need theirs. @param {() => import('./hot-context').HotContext} make */
  makeHotLater(make) {
    this.#makeHot = make;
  }

  /** What the module exports: of an ES module its namespace object. */
  get exports() {
    return this.module?.exports;
  }

  get resources() {
    return (this.#resources ??= new ResourceSet());
  }

  /** Hot modules that its source names and that it has not loaded yet. */
  get mentions() {
    return (this.#mentions ??= new Set());
  }

  /** What its source names, loaded by it or not. @returns {ModuleRecord[]} */
  get named() {
    const own = [...this.imports].filter((record) => !this.#inherited?.has(record));
    return [...own, ...(this.#mentions ?? [])];
  }

  /** It has loaded a module. @param {ModuleRecord} record */
  addImport(record) {
    this.imports.add(record);
    this.#mentions?.delete(record);
    this.#inherited?.delete(record);
  }

  /** It goes on without a module that had loaded this one, and failed: that may well succeed with another version of it. */
  inheritImport(/** @type {ModuleRecord} */ record) {
    if (this.imports.has(record)) return;
    this.imports.add(record);
    (this.#inherited ??= new Set()).add(record);
  }

  /** Has it loaded a module itself? @param {ModuleRecord} record */
  hasLoaded(record) {
    return this.imports.has(record) && !this.#inherited?.has(record);
  }

  get isStale() {
    return this.state === 'stale' || this.state === 'aborted';
  }

  /**
   * Takes a token, which tells a heap snapshot of this version from then on.
   *
   * @param {WeakRef<import('./token').SafeHotVersion>} token
   */
  mark(token) {
    const { record, number, state } = this;
    Object.assign(token.deref() ?? {}, { path: record.path, version: String(number), state });
    this.token = token;
  }

  /** Lets go of all that the version holds, so that only the program itself can keep its code alive. */
  release() {
    this.#module = null;
    this.#makeModule = null;
    this.factory = null;
    this.onRelease();
    this.onRelease = () => {};
    this.esm = null;
    // One that no one has asked for is not made for this.
    this.#hot?.release();
    this.hot = null;
    this.imports.clear();
    this.#mentions = undefined;
    this.#inherited = undefined;
    this.requests.clear();
  }

  toString() {
    return `${this.record.path}@${this.number}`;
  }
}

/**
 * What was compiled of a module in CommonJS, to be evaluated as one version and as another.
 *
 * @typedef {object} Factory
 * @property {(version: Version, moduleArguments: unknown[]) => { wrapper: Function, args: unknown[] }} evaluation the function
 *   that wraps the module, and its arguments for this version, given `exports, require, module, __filename, __dirname`
 * @property {() => string} text that of the module, as it is evaluated
 */

exports.ModuleRecord = ModuleRecord;
exports.Version = Version;
