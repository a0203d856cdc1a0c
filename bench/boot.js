'use strict';

/**
 * From the start of the process to the entry evaluated, under plain node, `node -r safe-hot/register` and with
 * `require('safe-hot')` on the entry's first line. The ways take turns.
 */

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { expressApp } = require('./lib/app');
const { median, ms, times } = require('./lib/stats');

const ROUNDS = 40;
const REGISTER = path.resolve(__dirname, '..', 'js', 'hooks', 'register.js');

const PRINT = 'process.stdout.write(String(performance.now()));\n';

/** @type {Record<string, { args: string[], first: string }>} */
const WAYS = {
  'plain node': { args: [], first: '' },
  '`node -r safe-hot/register`': { args: ['-r', REGISTER], first: '' },
  "`require('safe-hot')`": { args: [], first: "require('safe-hot');\n" },
};

/** Each app's entry loads everything, says when, and ends: nothing listens. */
const APPS = {
  'Express app, 300 modules': {
    make: () => expressApp('commonjs').files,
    body: "require('./app');\n",
  },
  '300 modules without packages': { make: plainModules, body: "require('./m0');\n" },
};

/** @returns {Record<string, string>} a tree, three imports a module */
function plainModules() {
  /** @type {Record<string, string>} */
  const files = { 'package.json': '{ "name": "plain-modules" }\n' };
  for (let index = 0; index < 299; index += 1) {
    const imports = [1, 2, 3].map((n) => index * 3 + n).filter((n) => n < 299);
    files[`m${index}.js`] = [
      ...imports.map((n) => `const m${n} = require('./m${n}');\n`),
      `const table = Array.from({ length: 40 }, (_, index) => ({ index }));\n`,
      `function find(index) {\n  return table.find((row) => row.index === index);\n}\n`,
      `exports.find = find;\nexports.all = () => [${imports.map((n) => `m${n}.all()`)}];\n`,
    ].join('');
  }
  return files;
}

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const rows = [];
  let worst = 0;
  for (const [title, { make, body }] of Object.entries(APPS)) {
    const ways = Object.entries(WAYS);
    const files = make();
    ways.forEach(([, { first }], index) => (files[`entry${index}.js`] = first + body + PRINT));
    const folder = makeFolder(files);
    linkPackages(folder);
    /** @type {number[][]} */
    const took = ways.map(() => []);
    try {
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const [index, [, { args }]] of ways.entries()) {
          const entry = path.join(folder, `entry${index}.js`);
          const options = /** @type {const} */ ({
            stdio: ['ignore', 'pipe', 'ignore'],
            encoding: 'utf8',
          });
          const at = Number(execFileSync(process.execPath, [...args, entry], options));
          if (round > 0) took[index]?.push(at);
        }
      }
    } finally {
      removeFolder(folder);
    }
    const plain = median(took[0] ?? []);
    const ratios = took.map((each) => median(each) / plain);
    worst = Math.max(worst, ...ratios);
    rows.push([
      title,
      ...took.map((each, index) => `${ms(median(each))} (${times(ratios[index] ?? NaN)})`),
    ]);
  }
  return {
    setting: `median of ${ROUNDS} starts each, in turn`,
    rows: [['', ...Object.keys(WAYS)], ...rows],
    budgets: [
      {
        budget: 'boot of CommonJS against plain `node`: within 5 %',
        measured: `${times(worst)} at worst`,
        isMet: worst <= 1.05,
      },
    ],
  };
}

module.exports = { run };
