'use strict';

/**
 * A value that outlives the versions of its module is being created (`hot.keep`). What is made for it, until the
 * promise of it has settled, is its own: it stays when the version goes, and goes when the value does.
 */

const { isPromise } = require('node:util/types');
const { ResourceSet } = require('./tracker');

/** Stands where a version would, as the owner of what is made. */
class Creation {
  /** What is ended with the value. */
  resources = new ResourceSet();
  /** It has settled: what is made from now on is made by whoever has the value. */
  isOver = false;
  /** The value is no longer kept. */
  isStale = false;
  #version;

  /** @param {import('../runtime/record').Version} version that asks for the value */
  constructor(version) {
    this.#version = version;
  }

  get record() {
    return this.#version.record;
  }

  get number() {
    return this.#version.number;
  }

  /** It may be taken back as the version may, and does not go with it otherwise. */
  get state() {
    const { state } = this.#version;
    return state === 'stale' ? 'current' : state;
  }

  /**
   * @template T
   * @param {T} value what was created
   * @param {() => void} didFail called if it is a promise that rejects
   * @returns {T} the same, or a promise of the same
   */
  settle(value, didFail) {
    if (!isPlainPromise(value)) {
      this.isOver = true;
      return value;
    }
    const settled = value.then(
      (result) => {
        this.isOver = true;
        return result;
      },
      (error) => {
        this.isOver = true;
        didFail();
        throw error;
      },
    );
    return /** @type {T} */ (settled);
  }

  /** @returns {(() => unknown)[]} what ends each thing that was made for the value, newest first */
  take() {
    this.isStale = true;
    return this.resources.takeAll().map(({ release }) => release);
  }
}

/**
 * One that can do no more than another promise can, which may stand in its place.
 *
 * @param {unknown} value
 * @returns {value is Promise<any>}
 */
function isPlainPromise(value) {
  return (
    isPromise(value) &&
    Object.getPrototypeOf(value) === Promise.prototype &&
    Object.keys(value).length === 0
  );
}

exports.Creation = Creation;
