'use strict';

/**
 * What reloads leave behind and what they drop: old versions that are still in memory, and requests that no one
 * answered. Each tool runs the tiny app while clients ask it without a pause; those that only purge caches reload a
 * module with two importers.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { editedText, fileName, tinyApp } = require('./lib/app');
const { TOOLS, get, start, stop, untilServed } = require('./lib/tools');

const SAVES = 40;
const SAVES_OF_RESTARTING = 15;
const MISSED_AFTER_MS = 1_500;
const CLIENTS = 3;
const CLIENT_PAUSE_MS = 2;
const PURGES = 300;
const PURGERS = ['safe-hot', 'decache', 'clear-module', 'import-fresh', 'import() with a query'];
const CHILD = path.join(__dirname, 'children', 'leaks.js');

/** Every version of the edited module leaves a weak reference where all of them find it. */
const REMEMBERING = `
const versions = Reflect.get(globalThis, 'versions') ?? [];
Reflect.set(globalThis, 'versions', versions);
versions.push(new WeakRef(read));
`;

/** Collects garbage and says how many versions are left. Bun has its own word for it. */
const COUNTING = `
async function count() {
  const bun = Reflect.get(globalThis, 'Bun');
  v8.setFlagsFromString('--expose-gc');
  const collect = bun ? () => bun.gc(true) : vm.runInNewContext('gc');
  for (let count = 0; count < 10; count += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const versions = Reflect.get(globalThis, 'versions');
  return versions.filter((each) => each.deref()).length + ' ' + versions.length;
}
`;

/** @param {import('./lib/app').Format} format */
function countedApp(format) {
  const app = tinyApp(format);
  const isCommonJs = format === 'commonjs';
  const any = format === 'typescript' ? ': any' : '';
  const importing = (/** @type {string} */ name) =>
    isCommonJs
      ? `const ${name} = require('node:${name}');\n`
      : `import ${name} from 'node:${name}';\n`;
  const text = isCommonJs
    ? app.text.replace('exports.value', 'const value = exports.value') +
      'const read = (exports.read = () => value);\n'
    : `${app.text}export const read = () => value;\n`;
  const main = fileName(format, 'app');
  const answering = `(req${any}, res${any}) =>
  req.url === '/alive' ? count().then((text) => res.end(text)) : res.end(value);\n`;
  app.files[main] =
    importing('v8') +
    importing('vm') +
    String(app.files[main]).replace(/\(req.*\n/, answering) +
    COUNTING.replace('(each)', `(each${any})`);
  app.text = text + REMEMBERING;
  app.files[app.edited] = app.text;
  return app;
}

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const rows = [];
  for (const [name, tool] of Object.entries(TOOLS)) {
    const row = await measure(name, tool);
    process.stderr.write(`  ${row.join('  ')}\n`);
    rows.push(row);
  }
  for (const tool of PURGERS) rows.push([`${tool}, called`, '', '', `${purge(tool)} of ${PURGES}`]);
  const [own] = rows;
  return {
    setting: `${SAVES} saves of the tiny app under ${CLIENTS} clients (${SAVES_OF_RESTARTING} where the tool restarts), or ${PURGES} calls; versions are counted after \`gc()\``,
    rows: [['', 'saves never served', 'failed requests', 'old versions in memory'], ...rows],
    budgets: [
      {
        budget: 'failed requests under load: 0',
        measured: String(own?.[2]),
        isMet: String(own?.[2]).startsWith('0 of'),
      },
    ],
  };
}

/**
 * @param {string} name
 * @param {import('./lib/tools').Tool} tool
 * @returns {Promise<string[]>}
 */
async function measure(name, tool) {
  const running = await start(name, tool, countedApp(tool.format));
  const saves = tool.restarts ? SAVES_OF_RESTARTING : SAVES;
  const traffic = { isOver: false, sent: 0, failed: 0 };
  const clients = Array.from({ length: CLIENTS }, () => ask(running, traffic));
  let missed = 0;
  try {
    for (let save = 1; save <= saves; save += 1) {
      const value = `value ${save} of the bench`;
      const file = path.join(running.folder, running.app.edited);
      fs.writeFileSync(file, editedText(running.app, value));
      if ((await untilServed(running, value, MISSED_AFTER_MS)) === undefined) missed += 1;
      await pause(20);
    }
    traffic.isOver = true;
    await Promise.all(clients);
    const requests = `${traffic.failed} of ${traffic.sent.toLocaleString('en')}`;
    return [name, `${missed} of ${saves}`, requests, await left(running)];
  } finally {
    traffic.isOver = true;
    stop(running);
  }
}

/**
 * @param {import('./lib/tools').Running} running
 * @param {{ isOver: boolean, sent: number, failed: number }} traffic
 */
async function ask({ port, app }, traffic) {
  while (!traffic.isOver) {
    traffic.sent += 1;
    if ((await get(port, app.url, false)) === undefined) traffic.failed += 1;
    await pause(CLIENT_PAUSE_MS);
  }
}

/** @param {import('./lib/tools').Running} running */
async function left({ port, tool }) {
  if (tool.restarts) return 'a new process each time';
  const [alive, seen] = ((await get(port, '/alive', false)) ?? '').split(' ').map(Number);
  return alive === undefined || seen === undefined ? '?' : `${alive - 1} of ${seen - 1}`;
}

/** @param {string} tool @returns {number} old versions that are left */
function purge(tool) {
  const leaf = 'const value = 0;\nexports.read = () => value;\n';
  const folder = makeFolder({
    'package.json': '{}',
    'leaf.js': leaf,
    'leaf.mjs': 'const value = 0;\nexport const read = () => value;\n',
    'one.js': "exports.leaf = require('./leaf');\n",
    'two.js': "exports.leaf = require('./leaf');\n",
  });
  linkPackages(folder);
  try {
    const args = ['--expose-gc', CHILD, tool, String(PURGES), folder];
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) - 1;
  } finally {
    removeFolder(folder);
  }
}

module.exports = { run };
