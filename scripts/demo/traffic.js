'use strict';

/*
 * Requests to the app of the demo, all of them counted: those that the story makes to see what the app answers, and
 * those of a few clients that go on in the background, half of them keep-alive.
 */

const { EventEmitter, once } = require('node:events');
const http = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const BACKGROUND_PATHS = ['/', '/users', '/users/1', '/todos', '/health', '/stats'];
const CLIENTS = 4;
const CLIENT_PAUSE_MS = 200;
const POLL_PAUSE_MS = 1;
const CONNECT_PAUSE_MS = 10;
const ANSWER_TIMEOUT_MS = 5_000;

class Traffic {
  sent = 0;
  /** @type {string[]} one line each */
  failures = [];

  #agent = new http.Agent({ keepAlive: true });
  #events = new EventEmitter();
  #port;
  #signal;

  /** @param {{ port: number, signal: AbortSignal }} options `signal` ends every wait */
  constructor({ port, signal }) {
    this.#port = port;
    this.#signal = signal;
  }

  /** Waits until the app accepts connections. What it refuses before that is not counted. */
  async listening() {
    const options = { method: 'GET', json: undefined, keepAlive: false };
    const deadline = performance.now() + ANSWER_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const isAnswered = await this.#exchange('/health', options).then(
        () => true,
        () => false,
      );
      if (isAnswered) return;
      await pause(CONNECT_PAUSE_MS, undefined, { signal: this.#signal });
    }
    throw new Error(`waited ${ANSWER_TIMEOUT_MS} ms for the app to listen`);
  }

  /** Starts the clients. They end with `signal`. */
  start() {
    for (let client = 0; client < CLIENTS; client++) this.#run(client);
  }

  /** Lets the clients' next `count` requests be answered. */
  async pass(/** @type {number} */ count) {
    for (let passed = 0; passed < count; passed++) {
      await once(this.#events, 'answer', { signal: this.#signal });
    }
  }

  /** Frees the connections. */
  stop() {
    this.#agent.destroy();
  }

  /**
   * Body of a good answer; any other counts as failed and gives undefined.
   *
   * @param {string} path
   * @param {{ method?: string, json?: unknown, keepAlive?: boolean }} [options]
   */
  async request(path, { method = 'GET', json, keepAlive = true } = {}) {
    this.sent += 1;
    try {
      const { status, body } = await this.#exchange(path, { method, json, keepAlive });
      if (status >= 200 && status < 300) return body;
      this.failures.push(`${method} ${path}: ${status} ${body.slice(0, 200)}`);
    } catch (error) {
      if (this.#signal.aborted) this.sent -= 1;
      else this.failures.push(`${method} ${path}: ${/** @type {Error} */ (error).message}`);
    }
    return undefined;
  }

  /**
   * Asks again and again until the answer contains `text`.
   *
   * @param {{ path: string, text: string }} seen
   * @returns {Promise<number>} when it did, on the clock of `performance.now()`
   */
  async until({ path, text }) {
    const deadline = performance.now() + ANSWER_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const body = await this.request(path);
      if (body?.includes(text)) return performance.now();
      await pause(POLL_PAUSE_MS, undefined, { signal: this.#signal });
    }
    throw new Error(`waited ${ANSWER_TIMEOUT_MS} ms for ${path} to answer with ${text}`);
  }

  /** @param {number} client every second one keeps its connection */
  async #run(client) {
    for (let turn = client; !this.#signal.aborted; turn++) {
      const path = BACKGROUND_PATHS[turn % BACKGROUND_PATHS.length] ?? '/';
      await this.request(path, { keepAlive: client % 2 === 0 });
      this.#events.emit('answer');
      await pause(CLIENT_PAUSE_MS, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  /**
   * @param {string} path
   * @param {{ method: string, json: unknown, keepAlive: boolean }} options
   * @returns {Promise<{ status: number, body: string }>}
   */
  #exchange(path, { method, json, keepAlive }) {
    const options = {
      port: this.#port,
      host: '127.0.0.1',
      path,
      method,
      agent: keepAlive ? this.#agent : false,
      headers: json === undefined ? {} : { 'content-type': 'application/json' },
      signal: this.#signal,
    };

    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(json === undefined ? undefined : JSON.stringify(json));
    });
  }
}

exports.Traffic = Traffic;
