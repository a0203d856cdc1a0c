'use strict';

/** The tools that reload on save, each as its own documentation has it, and an app that runs under one of them. */

const { spawn } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { PEERS, ROOT, linkPackages, makeFolder, removeFolder } = require('./folder');
const { fileName } = require('./app');
const { freePort } = require('../../scripts/free-port');

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

/** Makes Vite's module runner, as Vite's guide has it for a server. */
const VITE_RUNNER = `import { createServer, createServerModuleRunner } from 'vite';
const vite = await createServer({
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true, ws: false },
});
const runner = createServerModuleRunner(vite.environments.ssr);
`;

/** The app comes out of the runner at each request. */
const VITE_SERVER = `import http from 'node:http';
${VITE_RUNNER}http
  .createServer(async (req, res) => {
    const { default: app } = await runner.import('/app.js');
    app(req, res);
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
`;

/** What vite-node's guide has for a server that it runs again. */
const VITE_NODE_SERVER = `import http from 'node:http';
import app from './app.js';
const server = http.createServer(app).listen(Number(process.env.PORT), '127.0.0.1');
if (import.meta.hot) {
  import.meta.hot.on('vite:beforeFullReload', () => server.close());
  import.meta.hot.dispose(() => server.close());
}
`;

/** What node-hmr asks for: the app is required in its callback. */
const NODE_HMR_SERVER = `const http = require('node:http');
const hmr = require('node-hmr');
let app;
hmr(() => (app = require('./app')));
http.createServer((req, res) => app(req, res)).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** What hot-hook asks for: the app behind an \`import()\`, named as a boundary. */
const HOT_HOOK_SERVER = `import http from 'node:http';
import { hot } from 'hot-hook';
await hot.init({ root: import.meta.filename, boundaries: ['./app.js'] });
http
  .createServer(async (req, res) => {
    const { default: app } = await import('./app.js');
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
 * @property {import('./app').Format} format
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
  'deno --watch-hmr': {
    format: 'module',
    server: ES_SERVER,
    command: path.join(PEER_BIN, 'deno'),
    args: ['run', '--allow-all', '--watch-hmr', 'server.js'],
    restarts: true,
  },
  'vite-node --watch (app rewritten for it)': {
    format: 'module',
    server: VITE_NODE_SERVER,
    command: path.join(PEER_BIN, 'vite-node'),
    args: ['--watch', 'server.js'],
    restarts: false,
  },
  'node-hmr (app rewritten for it)': {
    format: 'commonjs',
    server: NODE_HMR_SERVER,
    command: node,
    args: ['server.js'],
    restarts: false,
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
    args: ['server.js'],
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

/**
 * @typedef {object} Running a tool that runs an app
 * @property {string} name
 * @property {Tool} tool
 * @property {import('./app').App} app
 * @property {string} folder
 * @property {number} port
 * @property {import('node:child_process').ChildProcess} child
 * @property {boolean} isAlive has it ever served?
 */

/**
 * @param {string} name
 * @param {Tool} tool
 * @param {import('./app').App} app
 * @returns {Promise<Running>}
 */
async function start(name, tool, app) {
  const folder = makeFolder({ ...app.files, [fileName(tool.format, 'server')]: tool.server });
  linkPackages(folder);
  const port = await freePort();
  const child = spawn(tool.command, tool.args, {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  });
  const running = { name, tool, app, folder, port, child, isAlive: true };
  const served = await untilServed(running, 'value 0', 20_000);
  if (served === undefined) running.isAlive = false;
  await delay(500);
  return running;
}

/**
 * @param {Running} running
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
 * @param {http.Agent | false} agent
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

/** Ends it: a tool that restarts has a process below it. @param {Running} running */
function stop({ child, folder }) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  removeFolder(folder);
}

exports.BUN = BUN;
exports.TOOLS = TOOLS;
exports.VITE_RUNNER = VITE_RUNNER;
exports.get = get;
exports.start = start;
exports.stop = stop;
exports.untilServed = untilServed;
