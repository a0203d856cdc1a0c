'use strict';

/* Clients that ask without a break, half of them on a connection that they keep, half on a new one each time. */

const http = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');
const { request } = require('./cli-app');

/** Between two requests of one client: the load is that of people, and leaves the machine to the app. */
const PAUSE_MS = 10;

class Load {
  /** What failed, and how. @type {string[]} */
  failures = [];
  /** How many requests were answered. */
  answered = 0;
  #isOn = true;
  #clients;

  constructor(port, { clients, paths = ['/'] }) {
    this.#clients = Array.from({ length: clients }, (_, index) =>
      this.#run(port, paths, { keepAlive: index % 2 === 0 }),
    );
  }

  /** Resolves when every request that was sent is answered. */
  async stop() {
    this.#isOn = false;
    await Promise.all(this.#clients);
    return { failures: this.failures, answered: this.answered };
  }

  async #run(port, paths, { keepAlive }) {
    const agent = keepAlive ? new http.Agent({ keepAlive, maxSockets: 1 }) : false;
    for (let turn = 0; this.#isOn; turn += 1) {
      const path = paths[turn % paths.length];
      try {
        const { status } = await request({ port, path, agent });
        if (status === 200) this.answered += 1;
        else this.failures.push(`${path} answered ${status}`);
      } catch (error) {
        this.failures.push(`${path}: ${error.code ?? error.message} (kept: ${keepAlive})`);
      }
      await pause(PAUSE_MS);
    }
    if (agent) agent.destroy();
  }
}

/** Load of one `describe`, ended after each test. */
function useLoad() {
  /** @type {Load[]} */
  let running = [];

  afterEach(async () => {
    await Promise.all(running.map((load) => load.stop()));
    running = [];
  });

  return {
    start(port, options) {
      const load = new Load(port, options);
      running.push(load);
      return load;
    },
  };
}

exports.useLoad = useLoad;
