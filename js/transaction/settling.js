'use strict';

/**
 * A stage that waits: for what awaits at the top level to have evaluated, and for the successor to have asked for each
 * listening socket of what it replaces; and a turn of the event loop longer, by whose end Node has told of what new code
 * rejects.
 */

const { clearTimeout, setImmediate, setTimeout } = require('../clock');

/**
 * @typedef {'settled' | 'superseded' | 'failed' | 'timed-out'} Ended
 *
 * @typedef {object} SettlingHost
 * @property {import('../resources/servers').Servers} servers
 * @property {number} timeoutMs
 * @property {() => boolean} evaluatesMore what awaited may have come to lead to what seemed to be cut off
 * @property {() => void} didTakeLong called each time the timeout has passed, while a module still awaits
 */

class Settling {
  /** @type {Promise<Ended>} */
  ended;
  /** Has the timeout passed? */
  isLate = false;
  /** @type {(ended: Ended) => void} */
  #resolve = () => {};
  #hasEnded = false;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #work;
  #host;

  /**
   * @param {import('./index').StagedWork} work
   * @param {SettlingHost} host
   */
  constructor(work, host) {
    this.#work = work;
    this.#host = host;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    const { overlay } = work.staged;
    for (const promise of overlay.awaiting) this.#follow(promise);
    // What is awaited may import more.
    overlay.willAwait = (promise) => {
      if (overlay.awaiting.has(promise)) return;
      overlay.awaiting.add(promise);
      this.#follow(promise);
    };
    work.guard.onFailure = () => this.end('failed');
    host.servers.onStagedListen = () => this.#lookSoon();
    this.#timer = setTimeout(() => this.#giveUp(), host.timeoutMs);
    this.#lookSoon();
  }

  get isSettled() {
    const { staged, replaced } = this.#work;
    return staged.overlay.awaiting.size === 0 && this.#host.servers.isSettled(replaced);
  }

  /** @param {Ended} ended */
  end(ended) {
    // The next stage may wait by now.
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#host.servers.onStagedListen = null;
    this.#resolve(ended);
  }

  #lookSoon() {
    setImmediate(() => {
      if (this.#hasEnded || !this.isSettled) return;
      if (this.#host.evaluatesMore()) this.#lookSoon();
      else this.end('settled');
    });
  }

  /** @param {Promise<void>} promise */
  #follow(promise) {
    const didEnd = () => {
      this.#work.staged.overlay.awaiting.delete(promise);
      this.#lookSoon();
    };
    promise.then(didEnd, (error) => this.#work.guard.fail(error));
  }

  /** A module that has not evaluated to its end cannot be taken, however long that is. */
  #giveUp() {
    this.isLate = true;
    if (this.#work.staged.overlay.awaiting.size === 0) {
      this.end('timed-out');
      return;
    }
    this.#timer = setTimeout(() => this.#giveUp(), this.#host.timeoutMs);
    this.#host.didTakeLong();
  }
}

exports.Settling = Settling;
