'use strict';

/** What a process holds after it has loaded 1,000 hot modules, over plain node. */

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./lib/folder');
const { median, megabytes } = require('./lib/stats');

const MODULES = 1_000;
const ROUNDS = 30;
const BUDGET_BYTES = 20 * 1024 * 1024;
const REGISTER = path.resolve(__dirname, '..', 'js', 'hooks', 'register.js');

const ENTRY = `
for (let index = 0; index < ${MODULES - 1}; index += 1) require('./lib/m' + index);
setTimeout(() => {
  gc();
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(JSON.stringify({ rss, heapUsed }));
  process.exit();
}, 200);
`;

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  /** @type {Record<string, string>} */
  const files = { 'package.json': '{ "name": "thousand-modules" }\n', 'main.js': ENTRY };
  for (let index = 0; index < MODULES; index += 1) {
    files[`lib/m${index}.js`] = [
      'const table = Array.from({ length: 40 }, (_, index) => ({ index }));\n',
      'exports.find = (index) => table.find((row) => row.index === index);\n',
      `exports.name = 'm${index}';\n`,
    ].join('');
  }
  const folder = makeFolder(files);
  const ways = { 'plain node': [], 'under `safe-hot/register`': ['-r', REGISTER] };
  /** @type {{ rss: number, heapUsed: number }[][]} */
  const measured = [[], []];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, args] of Object.values(ways).entries()) {
        const command = ['--expose-gc', ...args, path.join(folder, 'main.js')];
        const options = /** @type {const} */ ({
          stdio: ['ignore', 'pipe', 'ignore'],
          encoding: 'utf8',
        });
        measured[index]?.push(JSON.parse(execFileSync(process.execPath, command, options)));
      }
    }
  } finally {
    removeFolder(folder);
  }
  const of = (/** @type {number} */ way, /** @type {'rss' | 'heapUsed'} */ name) =>
    median((measured[way] ?? []).map((each) => each[name]));
  const rss = of(1, 'rss') - of(0, 'rss');
  const rows = Object.keys(ways).map((way, index) => [
    way,
    megabytes(of(index, 'rss')),
    megabytes(of(index, 'heapUsed')),
  ]);
  rows.push(['difference', megabytes(rss), megabytes(of(1, 'heapUsed') - of(0, 'heapUsed'))]);
  return {
    setting: `${MODULES.toLocaleString('en')} modules, median of ${ROUNDS} processes each, in turn, after \`gc()\``,
    rows: [['', 'resident memory', 'heap in use'], ...rows],
    budgets: [
      {
        budget: 'memory for 1,000 hot modules: under 20 MB over plain Node',
        measured: megabytes(rss),
        isMet: rss < BUDGET_BYTES,
      },
    ],
  };
}

module.exports = { run };
