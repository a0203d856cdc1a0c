'use strict';

/*
 * The app of the demo as a child process: starts it under safe-hot, and turns the reports on its standard error into
 * something to wait for. What waits also ends when the child does, or when the demo is called off.
 */

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const path = require('node:path');
const readline = require('node:readline');
const { ROOT } = require('../setup');

const REPORT_TIMEOUT_MS = 8_000;
const LOG_LINES = 20;

/**
 * What safe-hot writes for each transaction; paths are relative to the app's folder.
 *
 * @typedef {object} Reload
 * @property {'reload'} type
 * @property {string} outcome
 * @property {string[]} changed
 * @property {string[]} evaluated
 * @property {number} durationMs
 * @property {{ code: string, message: string, frame?: string }} [error]
 */

/** @typedef {{ type: 'ready', entry: string, durationMs: number, hot: number, cold: number }} Ready */

class App {
  #child;
  #events = new EventEmitter();
  /** @type {string[]} */
  #log = [];
  /** @type {(Ready | Reload)[]} */
  #reports = [];
  /** @type {Error | undefined} why there will be no more reports */
  #ended;

  /**
   * @param {string} folder the app's, with a `server.js`
   * @param {{ port: number, signal: AbortSignal }} options `signal` ends every wait
   */
  constructor(folder, { port, signal }) {
    const command = path.join(ROOT, 'bin', 'safe-hot.js');
    const env = {
      ...process.env,
      PORT: String(port),
      LOG_LEVEL: 'error',
      RATE_LIMIT_MAX: '1000000',
    };

    this.#child = spawn(process.execPath, [command, '--report', 'json', 'server.js'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('exit', (code, by) => this.#end(`the app ended by itself with ${by ?? code}`));
    readline.createInterface(this.#child.stderr).on('line', (line) => this.#read(line));
    signal.addEventListener('abort', () => this.#end(String(signal.reason?.message)));
  }

  /** How many reports have come so far; a place to look from in `report()`. */
  get reportCount() {
    return this.#reports.length;
  }

  /** @returns {Promise<Ready>} */
  async ready() {
    const isReady = (/** @type {Ready | Reload} */ report) => report.type === 'ready';
    return /** @type {Ready} */ (await this.#find(isReady, 0, 'the app to be ready'));
  }

  /**
   * The first reload of `file` from report number `from` on.
   *
   * A save may come as two changes, the second without a difference, so `unchanged` counts only where it is `expected`.
   *
   * @param {string} file as in `changed`
   * @param {{ from: number, expected: string }} options
   * @returns {Promise<Reload>}
   */
  async reload(file, { from, expected }) {
    const isMeant = (/** @type {Ready | Reload} */ report) =>
      report.type === 'reload' &&
      report.changed.includes(file) &&
      (report.outcome !== 'unchanged' || expected === 'unchanged');
    return /** @type {Reload} */ (await this.#find(isMeant, from, `a report on ${file}`));
  }

  /** @returns {Reload[]} the committed ones from report number `from` on */
  committed(/** @type {number} */ from) {
    const reloads = this.#reports.slice(from).filter((report) => report.type === 'reload');
    return reloads.filter((report) => report.outcome === 'committed');
  }

  /** Ends the child, and waits until it has ended. */
  async stop() {
    const child = this.#child;
    child.removeAllListeners('exit');
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;

    const exited = once(child, 'exit');
    const patience = setTimeout(() => child.kill('SIGKILL'), 2_000);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(patience);
  }

  /** What the app wrote last, besides reports. */
  get log() {
    return this.#log.join('\n');
  }

  /** @param {string} line */
  #read(line) {
    const report = parseReport(line);
    if (report) {
      this.#reports.push(report);
      this.#events.emit('news');
    } else {
      this.#log = [...this.#log, line].slice(-LOG_LINES);
    }
  }

  /** @param {string} why */
  #end(why) {
    this.#ended ??= new Error(why);
    this.#events.emit('news');
  }

  /**
   * @param {(report: Ready | Reload) => boolean} isMeant
   * @param {number} from
   * @param {string} what for the message when it does not come
   */
  async #find(isMeant, from, what) {
    const limit = AbortSignal.timeout(REPORT_TIMEOUT_MS);

    for (;;) {
      const report = this.#reports.slice(from).find(isMeant);
      if (report) return report;
      if (this.#ended) throw this.#ended;
      if (limit.aborted) throw new Error(`waited ${REPORT_TIMEOUT_MS} ms for ${what}`);
      await once(this.#events, 'news', { signal: limit }).catch(() => {});
    }
  }
}

/**
 * @param {string} line
 * @returns {Ready | Reload | undefined} undefined if the line is the app's own
 */
function parseReport(line) {
  if (!line.startsWith('{"type":')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

exports.App = App;
