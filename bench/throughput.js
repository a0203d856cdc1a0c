'use strict';

/** Requests a second of the Express example with safe-hot on, against plain node, and what a timer of hot code costs. */

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { EXAMPLE_APP } = require('../scripts/setup');
const { makeFolder, removeFolder } = require('./lib/folder');
const { median } = require('./lib/stats');
const { freePort } = require('../scripts/free-port');

const CONNECTIONS = 20;
const REQUESTS = 3_000;
const ROUNDS = 30;
const TIMERS = 300_000;
const BUDGET = 0.98;
const REGISTER = path.resolve(__dirname, '..', 'js', 'hooks', 'register.js');

const WAYS = { 'plain node': [], 'under `safe-hot/register`': ['-r', REGISTER] };

/** Prints the nanoseconds that one `setTimeout` with its `clearTimeout` takes. */
const TIMER_APP = `
function once() { clearTimeout(setTimeout(once, 1000)); }
for (let i = 0; i < ${TIMERS}; i += 1) once();
const start = process.hrtime.bigint();
for (let i = 0; i < ${TIMERS}; i += 1) once();
process.stdout.write(String(Number(process.hrtime.bigint() - start) / ${TIMERS}));
`;

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const requests = await measureRequests();
  const timers = measureTimers();
  const ways = Object.keys(WAYS);
  const rows = ways.map((way, index) => [
    way,
    `${Math.round(requests[index] ?? 0).toLocaleString('en')} a second`,
    `${Math.round(timers[index] ?? 0)} ns`,
  ]);
  const ratio = (requests[1] ?? 0) / (requests[0] ?? 1);
  const timerRatio = (timers[1] ?? 0) / (timers[0] ?? 1);
  rows.push(['ratio', `${(100 * ratio).toFixed(1)} %`, `${timerRatio.toFixed(2)} ×`]);
  return {
    setting:
      `median of ${ROUNDS} rounds of ${REQUESTS.toLocaleString('en')} requests on ${CONNECTIONS} kept connections, ` +
      'both servers in turn; the timers in processes of their own, in turn too',
    rows: [['', 'requests', '`setTimeout` and `clearTimeout`'], ...rows],
    budgets: [
      {
        budget: 'requests per second with safe-hot on, against off: 98 %',
        measured: `${(100 * ratio).toFixed(1)} %`,
        isMet: ratio >= BUDGET,
      },
    ],
  };
}

/** @returns {Promise<number[]>} requests a second, in the order of `WAYS` */
async function measureRequests() {
  const servers = await Promise.all(Object.values(WAYS).map(start));
  try {
    for (const server of servers) await load(server);
    /** @type {number[][]} */
    const measured = servers.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, server] of servers.entries()) measured[index]?.push(await load(server));
    }
    return measured.map(median);
  } finally {
    for (const { child, agent } of servers) {
      agent.destroy();
      child.kill();
    }
  }
}

/** @param {string[]} args */
async function start(args) {
  const port = await freePort();
  const child = spawn(process.execPath, [...args, 'server.js'], {
    cwd: EXAMPLE_APP,
    env: { ...process.env, PORT: String(port), RATE_LIMIT_MAX: '1000000' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Its log says that it listens; what follows, a line a request, is read and dropped.
  await once(child.stdout, 'data');
  child.stdout.resume();
  return {
    child,
    port,
    agent: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
  };
}

/**
 * @param {{ port: number, agent: http.Agent }} server
 * @returns {Promise<number>} requests a second
 */
async function load({ port, agent }) {
  const startMs = performance.now();
  let left = REQUESTS;
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      await request(port, agent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  return REQUESTS / ((performance.now() - startMs) / 1_000);
}

/**
 * @param {number} port
 * @param {http.Agent} agent
 */
function request(port, agent) {
  return new Promise((resolve, reject) => {
    const options = { port, agent, path: '/health', host: '127.0.0.1' };
    http
      .get(options, (response) => response.resume().on('end', resolve).on('error', reject))
      .on('error', reject);
  });
}

/** @returns {number[]} nanoseconds, in the order of `WAYS` */
function measureTimers() {
  const folder = makeFolder({ 'package.json': '{ "name": "timers" }\n', 'main.js': TIMER_APP });
  const ways = Object.values(WAYS);
  try {
    /** @type {number[][]} */
    const measured = ways.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, args] of ways.entries()) measured[index]?.push(timeTimers(args, folder));
    }
    return measured.map(median);
  } finally {
    removeFolder(folder);
  }
}

/**
 * @param {string[]} args
 * @param {string} folder
 */
function timeTimers(args, folder) {
  const command = [...args, path.join(folder, 'main.js')];
  const options = /** @type {const} */ ({ stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  return Number(execFileSync(process.execPath, command, options));
}

module.exports = { run };
