'use strict';

/** What a fresh process shows: plain Node, one process for each state of an app, started ahead so that nobody waits. */

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

class Reference {
  #folder;
  #count = 0;
  /** @type {Child | undefined} */
  #next;

  /** @param {string} folder empty */
  constructor(folder) {
    this.#folder = folder;
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
    this.#count += 1;
    const root = path.join(this.#folder, String(this.#count));
    write(root, files);
    const child = this.#next ?? new Child(REFERENCE_SIDE);
    this.#next = new Child(REFERENCE_SIDE);
    try {
      const at = (/** @type {string} */ name) => path.join(root, name);
      const answer = await child.ask({ entry: at(main), again: again.map(at) });
      if (!NODES_OWN.test(answer.error)) return answer;
    } catch {
      // It has ended, or hangs.
    } finally {
      void child.end();
      fs.rmSync(root, { recursive: true });
    }
    throw new NodeFailure();
  }

  async end() {
    await this.#next?.end();
    this.#next = undefined;
  }
}

exports.NodeFailure = NodeFailure;
exports.Reference = Reference;
