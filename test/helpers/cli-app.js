'use strict';

/*
 * A program in a folder of its own, run by the command line or by `register`, and all that it and safe-hot say as
 * something to wait for. A wait ends when what it waits for has happened, or can no longer happen.
 */

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { pathToFileURL } = require('node:url');

const ROOT = path.join(__dirname, '..', '..');
const BIN = path.join(ROOT, 'bin', 'safe-hot.js');
const REGISTER = path.join(ROOT, 'js', 'hooks', 'register.js');

/** After this the test has failed: nothing that a test waits for takes a tenth of it. */
const PATIENCE_MS = 20_000;

/** How a program is started. */
const COMMANDS = {
  plain: (entry) => [entry],
  cli: (entry, options) => [BIN, ...options, ...[entry].flat()],
  register: (entry) => ['-r', REGISTER, entry],
  import: (entry) => ['--import', pathToFileURL(REGISTER).href, entry],
};

/** An entry that answers with `./value`, and says where it listens. */
const SERVER = `'use strict';
const http = require('node:http');
const value = require('./value');
const server = http.createServer((req, res) => res.end(String(value)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

class App {
  #events = new EventEmitter();
  #reports = [];
  #reportsSeen = 0;
  #linesSeen = 0;
  #patienceMs;
  /** What came to standard output, line by line. @type {string[]} */
  lines = [];
  /** What came to standard error and is no report. */
  stderr = '';
  /** What came to standard output, to the byte. */
  stdout = '';
  /** @type {{ code: number | null, signal: string | null } | undefined} */
  ended;

  constructor(folder, { how = 'cli', entry = 'server.js', ...rest } = {}) {
    const { args = [], options = ['--report', 'json'], env = {}, nodeArgs = [], stdin, ipc } = rest;
    const { execPath = process.execPath, within = [] } = rest;
    this.#patienceMs = rest.patienceMs ?? PATIENCE_MS;
    const command = [execPath, ...nodeArgs, ...COMMANDS[how](entry, options), ...args];
    const [program, ...all] = [...within, ...command];
    const report = how === 'register' || how === 'import' ? { SAFE_HOT_REPORT: 'json' } : {};
    this.folder = folder;
    this.child = spawn(program, all, {
      cwd: folder,
      env: { ...cleanEnvironment(), ...report, ...env, ...coverageOptions(env) },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
    });
    if (stdin !== undefined) this.child.stdin.end(stdin);
    this.child.stdout.on('data', (chunk) => (this.stdout += chunk));
    this.#onLines(this.child.stdout, (line) => this.lines.push(line));
    this.#onLines(this.child.stderr, (line) => this.#readError(line));
    this.child.on('close', (code, signal) => {
      this.ended = { code, signal };
      this.#events.emit('news');
    });
  }

  /** Where the program listens, as it says itself. */
  get port() {
    return Number(this.#listening()[0]);
  }

  /** The process of the program; the command line is another one. */
  get pid() {
    return Number(this.#listening()[1]);
  }

  /** Every report so far. */
  get reports() {
    return [...this.#reports];
  }

  path(...names) {
    return path.join(this.folder, ...names);
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8');
  }

  /** Saves a file in place. */
  write(name, text) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }

  /** Saves a file with `from` replaced; throws if that changes nothing. */
  edit(name, from, to) {
    const before = this.read(name);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${name} has no ${from}`);
    this.write(name, after);
  }

  /** The first report after the last one that this gave. */
  async nextReport(isMeant = () => true, what = 'a report') {
    return this.#find(
      () => {
        const index = this.#reports.findIndex(
          (each, at) => at >= this.#reportsSeen && isMeant(each),
        );
        if (index < 0) return undefined;
        this.#reportsSeen = index + 1;
        return this.#reports[index];
      },
      () => `${what}, after ${JSON.stringify(this.#reports.slice(-3))}`,
    );
  }

  /** The next report of a reload, whatever its outcome. */
  async nextReload() {
    return this.nextReport(({ type }) => type === 'reload', 'a reload');
  }

  /** The first line of standard output after the last one that this gave, that starts with `start`. */
  async nextLine(start = '') {
    return this.#find(
      () => {
        const index = this.lines.findIndex(
          (each, at) => at >= this.#linesSeen && each.startsWith(start),
        );
        if (index < 0) return undefined;
        this.#linesSeen = index + 1;
        return this.lines[index];
      },
      () => `the line "${start}"`,
    );
  }

  /** Waits until standard error, reports left out, has this. */
  async nextError(pattern) {
    return this.#find(
      () => pattern.exec(this.stderr) ?? undefined,
      () => `standard error to have ${pattern}`,
    );
  }

  async ready() {
    const report = await this.nextReport(({ type }) => type === 'ready', 'ready');
    return report;
  }

  /** Waits until the program listens and safe-hot watches. */
  async serving() {
    await this.nextLine('listening');
    await this.ready();
    return this;
  }

  /** The body of the answer on a connection of its own. */
  async get(url = '/', { port = this.port, ...options } = {}) {
    return (await this.fetch(url, { port, ...options })).body;
  }

  fetch(url, { port = this.port, method = 'GET', headers = {}, body, agent = false } = {}) {
    return request({ port, path: url, method, headers, agent }, body);
  }

  /** Waits until the process has ended by itself. */
  async end() {
    return this.#find(
      () => this.ended,
      () => 'the end',
    );
  }

  kill(signal) {
    this.child.kill(signal);
  }

  /** Ends the process and what it has started. */
  async stop() {
    if (this.ended) return;
    const closed = once(this.child, 'close');
    if (this.#listening()[1]) signalTo(this.pid, 'SIGCONT');
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => {
      this.child.kill('SIGKILL');
      if (this.#listening()[1]) signalTo(this.pid, 'SIGKILL');
    }, 3_000);
    await closed;
    clearTimeout(patience);
  }

  #listening() {
    return (this.lines.findLast((line) => line.startsWith('listening')) ?? '').split(' ').slice(1);
  }

  #onLines(stream, read) {
    readline.createInterface({ input: stream }).on('line', (line) => {
      read(line);
      this.#events.emit('news');
    });
  }

  #readError(line) {
    if (line.startsWith('{"type":')) this.#reports.push(JSON.parse(line));
    else this.stderr += `${line}\n`;
  }

  async #find(look, what) {
    const limit = AbortSignal.timeout(this.#patienceMs);
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const about = () => `${what()}; standard error: ${this.stderr.slice(-2_000)}`;
      if (this.ended) throw new Error(`ended with ${JSON.stringify(this.ended)} before ${about()}`);
      if (limit.aborted) throw new Error(`waited ${this.#patienceMs} ms for ${about()}`);
      await once(this.#events, 'news', { signal: limit }).catch(() => {});
    }
  }
}

