'use strict';

/**
 * Is a program safe to reload? Once it has started, each of its hot modules is evaluated again, several times, as it is,
 * and what that leaves behind is told: the process has to be what it was.
 */

const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');
const { clearInterval, clearTimeout, nowMs, setInterval, setTimeout } = require('../clock');
const { changeSet } = require('../engine');
const { relativeTo } = require('../report/events');
const { listenQuietly } = require('../resources/listeners');
const { runUnowned } = require('../resources/ownership');
const { Leftovers } = require('./leftovers');

/**
 * @typedef {import('../engine').Engine} Engine
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('../types').CheckedModule} CheckedModule
 * @typedef {import('../types').CheckReport} CheckReport
 * @typedef {import('../types').ReloadReport} ReloadReport
 *
 * @typedef {object} CheckSettings
 * @property {number} rounds how often each module is reloaded
 * @property {number} timeoutMs after this no further one is
 */

/** How long a program that has evaluated may take to listen, before it counts as one that does not, in milliseconds. */
const LISTEN_MS = 1_000;

/** How often it is looked again, in milliseconds. */
const LOOK_MS = 20;

/** What V8's own threads hold, and what ends by itself, is given this long beyond the grace, in milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * To be called before the entry is loaded. The check begins when the program has started, and listens if it is going to;
 * one that has nothing more to do is kept from its end.
 *
 * @param {Engine} engine
 * @param {CheckSettings} settings
 * @param {(report: CheckReport) => void} tell
 */
function beginCheck(engine, settings, tell) {
  const leftovers = new Leftovers();
  leftovers.follow();
  let hasBegun = false;
  const begin = async () => {
    if (hasBegun) return;
    hasBegun = true;
    const alive = setInterval(() => {}, 2 ** 31 - 1);
    const check = new Check(engine, leftovers, settings);
    tell(await runUnowned(() => check.run()));
    clearInterval(alive);
  };
  listenQuietly(process, 'beforeExit', begin);
  engine.events.on('ready', async () => {
    const { servers } = engine;
    await until(() => servers.all().length > 0, { timeMs: LISTEN_MS, keepsAlive: false });
    await begin();
  });
}

class Check {
  /** @type {Map<string, CheckedModule>} by path */
  #modules = new Map();
  /** What stays on the process was made by which module. @type {Map<string, string>} */
  #traces = new Map();
  #startMs = nowMs();
  #engine;
  #leftovers;
  #settings;

  /**
   * @param {Engine} engine
   * @param {Leftovers} leftovers
   * @param {CheckSettings} settings
   */
  constructor(engine, leftovers, settings) {
    this.#engine = engine;
    this.#leftovers = leftovers;
    this.#settings = settings;
  }

