'use strict';

/**
 * The native module graph. A program that starts tells it thousands of things, and asks nothing meanwhile, so what it is
 * told is handed over when it is asked something.
 */

const { binding } = require('./native');

/** @typedef {import('./binding').NativeGraphChange} NativeGraphChange */

/** What has not been handed over takes memory. */
const MOST_PENDING = 1_000;

class Graph {
  #native = new binding.NativeGraph();
  /** @type {NativeGraphChange[]} */
  #pending = [];

  /**
   * The same as `apply`, where nothing is asked of the graph soon. The ids have to be the graph's own.
   *
   * @param {NativeGraphChange} change
   */
  note(change) {
    this.#pending.push(change);
    if (this.#pending.length >= MOST_PENDING) this.flush();
  }

  /** @param {NativeGraphChange[]} changes */
  apply(changes) {
    return this.#upToDate.apply(changes);
  }

  flush() {
    if (this.#pending.length > 0) this.#native.apply(this.#pending.splice(0));
  }

  /** @param {string} path */
  intern(path) {
    return this.#native.intern(path);
  }

  /** @param {number} id */
  importers(id) {
    return this.#upToDate.importers(id);
  }

  /** @param {import('./binding').NativePlanRequest} request */
  plan(request) {
    return this.#upToDate.plan(request);
  }

  /** @param {number[]} ids */
  orphanedBy(ids) {
    return this.#upToDate.orphanedBy(ids);
  }

  /**
   * @param {NativeGraphChange[]} changes that are not applied
   * @param {number[]} ids
   */
  orphanedOnce(changes, ids) {
    return this.#upToDate.orphanedOnce(changes, ids);
  }

  records() {
    return this.#upToDate.records();
  }

  get #upToDate() {
    this.flush();
    return this.#native;
  }
}

exports.Graph = Graph;
