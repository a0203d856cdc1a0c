'use strict';

/**
 * What one version made and has to be disposed with it. Every kind of resource is an entry here with a `release`;
 * each knows how to take itself out when the program ends it first.
 */

/**
 * @typedef {object} Resource
 * @property {string} kind as in reports: `timer`, `server`, …
 * @property {() => string} what it is, as people say it: `interval 1000 ms`, `socket to 127.0.0.1:5432`
 * @property {() => unknown} release ends it; called at most once
 * @property {number} [madeAtMs] on the clock of `performance.now()`
 */

class ResourceSet {
  /** @type {Set<Resource>} in the order of their making */
  #resources = new Set();

  /**
   * @template {Resource} R
   * @param {R} resource
   * @returns {R}
   */
  add(resource) {
    resource.madeAtMs = performance.now();
    this.#resources.add(resource);
    return resource;
  }

  /** @param {Resource} resource */
  delete(resource) {
    return this.#resources.delete(resource);
  }

  [Symbol.iterator]() {
    return this.#resources.values();
  }

  /** Takes everything out, newest first. */
  takeAll() {
    const resources = [...this.#resources].reverse();
    this.#resources.clear();
    return resources;
  }
}

exports.ResourceSet = ResourceSet;
