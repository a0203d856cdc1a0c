'use strict';

/**
 * `npm run soak`: thousands of reloads of random modules of the Express example under traffic, and what the process
 * holds on the way: a table, and a plot.
 */

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const readline = require('node:readline');
const { setTimeout: pause } = require('node:timers/promises');
const { copyExampleApp } = require('../scripts/example-app');
const { freePort } = require('../scripts/free-port');
const { ROOT } = require('../scripts/setup');
const { makeRandom } = require('../test/helpers/random');
const { makeFolder, removeFolder } = require('./lib/folder');
const { plot } = require('./lib/plot');
const { megabytes, median, ms, percentile } = require('./lib/stats');

const RELOADS = 10_000;
const RELOADS_A_SAMPLE = 100;
const CLIENTS = 4;
const CLIENT_PAUSE_MS = 4;
const URLS = ['/', '/users', '/users/1', '/todos', '/health', '/stats'];
const SEED = 20_260_101;
const REGISTER = path.join(ROOT, 'js', 'hooks', 'register.js');
const PROBE = path.join(__dirname, 'children', 'soak.js');

/**
 * @typedef {object} Sample
 * @property {number} rss
 * @property {number} heapUsed
 * @property {number} stale versions that were replaced and are still reachable
 * @property {number} resources
 * @property {number} handles
 * @property {number} reloadMs median
 * @property {number} answerMs median
 * @property {number} answerP95Ms
 */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const folder = makeFolder({});
  copyExampleApp(folder);
  const app = new App(folder, await freePort());
  try {
    await app.ready();
    return toResult(await soak(app, folder), app);
  } finally {
    await app.stop();
    removeFolder(folder);
  }
}

/** @param {App} app @param {string} folder */
async function soak(app, folder) {
  const files = modulesOf(folder);
  const random = makeRandom(SEED);
  const traffic = new AbortController();
  const clients = Array.from({ length: CLIENTS }, (_, client) => app.ask(client, traffic.signal));
  /** @type {Sample[]} */
  const samples = [];
  /** @type {number[]} */
  const took = [];
  try {
    for (let reload = 1; reload <= RELOADS; reload += 1) {
      const file = random.pick(files);
      const text = fs
        .readFileSync(path.join(folder, file), 'utf8')
        .replace(/\n\/\/ save \d+\n$/, '');
      const startMs = performance.now();
      fs.writeFileSync(path.join(folder, file), `${text}\n// save ${reload}\n`);
      await app.reload(file);
      took.push(performance.now() - startMs);
      if (reload % RELOADS_A_SAMPLE !== 0) continue;
      const answers = app.answersMs.splice(0);
      samples.push({
        ...(await app.sample()),
        reloadMs: median(took.slice(-RELOADS_A_SAMPLE)),
        answerMs: median(answers),
        answerP95Ms: percentile(answers, 95),
      });
      if (reload % 1_000 === 0) process.stderr.write(`  ${reload} reloads\n`);
    }
  } finally {
    traffic.abort();
  }
  await Promise.all(clients);
  return { samples, took };
}

/** The app in a process of its own, its reports, and those who ask it. */
class App {
  /** @type {number[]} of the answers since they were last taken */
  answersMs = [];
  sent = 0;
  /** @type {string[]} */
  failures = [];
  /** @type {any[]} */
  #reports = [];
  #news = new EventEmitter();
  #agent = new http.Agent({ keepAlive: true });
  #child;
  #port;

