'use strict';

/** The status of webpack's hot API: what the transaction is doing, for `module.hot.status()`. */

/** @typedef {'idle' | 'check' | 'prepare' | 'ready' | 'dispose' | 'apply' | 'abort' | 'fail'} StatusName */

class Status {
  /** @type {StatusName} */
  current = 'idle';
  /** @type {Map<(status: string) => unknown, import('../runtime/record').Version | undefined>} */
  #listeners = new Map();
  #warn;

  /** @param {(error: unknown) => void} warn told what a listener throws, which stops nothing */
  constructor(warn) {
    this.#warn = warn;
  }

  /**
   * @param {(status: string) => unknown} listener
   * @param {import('../runtime/record').Version} [owner] the listener goes with this version
   */
  add(listener, owner) {
    this.#listeners.set(listener, owner);
  }

  /** @param {(status: string) => unknown} listener */
  remove(listener) {
    this.#listeners.delete(listener);
  }

  /** @param {StatusName} status */
  set(status) {
    if (this.current === status) return;
    this.current = status;
    for (const [listener, owner] of this.#listeners) {
      if (owner?.isStale) this.#listeners.delete(listener);
      else this.#tell(listener, status);
    }
  }

  /**
   * @param {(status: string) => unknown} listener
   * @param {StatusName} status
   */
  #tell(listener, status) {
    try {
      listener(status);
    } catch (error) {
      this.#warn(error);
    }
  }
}

exports.Status = Status;
