'use strict';

/**
 * What one version made and has to be disposed with it. Every kind of resource is an entry here with a `release`;
 * each knows how to take itself out when the program ends it first.
 */

const { nowMs } = require('../clock');

/**
 * @typedef {object} Resource
 * @property {string} kind as in reports: `timer`, `server`, …
 * @property {() => string} what it is, as people say it: `interval 1000 ms`, `socket to 127.0.0.1:5432`
 * @property {() => unknown} release ends it; called at most once
 * @property {number} [madeAtMs] on the clock of `nowMs`
 *
 * @typedef {object} Collection resources of a kind that is made too often for an entry each
 * @property {() => Resource[]} list oldest first
 * @property {() => unknown} mark stands for what is there now
 * @property {(mark: unknown) => Resource[]} takeSince takes out what has come since, oldest first; without a mark, all
 * @property {() => void} empty lets go of all of them, and ends none
 */

class ResourceSet {
  /** @type {Set<Resource>} in the order of their making */
  #resources = new Set();
  /** By the function that makes it. @type {Map<Function, Collection>} */
  #collections = new Map();

  /**
   * @template {Resource} R
   * @param {R} resource
   * @returns {R}
   */
  add(resource) {
    resource.madeAtMs = nowMs();
    this.#resources.add(resource);
    return resource;
  }

  /** @param {Resource} resource */
  delete(resource) {
    return this.#resources.delete(resource);
  }

  /**
   * The one collection that `make` makes for this set.
   *
   * @template {Collection} C
   * @param {() => C} make
   * @returns {C}
   */
  collection(make) {
    const known = this.#collections.get(make) ?? make();
    this.#collections.set(make, known);
    return /** @type {C} */ (known);
  }

  *[Symbol.iterator]() {
    for (const collection of this.#collections.values()) yield* collection.list();
    yield* this.#resources;
  }

  /**
   * Sets apart what is made while `run` runs: it goes with something else then, and is not of this set. Where `run`
   * throws, it stays.
   *
   * @template T
   * @param {() => T} run
   * @returns {{ value: T, made: Resource[] }} oldest first, each kind for itself
   */
  apart(run) {
    const before = new Set(this.#resources);
    const marks = new Map([...this.#collections.values()].map((each) => [each, each.mark()]));
    const value = run();
    const made = [...this.#resources].filter((resource) => !before.has(resource));
    for (const resource of made) this.#resources.delete(resource);
    const collected = [...this.#collections.values()].flatMap((each) =>
      each.takeSince(marks.get(each)),
    );
    return { value, made: [...made, ...collected] };
  }

  /** Takes everything out, newest first; collections before the rest. */
  takeAll() {
    const collected = [...this.#collections.values()].flatMap((each) => each.list().reverse());
    const resources = [...this.#resources].reverse();
    for (const each of this.#collections.values()) each.empty();
    this.#resources.clear();
    return [...collected, ...resources];
  }
}

exports.ResourceSet = ResourceSet;
