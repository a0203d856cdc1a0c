'use strict';

/**
 * Modules whose names and values are given rather than written in JavaScript: builtins, cold packages, CommonJS, JSON.
 */

const { Environment } = require('./environment');

/** @typedef {import('./module').Module} Module */

class SyntheticModule {
  #values;
  /** @type {((set: (name: string, value: unknown) => void) => void) | null} */
  #evaluate;
  /** @type {{ value: unknown } | null} */
  #failure = null;

  /**
   * @param {string} url
   * @param {Iterable<string>} names
   * @param {(set: (name: string, value: unknown) => void) => void} evaluate called once, where an ES module in its
   *   place would be evaluated; until then each export is undefined
   * @param {object} [namespace] the namespace object to give out, where there is one already
   */
  constructor(url, names, evaluate, namespace) {
    this.url = url;
    this.names = [...new Set(names)];
    this.slots = new Map(this.names.map((name, slot) => [name, slot]));
    this.#values = new Array(this.names.length).fill(undefined);
    this.#evaluate = evaluate;
    this.givenNamespace = namespace;
    /** Nobody waits for it any more: an `import()` of it never ends. */
    this.isGivenUp = () => false;
    /** It is stale, and no link is to keep it alive. */
    this.isUnlinked = false;
    /** @type {import('./namespace').Namespace | null} */
    this.namespace = null;
    /** Never any: its names are given. @type {WeakRef<import('./namespace').Namespace>[]} */
    this.formerNamespaces = [];
    /** Modules that ask for it and were linked. @type {Set<import('./module').EsModule>} */
    this.importers = new Set();
    this.environment = new Environment({
      read: (slot) => this.#values[slot],
      isInitialized: () => true,
      isFinal: () => this.#evaluate === null,
      isConstant: () => false,
    });
  }

  /**
   * Sets an export, also later: every importer sees it at once.
   *
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    const slot = this.slots.get(name);
    if (slot === undefined) throw new ReferenceError(`Export '${name}' is not defined in module`);
    this.#values[slot] = value;
    this.environment.announce(slot);
  }

  evaluate() {
    if (this.#failure) throw this.#failure.value;
    const evaluate = this.#evaluate;
    if (!evaluate) return;
    this.#evaluate = null;
    try {
      evaluate((name, value) => this.set(name, value));
    } catch (error) {
      this.#failure = { value: error };
      throw error;
    }
  }
}

exports.SyntheticModule = SyntheticModule;
