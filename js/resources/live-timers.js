'use strict';

/**
 * The timers of one version that may still fire. Programs make and clear millions of them, so one costs an entry in an
 * array and no more: what fires goes at once; what was cleared is found to be so when someone looks, or when there are
 * twice as many entries as last time. Node itself lets go of the callback of a timer that is cleared.
 */

const { clearTimeout, nowMs, setTimeout } = require('../clock');

/**
 * @typedef {import('./tracker').Resource} Resource
 *
 * @typedef {object} LiveTimer
 * @property {string} name of the function that made it
 * @property {any} handle
 * @property {unknown} delayMs as the program gave it
 * @property {boolean} isServing a client waits for it
 * @property {number | undefined} startMs on the clock of Node's timers, which is cheap to read; undefined for what has none
 * @property {number} index among the entries; negative once it is out
 */

/** So many entries are never looked through. */
const SWEEP_FROM = 64;

class LiveTimers {
  /** @type {LiveTimer[]} */
  #entries = [];
  #sweepAt = SWEEP_FROM;
  #end;

  /** @param {(timer: LiveTimer) => void} end */
  constructor(end) {
    this.#end = end;
  }

  /**
   * @param {string} name
   * @param {any} handle
   * @param {unknown} delayMs
   * @param {boolean} isServing
   * @returns {LiveTimer}
   */
  add(name, handle, delayMs, isServing) {
    if (this.#entries.length >= this.#sweepAt) this.#sweep();
    const index = this.#entries.length;
    const entry = { name, handle, delayMs, isServing, startMs: handle._idleStart, index };
    this.#entries.push(entry);
    return entry;
  }

  /** @param {LiveTimer} entry whose timer does not fire again */
  delete(entry) {
    if (entry.index < 0) return;
    const last = /** @type {LiveTimer} */ (this.#entries.pop());
    if (last !== entry) {
      this.#entries[entry.index] = last;
      last.index = entry.index;
    }
    entry.index = -1;
  }

  /**
   * The program clears one, most often the last that it has made. Any other of Node's says itself that it is over.
   *
   * @param {any} handle
   */
  clear(handle) {
    const last = this.#entries[this.#entries.length - 1];
    if (last === undefined) return;
    if (last.handle === handle) this.delete(last);
    else if (typeof handle === 'object' && handle?._destroyed === undefined) {
      const entry = this.#entries.find((each) => each.handle === handle);
      if (entry) this.delete(entry);
    }
  }

  /** @returns {Resource[]} oldest first */
  list() {
    this.#sweep();
    if (this.#entries.length === 0) return [];
    const offsetMs = nowMs() - timerClockMs();
    return this.#entries
      .map((entry) => this.#resourceOf(entry, offsetMs))
      .sort((one, other) => (one.madeAtMs ?? Infinity) - (other.madeAtMs ?? Infinity));
  }

  /** @returns {Set<LiveTimer>} */
  mark() {
    return new Set(this.#entries);
  }

  /** @param {unknown} mark what `mark()` has given @returns {Resource[]} oldest first */
  takeSince(mark) {
    const before = /** @type {Set<LiveTimer> | undefined} */ (mark);
    const entries = this.#entries.filter((entry) => !before?.has(entry));
    for (const entry of entries) this.delete(entry);
    const offsetMs = nowMs() - timerClockMs();
    return entries.map((entry) => this.#resourceOf(entry, offsetMs));
  }

  /** Lets go of all of them, and ends none. */
  empty() {
    for (const entry of this.#entries) entry.index = -1;
    this.#entries = [];
  }

  #sweep() {
    const { length } = this.#entries;
    let count = 0;
    for (let at = 0; at < length; at += 1) {
      const entry = /** @type {LiveTimer} */ (this.#entries[at]);
      entry.index = entry.handle._destroyed === true ? -1 : count;
      if (entry.index >= 0) this.#entries[count++] = entry;
    }
    this.#entries.length = count;
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * count);
  }

  /**
   * @param {LiveTimer} entry
   * @param {number} offsetMs from the clock of Node's timers to that of `nowMs`
   * @returns {Resource}
   */
  #resourceOf(entry, offsetMs) {
    const { name, delayMs, startMs } = entry;
    const delay = delayMs === undefined ? '' : ` ${delayMs} ms`;
    return {
      kind: 'timer',
      what: () => name.slice('set'.length).toLowerCase() + delay,
      release: () => this.#end(entry),
      ...(startMs === undefined ? {} : { madeAtMs: startMs + offsetMs }),
    };
  }
}

/** Now, on the clock of Node's timers. Only a timer tells. */
function timerClockMs() {
  const probe = setTimeout(() => {}, 1);
  clearTimeout(probe);
  return /** @type {any} */ (probe)._idleStart;
}

exports.LiveTimers = LiveTimers;
