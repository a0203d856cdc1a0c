'use strict';

/**
 * Stale versions whose code is still reachable. One that survives is *retained*: the program holds on to it.
 *
 * V8 alone knows when it collects, and tells only of what it has collected. So a symbol that no one holds stands for the
 * next full collection: symbols are allocated in the old generation, which no minor collection looks at. There is one
 * while there is a version to watch, and a process that does nothing is not woken.
 */

const { nowMs } = require('../clock');

/**
 * @typedef {import('./record').Version} Version
 *
 * @typedef {object} StaleEntry
 * @property {import('./record').ModuleRecord} record
 * @property {number} number
 * @property {WeakRef<object>} token
 * @property {number} sinceMs on the clock of `nowMs`
 * @property {number} survived full collections that began after its grace period
 */

/** V8 marks step by step: what is let go while it marks lives on until the collection after. */
const COLLECTIONS = 2;

class StaleVersions {
  /** Not known to be retained yet. @type {Set<StaleEntry>} */
  #watched = new Set();
  /** When the symbol was made that stands for the next collection; null if there is none. @type {number | null} */
  #armedAtMs = null;
  #tokens = new FinalizationRegistry((/** @type {StaleEntry} */ entry) => this.#forget(entry));
  #collections = new FinalizationRegistry(() => this.#didCollect());

  /** How long a stale version may take to end its work, in milliseconds. */
  graceMs = () => 0;
  /** Called once for each version that is retained. @type {(entry: StaleEntry) => void} */
  onRetained = () => {};

  /**
   * Replaced, or never come to be: from now on only the program can keep its code alive.
   *
   * @param {Version} version
   * @param {'stale' | 'aborted'} state
   */
  add(version, state) {
    version.state = state;
    const { record, number, module } = version;
    // A version has no token if this project has not compiled it. Node may hold its module for good, as it does the
    // first main module, so nothing is said of one that stays.
    const token = version.token?.deref();
    const target = token ?? module;
    if (!target) return;
    if (token) token.state = state;
    /** @type {StaleEntry} */
    const entry = {
      record,
      number,
      token: version.token ?? new WeakRef(target),
      sinceMs: nowMs(),
      survived: 0,
    };
    record.stale.add(entry);
    this.#tokens.register(target, entry);
    if (version.token) this.#watch(entry);
  }

  /** @param {StaleEntry} entry */
  #watch(entry) {
    this.#watched.add(entry);
    if (this.#armedAtMs === null) this.#arm();
  }

  #arm() {
    this.#armedAtMs = nowMs();
    this.#collections.register(/** @type {any} */ (Symbol('next full collection')), undefined);
  }

  #didCollect() {
    const beganAfterMs = /** @type {number} */ (this.#armedAtMs) - this.graceMs();
    this.#armedAtMs = null;
    const retained = [...this.#watched].filter((entry) => {
      if (entry.sinceMs > beganAfterMs || entry.token.deref() === undefined) return false;
      entry.survived += 1;
      return entry.survived === COLLECTIONS;
    });
    for (const entry of retained) this.#watched.delete(entry);
    if (this.#watched.size > 0) this.#arm();
    for (const entry of retained) this.onRetained(entry);
  }

  /** @param {StaleEntry} entry */
  #forget(entry) {
    entry.record.stale.delete(entry);
    this.#watched.delete(entry);
  }
}

exports.StaleVersions = StaleVersions;
