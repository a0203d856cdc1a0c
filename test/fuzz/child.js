'use strict';

/** A child process that answers questions over IPC. */

const { fork } = require('node:child_process');

/** After this something hangs. */
const PATIENCE_MS = 20_000;

class Child {
  #child;
  #next = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();
  /** @type {(message: any) => void} */
  onMessage = () => {};
  stderr = '';

  /** @param {string} file @param {{ cwd?: string, nodeArgs?: string[], env?: Record<string, string> }} [options] */
  constructor(file, { cwd, nodeArgs = [], env: added = {} } = {}) {
    const env = { ...process.env, ...added };
    for (const name of Object.keys(env))
      if (/^(SAFE_HOT_|NODE_OPTIONS)/.test(name) && !(name in added)) delete env[name];
    this.#child = fork(file, [], {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      execArgv: ['--expose-gc', '--no-warnings', ...nodeArgs],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.#child.on('message', (/** @type {any} */ message) => {
      const waiting = this.#waiting.get(message.id);
      if (!waiting) return this.onMessage(message);
      this.#waiting.delete(message.id);
      if ('error' in message) waiting.reject(new Error(message.error));
      else waiting.resolve(message.value);
      return undefined;
    });
    this.#child.on('exit', (code, signal) => {
      const error = new Error(`the process ended with ${signal ?? code}\n${this.stderr}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** @param {Record<string, unknown>} question */
  ask(question) {
    this.#next += 1;
    const id = this.#next;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(reject)(new Error(`no answer to ${question.command ?? 'a question'}`)),
        PATIENCE_MS,
      );
      const settle = (/** @type {(value: any) => void} */ end) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        end(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      if (this.#child.connected) this.#child.send({ id, ...question });
      else settle(reject)(new Error(`the process has ended\n${this.stderr}`));
    });
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

exports.Child = Child;
exports.PATIENCE_MS = PATIENCE_MS;
