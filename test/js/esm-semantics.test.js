'use strict';

/* A graph of ES modules does under the runtime what it does under Node: the same, in the same order, with the same errors. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runScript } = require('../helpers/child');
const { GRAPHS } = require('../helpers/esm-graphs');
const { randomGraph } = require('../helpers/esm-random');

const RUNNER = path.join(__dirname, '..', 'helpers', 'esm-runner.js');
const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);

/** @typedef {Record<string, Record<string, string>>} Graphs files by name, by the name of the graph */

/** @type {string[]} */
const folders = [];

/**
 * @param {Graphs} graphs
 * @returns {string} a folder with a folder for each, in their order
 */
function write(graphs) {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-esm-'));
  folders.push(folder);
  Object.values(graphs).forEach((files, index) => {
    const graph = path.join(folder, String(index).padStart(4, '0'));
    fs.mkdirSync(graph);
    for (const [name, text] of Object.entries(files)) {
      fs.writeFileSync(path.join(graph, name), text);
    }
  });
  return folder;
}

/**
 * @param {'native' | 'runtime' | 'runtime-async'} mode
 * @param {Graphs} graphs
 * @returns {Promise<Map<string, object>>} what each did, by the name of the graph
 */
async function run(mode, graphs) {
  const folder = write(graphs);
  const { values, stderr } = await runScript(RUNNER, { args: [mode, folder] });
  const names = Object.keys(graphs);
  assert.equal(values.length, names.length, stderr);
  // Errors name files.
  const text = JSON.stringify(values).replaceAll(folder, '');
  return new Map(JSON.parse(text).map((value, index) => [names[index], value]));
}

/**
 * One test a graph, and one process for all of them.
 *
 * @param {Graphs} graphs
 */
function compareEach(graphs) {
  /** @type {Map<string, object>[]} */
  let outcomes = [];
  before(async () => {
    outcomes = [
      await run('native', graphs),
      await run('runtime', graphs),
      await run('runtime-async', graphs),
    ];
  });
  for (const name of Object.keys(graphs)) {
    it(name, () => {
      const [native, runtime, runtimeAsync] = outcomes.map((each) => each.get(name));
      assert.deepEqual(runtime, native);
      assert.deepEqual(runtimeAsync, native);
    });
  }
}

describe('a graph of ES modules does what it does under Node', () => {
  after(() => {
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
  });

  compareEach(GRAPHS);

  it(`and so do ${SEEDS.length} random ones`, async () => {
    const graphs = Object.fromEntries(SEEDS.map((seed) => [`seed ${seed}`, randomGraph(seed)]));

    const native = await run('native', graphs);
    const runtime = await run('runtime', graphs);

    for (const [name, outcome] of native) {
      assert.deepEqual(runtime.get(name), outcome, name);
    }
  });
});
