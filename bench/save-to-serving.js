'use strict';

/**
 * From a save to the first response with the new code. Every tool runs its own copy of the app, all at the same time,
 * and the saves go round: one for each tool, then the next round. Requests follow one another without a pause.
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { PEERS, ROOT, linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { editedText, expressApp, fileName, tinyApp } = require('./lib/app');
const { median, ms, percentile, times } = require('./lib/stats');

const ROUNDS = 40;
/** Tools that restart take long, and vary little in proportion. */
const ROUNDS_OF_RESTARTING = 10;
const MISSED_AFTER_MS = 6_000;
const PAUSE_MS = 60;

const PEER_BIN = path.join(PEERS, 'node_modules', '.bin');
const BUN = path.join(PEERS, 'node_modules', 'bun', 'bin', 'bun.exe');

/** A plain server, as most programs have it. */
const PLAIN_SERVER = `const http = require('node:http');
const app = require('./app');
http.createServer(app).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** The same as an ES module, and in TypeScript. */
const ES_SERVER = `import http from 'node:http';
import app from './app.js';
http.createServer(app).listen(Number(process.env.PORT), '127.0.0.1');
`;
const TS_SERVER = ES_SERVER.replace('app.js', 'app.ts');

/** What Vite's guide has for a server: the app comes out of its module runner at each request. */
const VITE_SERVER = `import http from 'node:http';
import { createServer, createServerModuleRunner } from 'vite';
const vite = await createServer({
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true, ws: false },
});
const runner = createServerModuleRunner(vite.environments.ssr);
http
  .createServer(async (req, res) => {
    const { default: app } = await runner.import('/app.js');
    app(req, res);
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
`;

/** What hot-hook asks for: the app behind an \`import()\`, named as a boundary. */
const HOT_HOOK_SERVER = `import http from 'node:http';
import { hot } from 'hot-hook';
await hot.init({ root: import.meta.filename, boundaries: ['./app.js'] });
http
  .createServer(async (req, res) => {
    const { default: app } = await import('./app.js', import.meta.hot?.boundary);
    app(req, res);
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
`;

/** What dynohot asks for: an import that is accepted. */
const DYNOHOT_SERVER = `import http from 'node:http';
import app from './app.js';
http.createServer((req, res) => app(req, res)).listen(Number(process.env.PORT), '127.0.0.1');
import.meta.hot.accept('./app.js');
`;

/**
 * @typedef {object} Tool
 * @property {import('./lib/app').Format} format
 * @property {string} server
 * @property {string} command
 * @property {string[]} args
 * @property {boolean} restarts
 */

const node = process.execPath;

/** @type {Record<string, Tool>} */
const TOOLS = {
  'safe-hot': {
    format: 'commonjs',
    server: PLAIN_SERVER,
    command: node,
    args: [path.join(ROOT, 'bin', 'safe-hot.js'), 'server.js'],
    restarts: false,
  },
  'safe-hot, ES modules': {
    format: 'module',
    server: ES_SERVER,
    command: node,
    args: [path.join(ROOT, 'bin', 'safe-hot.js'), 'server.js'],
    restarts: false,
  },
  'safe-hot, TypeScript': {
    format: 'typescript',
    server: TS_SERVER,
    command: node,
    args: [path.join(ROOT, 'bin', 'safe-hot.js'), 'server.ts'],
    restarts: false,
  },
  'node --watch': {
    format: 'commonjs',
    server: PLAIN_SERVER,
    command: node,
    args: ['--watch', 'server.js'],
    restarts: true,
  },
  nodemon: {
    format: 'commonjs',
    server: PLAIN_SERVER,
    command: path.join(PEER_BIN, 'nodemon'),
    args: ['--delay', '0', 'server.js'],
    restarts: true,
  },
  'bun --hot': {
    format: 'commonjs',
    server: PLAIN_SERVER,
    command: BUN,
    args: ['--hot', 'server.js'],
    restarts: false,
  },
  'tsx watch, TypeScript': {
    format: 'typescript',
    server: TS_SERVER,
    command: path.join(PEER_BIN, 'tsx'),
    args: ['watch', '--clear-screen=false', 'server.ts'],
    restarts: true,
  },
  "Vite's runner (app rewritten for it)": {
    format: 'module',
    server: VITE_SERVER,
    command: node,
    args: ['server.js'],
    restarts: false,
  },
  'hot-hook (app rewritten for it)': {
    format: 'module',
    server: HOT_HOOK_SERVER,
    command: node,
    args: ['--import', 'hot-hook/register', 'server.js'],
    restarts: false,
  },
  'dynohot (app rewritten for it)': {
    format: 'module',
    server: DYNOHOT_SERVER,
    command: node,
    args: ['--import', 'dynohot/register', 'server.js'],
    restarts: false,
  },
};

const APPS = { 'tiny app': tinyApp, 'Express app, 300 modules': expressApp };

/** Ways in which editors save. @type {Record<string, (file: string, text: string) => void>} */
const SAVES = {
  'in place': (file, text) => fs.writeFileSync(file, text),
  'by rename': (file, text) => {
    fs.writeFileSync(`${file}.tmp`, text);
    fs.renameSync(`${file}.tmp`, file);
  },
};

/**
 * @typedef {object} Runner
 * @property {string} name
 * @property {Tool} tool
 * @property {import('./lib/app').App} app
 * @property {string} folder
 * @property {number} port
 * @property {import('node:child_process').ChildProcess} child
 * @property {number[]} times
 * @property {number} missed
 * @property {boolean} isAlive
 */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const rows = [];
  const budgets = [];
  for (const [title, make] of Object.entries(APPS)) {
    for (const [how, save] of Object.entries(SAVES)) {
      const runners = await measure(make, save);
      const own = /** @type {Runner} */ (runners[0]);
      for (const runner of runners) rows.push(rowOf(`${title}, ${how}`, runner, own));
      budgets.push(budgetOf(title, how, own));
    }
  }
  return {
    setting:
      `${ROUNDS} saves a tool (${ROUNDS_OF_RESTARTING} where it restarts), all tools in turn; ` +
      'both apps as generated by the bench',
    rows: [['', 'tool', 'median', 'p95', 'against safe-hot', 'never served'], ...rows],
    budgets,
  };
}

/**
 * @param {(format: import('./lib/app').Format) => import('./lib/app').App} make
 * @param {(file: string, text: string) => void} save
 */
async function measure(make, save) {
  /** @type {Runner[]} */
  const runners = [];
  try {
    for (const [name, tool] of Object.entries(TOOLS)) runners.push(await start(name, tool, make));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const runner of runners) {
        if (runner.tool.restarts && round > ROUNDS_OF_RESTARTING) continue;
        if (runner.isAlive) await saveOnce(runner, save, round);
      }
    }
  } finally {
    for (const { child, folder } of runners) {
      kill(child);
      removeFolder(folder);
    }
  }
  return runners;
}

/**
 * @param {string} name
 * @param {Tool} tool
 * @param {(format: import('./lib/app').Format) => import('./lib/app').App} make
 * @returns {Promise<Runner>}
 */
async function start(name, tool, make) {
  const app = make(tool.format);
  const folder = makeFolder({ ...app.files, [fileName(tool.format, 'server')]: tool.server });
  linkPackages(folder);
  const port = await freePort();
  const child = spawn(tool.command, tool.args, {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  });
  const runner = { name, tool, app, folder, port, child, times: [], missed: 0, isAlive: true };
  const served = await untilServed(runner, 'value 0', 20_000);
  if (served === undefined) runner.isAlive = false;
  await delay(500);
  return runner;
}

/**
 * @param {Runner} runner
 * @param {(file: string, text: string) => void} save
 * @param {number} round the first one warms up
 */
async function saveOnce(runner, save, round) {
  const value = `value ${round + 1} of the bench`;
  const from = performance.now();
  save(path.join(runner.folder, runner.app.edited), editedText(runner.app, value));
  const servedAt = await untilServed(runner, value, MISSED_AFTER_MS);
  if (servedAt === undefined) runner.missed += 1;
  else if (round > 0) runner.times.push(servedAt - from);
  // A tool that has missed its first three saves will miss the others.
  if (runner.missed >= 3 && runner.times.length === 0) runner.isAlive = false;
  await delay(PAUSE_MS);
}

/**
 * @param {Runner} runner
 * @param {string} value
 * @param {number} limitMs
 * @returns {Promise<number | undefined>} the time of the first response with `value`
 */
async function untilServed({ port, app }, value, limitMs) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const deadline = performance.now() + limitMs;
  try {
    while (performance.now() < deadline) {
      const body = await get(port, app.url, agent);
      if (body?.includes(value)) return performance.now();
      if (body === undefined) await delay(1);
    }
    return undefined;
  } finally {
    agent.destroy();
  }
}

/**
 * @param {number} port
 * @param {string} url
 * @param {http.Agent} agent
 * @returns {Promise<string | undefined>} undefined when no one answered
 */
function get(port, url, agent) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: url, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve(body));
      response.on('error', () => resolve(undefined));
    });
    request.setTimeout(2_000, () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/**
 * @param {string} setting
 * @param {Runner} runner
 * @param {Runner} own
 */
function rowOf(setting, { name, times: took, missed }, own) {
  if (took.length === 0) {
    const what = missed > 0 ? 'never served a save' : 'did not start';
    return [setting, name, what, '', '', `${missed} of ${missed}`];
  }
  const ratio = median(took) / median(own.times);
  const figures = [ms(median(took)), ms(percentile(took, 95)), times(ratio)];
  return [setting, name, ...figures, `${missed} of ${took.length + missed}`];
}

/**
 * @param {string} title
 * @param {string} how
 * @param {Runner} own
 */
function budgetOf(title, how, { times: took, missed }) {
  const [middle, tail] = [median(took), percentile(took, 95)];
  const isTiny = title === 'tiny app';
  return {
    budget: isTiny
      ? `tiny app, saved ${how}: median 3 ms, p95 6 ms`
      : `300-module Express app, saved ${how}: median 10 ms`,
    measured: `median ${ms(middle)}, p95 ${ms(tail)}`,
    isMet: missed === 0 && (isTiny ? middle <= 3 && tail <= 6 : middle <= 10),
  };
}

/** A tool that restarts has a process below it. */
function kill(/** @type {import('node:child_process').ChildProcess} */ child) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

module.exports = { run };
