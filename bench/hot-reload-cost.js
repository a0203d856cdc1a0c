'use strict';

/**
 * The time of one `hotReload` of a leaf, however many other modules are loaded, against decache, clear-module and
 * import-fresh. Each tool at each size has a process of its own; the processes take turns, a few reloads each.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { median, ms, times } = require('./lib/stats');

const SIZES = [100, 1_000, 10_000];
const TOOLS = ['safe-hot', 'decache', 'clear-module', 'import-fresh'];
const TURNS = 20;
const RELOADS_A_TURN = 10;
/** Who imports the leaf and reloads it: a module with this one import, or the entry with all of them. */
const IMPORTERS = ['parent', 'main'];
const CHILD = path.join(__dirname, 'children', 'hot-reload-cost.js');

/** The leaf's importer reloads it as each tool's users would: the tool takes its caller for the parent. */
const RELOAD = `require('./leaf');
const reloads = {
  'safe-hot': () => {
    const { hotReload } = require('safe-hot');
    return () => hotReload('./leaf');
  },
  decache: () => {
    const decache = require('decache');
    return () => (decache('./leaf'), require('./leaf'));
  },
  'clear-module': () => {
    const clear = require('clear-module');
    return () => (clear('./leaf'), require('./leaf'));
  },
  'import-fresh': () => {
    const importFresh = require('import-fresh');
    return () => importFresh('./leaf');
  },
};
exports.reload = reloads[process.env.TOOL]();
`;

/**
 * @typedef {object} Runner
 * @property {string} importer
 * @property {number} size
 * @property {string} tool
 * @property {import('node:child_process').ChildProcess} child
 * @property {number[]} times
 */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  /** @type {string[]} */
  const folders = [];
  /** @type {Runner[]} */
  const runners = [];
  try {
    for (const importer of IMPORTERS) {
      for (const size of SIZES) {
        const folder = makeFolder(filesOf(importer, size));
        folders.push(folder);
        linkPackages(folder);
        for (const tool of TOOLS) {
          runners.push({ importer, size, tool, child: await start(tool, folder), times: [] });
        }
      }
    }
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const runner of runners) await takeTurn(runner, turn > 0);
    }
  } finally {
    for (const { child } of runners) child.kill();
    folders.forEach(removeFolder);
  }
  return resultOf(runners);
}

/**
 * @param {string} importer
 * @param {number} size how many modules are loaded, the entry and the leaf among them
 */
function filesOf(importer, size) {
  const others = importer === 'main' ? 2 : 3;
  const names = Array.from({ length: size - others }, (_, index) => `lib/m${index}`);
  /** @type {Record<string, string>} */
  const files = {
    'package.json': '{ "name": "many-modules" }\n',
    'leaf.js': 'exports.value = { at: process.hrtime.bigint() };\n',
    'main.js': [
      ...names.map((name) => `require('./${name}');`),
      importer === 'main' ? RELOAD : "module.exports = require('./parent');\n",
    ].join('\n'),
  };
  if (importer === 'parent') files['parent.js'] = RELOAD;
  for (const name of names) files[`${name}.js`] = `exports.name = '${name}';\n`;
  return files;
}

/**
 * @param {string} tool
 * @param {string} folder
 */
async function start(tool, folder) {
  const child = fork(CHILD, [folder], { env: { ...process.env, TOOL: tool } });
  await once(child, 'message');
  return child;
}

/**
 * @param {Runner} runner
 * @param {boolean} counts the first turn warms up
 */
async function takeTurn(runner, counts) {
  runner.child.send(RELOADS_A_TURN);
  const [times] = await once(runner.child, 'message');
  if (counts) runner.times.push(...times);
}

/** @param {Runner[]} runners @returns {import('./lib/readme').Result} */
function resultOf(runners) {
  const first = /** @type {number} */ (SIZES[0]);
  const last = /** @type {number} */ (SIZES.at(-1));
  const of = (
    /** @type {string} */ importer,
    /** @type {string} */ tool,
    /** @type {number} */ size,
  ) => {
    const isWanted = (/** @type {Runner} */ each) =>
      each.importer === importer && each.tool === tool && each.size === size;
    return median(runners.find(isWanted)?.times ?? []);
  };
  const growth = (/** @type {string} */ importer, /** @type {string} */ tool) =>
    of(importer, tool, last) / of(importer, tool, first);
  const rows = IMPORTERS.flatMap((importer) =>
    TOOLS.map((tool) => [
      importer === 'main' ? `${tool}, by the entry that imports all` : tool,
      ...SIZES.map((size) => ms(of(importer, tool, size))),
      times(growth(importer, tool)),
      times(of(importer, tool, last) / of(importer, 'safe-hot', last)),
    ]),
  );
  const worst = Math.max(...IMPORTERS.map((importer) => growth(importer, 'safe-hot')));
  const sizes = SIZES.map((size) => `${size.toLocaleString('en')} modules`);
  return {
    setting: `median of ${(TURNS - 1) * RELOADS_A_TURN} reloads at each size, the processes in turn`,
    rows: [['', ...sizes, 'largest / smallest', 'against safe-hot, largest'], ...rows],
    budgets: [
      {
        budget: 'one `hotReload` with 10,000 modules loaded: within 1.5 × of one with 100',
        measured: `${times(worst)} at worst`,
        isMet: worst <= 1.5,
      },
    ],
  };
}

module.exports = { run };