  /** @param {string} folder @param {number} port */
  constructor(folder, port) {
    this.#port = port;
    const args = ['--expose-gc', '-r', REGISTER, '-r', PROBE, 'server.js'];
    const env = {
      ...process.env,
      PORT: String(port),
      LOG_LEVEL: 'error',
      RATE_LIMIT_MAX: '1000000000',
      SAFE_HOT_REPORT: 'json',
    };
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'pipe', 'ipc']);
    this.#child = spawn(process.execPath, args, { cwd: folder, env, stdio: [...stdio] });
    const { stderr } = this.#child;
    if (!stderr) throw new Error('the app has no standard error');
    readline.createInterface(stderr).on('line', (line) => {
      if (line.startsWith('{"type":')) this.#reports.push(JSON.parse(line));
      else process.stderr.write(`${line}\n`);
      this.#news.emit('report');
    });
    this.#child.on('exit', () => this.#news.emit('report'));
  }

  async ready() {
    await this.#next(({ type }) => type === 'ready');
  }

  /** @param {string} file */
  async reload(file) {
    const report = await this.#next(
      ({ type, changed }) => type === 'reload' && changed.includes(file),
    );
    if (report.outcome !== 'committed') throw new Error(JSON.stringify(report));
  }

  async sample() {
    this.#child.send('sample');
    const [sample] = await once(this.#child, 'message');
    return sample;
  }

  /** Asks until the signal says stop; every second client on a connection of its own each time. */
  async ask(/** @type {number} */ client, /** @type {AbortSignal} */ signal) {
    for (let turn = client; !signal.aborted; turn += 1) {
      const startMs = performance.now();
      this.sent += 1;
      const url = /** @type {string} */ (URLS[turn % URLS.length]);
      const failure = await this.#get(url, client % 2 === 0).catch((error) => error.message);
      if (failure) this.failures.push(`${url}: ${failure}`);
      this.answersMs.push(performance.now() - startMs);
      await pause(CLIENT_PAUSE_MS);
    }
  }

  async stop() {
    this.#agent.destroy();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /**
   * @param {string} url
   * @param {boolean} keepAlive
   * @returns {Promise<string | undefined>} what was wrong
   */
  #get(url, keepAlive) {
    const agent = keepAlive ? this.#agent : false;
    return new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port: this.#port, path: url, agent }, (response) => {
          response.resume();
          response.on('error', reject);
          response.on('end', () =>
            resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`),
          );
        })
        .on('error', reject);
    });
  }

  /** @param {(report: any) => boolean} isMeant */
  async #next(isMeant) {
    for (;;) {
      const at = this.#reports.findIndex(isMeant);
      if (at >= 0) return this.#reports.splice(0, at + 1).at(-1);
      if (this.#child.exitCode !== null) throw new Error(`the app ended: ${this.#child.exitCode}`);
      await once(this.#news, 'report');
    }
  }
}

/**
 * @param {{ samples: Sample[], took: number[] }} measured
 * @param {App} app
 * @returns {import('./lib/readme').Result}
 */
function toResult({ samples, took }, app) {
  const curve = (/** @type {keyof Sample} */ name) => samples.map((sample) => sample[name]);
  const count = (/** @type {number} */ value) => String(value);
  const svg = plot(
    [
      {
        title: 'memory',
        inWords: megabytes,
        curves: [
          { name: 'resident', color: '#1f6feb', values: curve('rss') },
          { name: 'heap', color: '#8250df', values: curve('heapUsed') },
        ],
      },
      {
        title: 'old versions reachable',
        inWords: count,
        curves: [{ name: 'after gc()', color: '#cf222e', values: curve('stale') }],
      },
      {
        title: 'handles',
        inWords: count,
        curves: [
          { name: 'of the process', color: '#1a7f37', values: curve('handles') },
          { name: 'of versions', color: '#9a6700', values: curve('resources') },
        ],
      },
      {
        title: 'latency',
        inWords: ms,
        curves: [
          { name: 'p95 of requests', color: '#9a6700', values: curve('answerP95Ms') },
          { name: 'median of reloads', color: '#1f6feb', values: curve('reloadMs') },
        ],
      },
    ],
    `${RELOADS.toLocaleString('en')} reloads of random modules, ${app.sent.toLocaleString('en')} requests meanwhile, ${app.failures.length} failed; Node ${process.versions.node}`,
  );
  for (const failure of app.failures.slice(0, 10)) process.stderr.write(`  ${failure}\n`);
  const ends = (/** @type {keyof Sample} */ name, /** @type {(value: number) => string} */ word) =>
    [samples[0], samples[samples.length >> 1], samples.at(-1)].map((each) =>
      word(each?.[name] ?? NaN),
    );
  const stale = Math.max(...curve('stale'));
  return {
    setting: `${RELOADS.toLocaleString('en')} reloads of random modules of the Express example under ${CLIENTS} clients, ${app.sent.toLocaleString('en')} requests; a reload, from the save to its report: median ${ms(median(took))}, p95 ${ms(percentile(took, 95))}`,
    rows: [
      ['after `gc()`', 'at first', 'half way', 'at last'],
      ['resident memory', ...ends('rss', megabytes)],
      ['heap in use', ...ends('heapUsed', megabytes)],
      ['old versions that are reachable', ...ends('stale', count)],
      ['handles of the process, connections left out', ...ends('handles', count)],
      ['resources of versions', ...ends('resources', count)],
      ['requests, median', ...ends('answerMs', ms)],
    ],
    plot: { name: 'soak.svg', svg },
    budgets: [
      {
        budget: `failed requests over ${RELOADS.toLocaleString('en')} reloads under load: 0`,
        measured: String(app.failures.length),
        isMet: app.failures.length === 0,
      },
      {
        budget: `stale versions alive after ${RELOADS.toLocaleString('en')} reloads: 0`,
        measured: `${samples.at(-1)?.stale}; at most ${stale} on the way`,
        isMet: samples.at(-1)?.stale === 0,
      },
    ],
  };
}

/** @param {string} folder @returns {string[]} relative to it */
function modulesOf(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.startsWith('node_modules'));
}

module.exports = { run };
