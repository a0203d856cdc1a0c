'use strict';

/**
 * What a fresh process shows: plain Node, started ahead so that nobody waits. One process for each state of an app, or for
 * a few, since a start takes longer than all else: each is in a folder of its own, which Node has not seen before.
 */

const fs = require('node:fs');
const path = require('node:path');
const { KIT, write } = require('./app');
const { Child } = require('./child');
const { NODES_OWN } = require('./claims');
const { fileOf, render } = require('./render');

/**
 * @typedef {import('./model').Model} Model
 *
 * @typedef {object} Whole
 * @property {true} isWhole
 * @property {Record<string, any>} modules
 * @property {boolean} hasLateErrors it begins without something that fails
 * @property {string[]} loaded
 * @property {string[]} mixed
 *
 * @typedef {Whole | { isWhole: false, error: string }} Fresh
 */

const REFERENCE_SIDE = path.join(__dirname, 'reference-side.js');

/** Plain Node fails by a bug of its own. */
class NodeFailure extends Error {}

/** An ES module was required while an `import()` of it was under way: it is a matter of time, in the same process. */
const RACE = /ERR_REQUIRE_ESM_RACE_CONDITION/;

/** How many processes are asked for one answer. */
const ATTEMPTS = 4;

class Reference {
  #folder;
  #states;
  #count = 0;
  /** @type {{ child: Child, answered: number } | undefined} */
  #next;

  /**
   * @param {string} folder empty
   * @param {{ states?: number }} [options] how many states a process shows
   */
  constructor(folder, { states = 1 } = {}) {
    this.#folder = folder;
    this.#states = states;
  }

  /**
   * @param {Model} model
   * @param {string[]} [again] ids of modules that are to be loaded in the end: what fails there is a late error
   * @returns {Promise<Fresh>}
   */
  async shown(model, again = []) {
    const files = render(model, { typed: false }).set('kit.cjs', fs.readFileSync(KIT, 'utf8'));
    const [main] = model.modules;
    const nameOf = (/** @type {any} */ module) => fileOf(module, { typed: false });
    const meant = model.modules.filter(({ id }) => again.includes(id)).map(nameOf);
    const { answer, ...rest } = await this.answer(files, nameOf(main), meant);
    return rest.isWhole ? { ...rest, ...answer } : rest;
  }

  /**
   * What an app answers.
   *
   * @param {Map<string, string>} files
   * @param {string} main
   * @param {string[]} [again] files
   * @returns {Promise<any>}
   * @throws {NodeFailure}
   */
  async answer(files, main, again = []) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const answer = await this.#answerOnce(files, main, again);
      const text = JSON.stringify(answer);
      if (!NODES_OWN.test(answer?.error) && !RACE.test(text)) return answer;
    }
    throw new NodeFailure();
  }

  /**
   * @param {Map<string, string>} files
   * @param {string} main
   * @param {string[]} again
   */
  async #answerOnce(files, main, again) {
    this.#count += 1;
    const root = path.join(this.#folder, String(this.#count));
    write(root, files);
    const { child, answered } = this.#next ?? { child: new Child(REFERENCE_SIDE), answered: 0 };
    const isLast = answered + 1 >= this.#states;
    this.#next = isLast
      ? { child: new Child(REFERENCE_SIDE), answered: 0 }
      : { child, answered: answered + 1 };
    try {
      const at = (/** @type {string} */ name) => path.join(root, name);
      const answer = await child.ask({ entry: at(main), again: again.map(at) });
      if (isLast) void child.end();
      return answer;
    } catch {
      void child.end();
      if (!isLast) this.#next = undefined;
      throw new NodeFailure();
    } finally {
      fs.rmSync(root, { recursive: true });
    }
  }

  async end() {
    await this.#next?.child.end();
    this.#next = undefined;
  }
}

exports.NodeFailure = NodeFailure;
exports.Reference = Reference;
