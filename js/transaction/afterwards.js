'use strict';

/**
 * What can wait until the new code serves: a report is made, printed and told after the program has been given one turn
 * to answer what came in meanwhile. Nothing is lost when the process ends first.
 */

const { setImmediate } = require('../clock');
const { atExit } = require('../at-exit');
const { runUnowned } = require('../resources/ownership');

class Afterwards {
  /** @type {(() => void)[]} */
  #tasks = [];
  #warn;

  /** @param {(error: unknown) => void} warn told what a task throws */
  constructor(warn) {
    this.#warn = warn;
    atExit(() => this.flush());
  }

  /** @param {() => void} task carried out in the order of the calls */
  add(task) {
    this.#tasks.push(task);
    // Immediates run before Node looks for what has come in, so the second one runs after it.
    if (this.#tasks.length === 1) {
      runUnowned(() => setImmediate(() => setImmediate(() => this.flush())));
    }
  }

  /** Carries out what is left, now. */
  flush() {
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
      try {
        task();
      } catch (error) {
        this.#warn(error);
      }
    }
  }
}

exports.Afterwards = Afterwards;
