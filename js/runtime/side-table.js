'use strict';

/**
 * What a `WeakMap` is for, for objects that come and go with every reload. A private field ties the value to the object,
 * since V8 does not treat what is in a `WeakMap` as garbage when it could: a minor collection keeps all of it, and a
 * major one too, when the map grows while that collection marks. Versions pile up for so long.
 */

/** Its subclasses put their private fields on the object that they are given. */
class Given {
  /** @param {object} object */
  constructor(object) {
    return object;
  }
}

/**
 * @template {object} K
 * @template V
 * @typedef {object} SideTable
 * @property {(key: K) => V | undefined} get
 * @property {(key: K, value: V) => void} set
 * @property {(key: K) => void} delete
 */

/**
 * @template {object} K
 * @template V
 * @returns {SideTable<K, V>}
 */
function makeSideTable() {
  class Tie extends Given {
    /** @type {V | undefined} */
    #value;

    /**
     * @param {K} key
     * @param {V | undefined} value
     */
    static put(key, value) {
      const tie = #value in key ? key : new Tie(key);
      tie.#value = value;
    }

    /** @param {K} key */
    static get(key) {
      return #value in key ? key.#value : undefined;
    }
  }
  return {
    get: (key) => Tie.get(key),
    set: (key, value) => Tie.put(key, value),
    delete: (key) => Tie.put(key, undefined),
  };
}

exports.makeSideTable = makeSideTable;
