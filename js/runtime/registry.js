'use strict';

/**
 * Which versions there are: the current ones, which serve, and, during a transaction, the overlay of staged ones.
 * Code of staged versions sees staged versions, everyone else sees current ones.
 */

const { ModuleRecord, Version } = require('./record');
const { makeSideTable } = require('./side-table');
const { StaleVersions } = require('./stale');

/**
 * The staged side of one transaction.
 *
 * @typedef {object} Overlay
 * @property {Set<ModuleRecord>} planned records that get a new version if staged code asks for them
 * @property {Set<ModuleRecord>} cutOff records that the program, as it is staged, leads to no more; as far as it matters
 * @property {Map<ModuleRecord, Version>} versions the staged versions, in the order of their evaluation
 * @property {Version[]} evaluated the same in the order in which their evaluation ended: dependencies first
 * @property {Version[]} failed staged versions that threw, whose resources have to go
 * @property {Map<string, PreparedSource>} sources what prepare has read, by path
 * @property {Map<ModuleRecord, unknown>} gone what cannot be evaluated, and why; null for what is to find that out itself
 * @property {Set<ModuleRecord>} unprepared files that changed under the stage
 * @property {boolean} isOutdated a current version has come to import what is planned
 * @property {Set<Promise<void>>} awaiting evaluations that wait at the top level
 * @property {(promise: Promise<void>) => void} willAwait adds one
 * @property {boolean} lastGood evaluate the last good source again instead of the file
 *
 * @typedef {object} PreparedSource
 * @property {string} source
 * @property {string | null} fingerprint null if the file could not be read
 * @property {import('./record').Factory | null} factory null for what is no CommonJS that this project compiles
 * @property {import('./esm/transformed').TransformedModule} [transformed] of an ES module
 */

class Registry {
  /** @type {Map<string, ModuleRecord>} by path */
  #records = new Map();
  /** @type {ModuleRecord[]} by id of the native graph */
  #byId = [];
  /** @type {import('./side-table').SideTable<NodeModule, Version>} */
  #versions = makeSideTable();
  /** @type {Overlay | null} */
  overlay = null;
  stale = new StaleVersions();
  #graph;

  /** @param {import('../graph').Graph} graph */
  constructor(graph) {
    this.#graph = graph;
  }

  /** @param {string} filePath */
  recordFor(filePath) {
    let record = this.#records.get(filePath);
    if (!record) {
      record = new ModuleRecord(this.#graph.intern(filePath), filePath);
      this.#records.set(filePath, record);
      this.#byId[record.id] = record;
    }
    return record;
  }

  /** @param {string} filePath */
  lookup(filePath) {
    return this.#records.get(filePath);
  }

  /** @param {number} id */
  byId(id) {
    return /** @type {ModuleRecord} */ (this.#byId[id]);
  }

  records() {
    return this.#records.values();
  }

  /**
   * The version that a module object is.
   *
   * @param {NodeModule | null | undefined} module
   * @returns {Version | undefined}
   */
  versionOf(module) {
    return module === null || module === undefined ? undefined : this.#versions.get(module);
  }

  /**
   * @param {ModuleRecord} record
   * @param {NodeModule | (() => NodeModule)} module a function makes it once it is asked for
   * @param {import('./record').VersionState} state
   */
  createVersion(record, module, state) {
    const makeTied = () => this.#tied(/** @type {() => NodeModule} */ (module)(), version);
    /** @type {Version} */
    const version = new Version(record, typeof module === 'function' ? makeTied : module, state);
    if (typeof module !== 'function') this.#tied(module, version);
    if (state === 'staged') {
      this.overlay?.versions.set(record, version);
      // The last good source asks for what it did, also later, and also where a file is gone.
      const before = this.overlay?.lastGood && record.current;
      if (before) version.requests = new Map(before.requests);
    } else {
      this.#makeCurrent(version);
      this.#graph.note({ type: 'set', id: record.id, imports: [], mentions: [] });
    }
    return version;
  }

  /** @param {NodeModule} module @param {Version} version that it is */
  #tied(module, version) {
    this.#versions.set(module, version);
    return module;
  }

  /** Forgets a version that never came to be: it threw, or turned out to be an ES module. */
  discard(/** @type {Version} */ version) {
    const { record } = version;
    const { knownModule } = version;
    if (knownModule) this.#versions.delete(knownModule);
    if (version.state === 'staged') {
      if (this.overlay?.versions.get(record) === version) this.overlay.versions.delete(record);
      this.overlay?.failed.push(version);
    } else if (record.current === version) {
      record.current = null;
      this.#graph.apply([{ type: 'remove', id: record.id }]);
    }
  }

  /**
   * What code of `viewer` (or of no version) sees for `record`; undefined if it has to be loaded first.
   *
   * @param {Version | undefined} viewer
   * @param {ModuleRecord} record
   */
  visible(viewer, record) {
    if (this.overlay && viewer?.state === 'staged') {
      const staged = this.overlay.versions.get(record);
      if (staged) return staged;
      if (this.overlay.planned.has(record)) return undefined;
    }
    return record.current ?? undefined;
  }

  /** The staged version becomes the one that everyone sees; what it replaces becomes stale. */
  promote(/** @type {Version} */ version) {
    version.state = 'current';
    this.#makeCurrent(version);
  }

  /** The record has no version any more: nobody asks for it. */
  retire(/** @type {Version} */ version) {
    const { record } = version;
    if (record.current === version) record.current = null;
    if (!version.isStale) this.stale.add(version, 'stale');
  }

  /**
   * Cold code that holds a module is remembered weakly: `createRequire` makes a new holder at each call.
   *
   * @param {ModuleRecord} record
   * @param {NodeModule} holder
   */
  addColdHolder(record, holder) {
    const alive = record.coldHolders.filter((ref) => ref.deref() !== undefined);
    if (!alive.some((ref) => ref.deref() === holder)) alive.push(new WeakRef(holder));
    record.coldHolders = alive;
  }

  #makeCurrent(/** @type {Version} */ version) {
    const previous = version.record.current;
    if (previous && previous !== version) this.retire(previous);
    version.record.current = version;
  }
}

exports.Registry = Registry;
