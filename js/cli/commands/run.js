'use strict';

/**
 * `safe-hot <entry>`: runs the program in a process of its own, under `register`, with this one's standard streams.
 * When the program ends or crashes, says so, and starts it again at the next save of one of its files.
 */

const os = require('node:os');
const { print } = require('../../report/channels');
const { watchList } = require('../../watch-list');
const { envFilesOf, findProgram, spawnProgram } = require('../program');

/** What ends a program, and is passed on to it. */
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

/** A program that ends within this many milliseconds of a signal has ended for it; any later, for something else. */
const SIGNAL_GRACE_MS = 10_000;

/** How long a program that has to restart may take to end, in milliseconds. */
const RESTART_GRACE_MS = 5_000;

/**
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 * @typedef {import('../program').Program} Program
 *
 * @typedef {{ phase: 'running', child: ChildProcess }} Running
 * @typedef {{ phase: 'restarting', child: ChildProcess }} Restarting
 * @typedef {{ phase: 'ending', child: ChildProcess, signaledMs: number }} Ending a signal from outside was passed on
 * @typedef {{ phase: 'waiting', watcher: import('../../watch-list').WatchList }} Waiting for a save
 */

class Supervisor {
  /** @type {Running | Restarting | Ending | Waiting} */
  #state;
  /** Each with the fingerprint of the content in use, if that is known. @type {Map<string, string | undefined>} */
  #files = new Map();
  /** @type {Set<string>} */
  #bases = new Set();
  /** The program runs as under plain `node`, and so does its end. */
  #isUnwatched = false;
  #invocation;

  /** @param {Program & { file: string }} invocation */
  constructor(invocation) {
    this.#invocation = invocation;
    this.#state = { phase: 'running', child: this.#spawn() };
    for (const signal of SIGNALS) {
      if (os.constants.signals[signal]) process.on(signal, () => this.#onSignal(signal));
    }
  }

  #spawn() {
    const child = spawnProgram(this.#invocation, ['inherit', 'inherit', 'inherit'], (message) =>
      this.#onMessage(message),
    );
    // `close` comes after `exit`, when all that the program has sent is read.
    child.once('close', (code, signal) => this.#onEnd(code, signal));
    return child;
  }

  /** @param {import('../../supervision').Message} message */
  #onMessage(message) {
    if (message.type === 'files') {
      for (const { path: name, fingerprint } of message.files) this.#files.set(name, fingerprint);
      for (const base of message.bases ?? []) this.#bases.add(base);
      return;
    }
    const state = this.#state;
    if (message.type === 'unwatched') {
      this.#isUnwatched = true;
    } else if (message.type === 'restart') {
      if (state.phase === 'running' || hasOutlived(state)) this.#restart(state.child);
    } else if (state.phase === 'ending') {
      // It has handled the signal and goes on.
      this.#state = { phase: 'running', child: state.child };
    }
  }

  /** @param {ChildProcess} child */
  #restart(child) {
    this.#state = { phase: 'restarting', child };
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), RESTART_GRACE_MS);
    child.once('close', () => clearTimeout(timer));
  }

  /**
   * @param {number | null} code
   * @param {NodeJS.Signals | null} signal
   */
  #onEnd(code, signal) {
    const state = this.#state;
    if (this.#isUnwatched || (state.phase === 'ending' && !hasOutlived(state))) {
      endLike(code, signal);
      return;
    }
    if (this.#state.phase === 'restarting') {
      this.#state = { phase: 'running', child: this.#spawn() };
      return;
    }
    const { entry, file, options } = this.#invocation;
    // Of a program that has not come so far as to say what it reads.
    for (const each of [file, ...envFilesOf(this.#invocation)]) {
      if (!this.#files.has(each)) this.#files.set(each, undefined);
    }
    const watcher = watchList(this.#files, this.#bases, () => this.#startAgain());
    this.#state = { phase: 'waiting', watcher };
    // Whoever reads this may save at once.
    void watcher.ready().then(() => {
      print({ type: 'end', entry, code, signal }, options['report'] ?? 'text');
      watcher.start();
    });
  }

  #startAgain() {
    if (this.#state.phase !== 'waiting') return;
    this.#state.watcher.close();
    this.#files.clear();
    this.#bases.clear();
    this.#state = { phase: 'running', child: this.#spawn() };
  }

  /** @param {NodeJS.Signals} signal */
  #onSignal(signal) {
    if (this.#state.phase === 'waiting') {
      this.#state.watcher.close();
      endLike(null, signal);
      return;
    }
    const { child } = this.#state;
    if (signal !== 'SIGUSR2') {
      this.#state = { phase: 'ending', child, signaledMs: performance.now() };
    }
    // A terminal sends it to the program itself: the program must not get it twice.
    const isFromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    if (!isFromTerminal) child.kill(signal);
  }
}

/**
 * Has the program gone on for so long after a signal that the signal was not to end it?
 *
 * @param {Running | Restarting | Ending | Waiting} state
 * @returns {state is Ending}
 */
function hasOutlived(state) {
  return state.phase === 'ending' && performance.now() - state.signaledMs >= SIGNAL_GRACE_MS;
}

/**
 * Ends this process as the program ended.
 *
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function endLike(code, signal) {
  if (!signal) process.exit(code ?? 0);
  for (const each of SIGNALS) process.removeAllListeners(each);
  process.kill(process.pid, signal);
}

/**
 * @param {Program} invocation
 * @throws {import('../../errors').SafeHotError} ERR_SAFE_HOT_ENTRY_NOT_FOUND, ERR_SAFE_HOT_BAD_GLOB, ERR_SAFE_HOT_CONFIG, …
 */
function run(invocation) {
  const report = invocation.options['report'] ?? process.env['SAFE_HOT_REPORT'];
  const options = report === undefined ? invocation.options : { ...invocation.options, report };
  return new Supervisor({ ...invocation, options, file: findProgram({ ...invocation, options }) });
}

exports.run = run;