  /** @returns {Promise<CheckReport>} */
  async run() {
    const { registry, options } = this.#engine;
    // A file that the program writes as it starts would be one more reload.
    this.#engine.watcher?.close();
    const unchecked = [];
    for (const record of importersFirst(this.#engine)) {
      const module = this.#module(relativeTo(options.root, record.path));
      if (!(await this.#reload(record, module))) unchecked.push(module.path);
    }
    const gc = garbageCollector();
    const isClear = () => {
      gc();
      return this.#left().length === 0 && stale(registry).length === 0;
    };
    await until(isClear, { timeMs: options.graceMs + PATIENCE_MS, keepsAlive: true });
    for (const { version, what } of this.#left()) {
      this.#module(relativeTo(options.root, version.record.path)).left.push(what);
    }
    const retained = stale(registry);
    for (const { record, number } of retained) {
      this.#module(relativeTo(options.root, record.path)).retained.push(number);
    }
    const { diagnoseProcess } = require('../diagnose');
    const diagnoses = retained.length > 0 ? await diagnoseProcess(options.root) : [];
    const modules = [...this.#modules.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return {
      type: 'check',
      entry: relativeTo(options.root, path.resolve(process.argv[1] ?? '')),
      rounds: this.#settings.rounds,
      durationMs: Math.round(nowMs() - this.#startMs),
      isSafe: modules.length > 0 && unchecked.length === 0 && modules.every(isClean),
      modules,
      unchecked,
      diagnoses,
    };
  }

  /** @param {string} path */
  #module(path) {
    const module = this.#modules.get(path) ?? {
      path,
      evaluated: 0,
      disposed: [],
      left: [],
      retained: [],
      error: null,
    };
    this.#modules.set(path, module);
    return module;
  }

  /**
   * @param {ModuleRecord} record
   * @param {CheckedModule} module
   * @returns {Promise<boolean>} false if there was no time for it
   */
  async #reload(record, module) {
    for (let round = 0; round < this.#settings.rounds; round += 1) {
      // Pruned, by a reload of another module.
      if (!record.current) return true;
      const report = await this.#reloadOnce(record);
      if (!report) return false;
      this.#note(report, module);
      // It would fail again.
      if (module.error) return true;
    }
    return true;
  }

  /**
   * What is forced is evaluated again whatever its content.
   *
   * @param {ModuleRecord} record
   * @returns {Promise<ReloadReport | undefined>} undefined if the time is over
   */
  async #reloadOnce(record) {
    const leftMs = this.#startMs + this.#settings.timeoutMs - nowMs();
    if (leftMs <= 0) return undefined;
    const { transactions } = this.#engine;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, leftMs)));
    const report = transactions.reload(changeSet([], [record]));
    try {
      return /** @type {any} */ (await Promise.race([report, timeout]));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {ReloadReport} report
   * @param {CheckedModule} module whose reload it is
   */
  #note({ outcome, error, evaluated, disposed, traces, failures = [] }, module) {
    for (const path of evaluated) this.#module(path).evaluated += 1;
    for (const { path, kind, count } of disposed) {
      const list = this.#module(path).disposed;
      const known = list.find((each) => each.kind === kind);
      if (known) known.count += count;
      else list.push({ kind, count });
    }
    if (outcome !== 'committed') module.error ??= error ?? { code: outcome, message: outcome };
    module.error ??= failures[0] ?? null;
    for (const trace of traces) {
      // Importers come first: what one of them has left before is its own.
      const owner = this.#traces.get(trace);
      if (owner !== undefined && evaluated.includes(owner)) continue;
      this.#traces.set(trace, module.path);
      module.left.push(trace);
    }
  }

  #left() {
    return this.#leftovers.list(this.#engine.servers.handles());
  }
}

/** @param {CheckedModule} module */
function isClean({ left, retained, error }) {
  return left.length === 0 && retained.length === 0 && error === null;
}

/** The stale versions whose code is still reachable. @param {Engine['registry']} registry */
function stale(registry) {
  return [...registry.records()].flatMap((record) => record.reachableStale());
}

/**
 * All modules that are loaded, each after those that import it, as far as there is such an order.
 *
 * @param {Engine} engine
 * @returns {ModuleRecord[]}
 */
function importersFirst({ graph, registry }) {
  const infos = new Map(graph.records().map((info) => [info.id, info]));
  const ids = [...infos.keys()].filter((id) => registry.byId(id).current);
  const order = /** @type {Set<number>} */ (new Set());
  const entered = /** @type {Set<number>} */ (new Set());
  for (const first of ids) {
    // Depth first along importers, without recursion: chains of imports may be long.
    const pending = [first];
    for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
      const waits = entered.has(id)
        ? []
        : (infos.get(id)?.importers ?? []).filter((each) => !entered.has(each));
      entered.add(id);
      if (waits.length > 0) pending.push(...waits);
      else order.add(/** @type {number} */ (pending.pop()));
    }
  }
  return [...order].map((id) => registry.byId(id)).filter(({ current }) => current);
}

/**
 * Looks again and again until it is so, or the time is over.
 *
 * @param {() => boolean} isSo
 * @param {{ timeMs: number, keepsAlive: boolean }} options
 */
async function until(isSo, { timeMs, keepsAlive }) {
  const endMs = nowMs() + timeMs;
  while (!isSo() && nowMs() < endMs) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      if (!keepsAlive) timer.unref();
    });
  }
}

/**
 * V8's own, which the program does not see.
 *
 * @returns {() => void}
 */
function garbageCollector() {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  v8.setFlagsFromString('--no-expose-gc');
  return gc;
}

exports.beginCheck = beginCheck;