/**
 * Apps of one `describe`: each test's processes are ended and its folders removed after it.
 */
function useApps() {
  /** @type {App[]} */
  let apps = [];
  /** @type {string[]} */
  let folders = [];

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      for (const app of apps) console.error(app.stderr, app.reports.slice(-3));
    }
    await Promise.all(apps.map((app) => app.stop()));
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
    apps = [];
    folders = [];
  });

  /** @param {Record<string, string>} files by name */
  function makeFolder(files) {
    const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-'));
    folders.push(folder);
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    return folder;
  }

  function launch(folder, options) {
    const app = new App(folder, options);
    apps.push(app);
    return app;
  }

  return {
    makeFolder,
    /** A process in a folder that is there already. */
    launch,
    /** A process in a new folder with these files. */
    run: (files, options) => launch(makeFolder(files), options),
    /** The same, once it listens and is watched. */
    serve: (files, options) => launch(makeFolder(files), options).serving(),
  };
}

/** The environment without what this very process may have been started with. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const name of ['NODE_OPTIONS', 'SAFE_HOT_REPORT', 'NO_COLOR', 'FORCE_COLOR'])
    delete env[name];
  return env;
}

/** What `npm run coverage` asks of each process. @param {Record<string, string>} env of this one */
function coverageOptions({ NODE_OPTIONS = '' }) {
  const { NODE_V8_COVERAGE, NODE_OPTIONS: asked } = process.env;
  return NODE_V8_COVERAGE && asked ? { NODE_OPTIONS: `${asked} ${NODE_OPTIONS}` } : {};
}

/** One request; resolves with status, headers and body, rejects with what failed. */
function request(options, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: text });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

exports.ROOT = ROOT;
exports.BIN = BIN;
exports.REGISTER = REGISTER;
exports.SERVER = SERVER;
exports.useApps = useApps;
exports.request = request;
