'use strict';

/**
 * Preloaded into the program under test, from a package, so that it is cold. Does what it is asked for over IPC. The
 * registry is looked into only for what the entry exports: nobody else could import the entry and change nothing by it.
 */

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { collect } = require('./gc');

const { FUZZ_PACKAGE: safeHot = '', FUZZ_WATCHES } = process.env;
const [, main = ''] = process.argv;
const root = path.dirname(main);
const MOST_FILES = 200;

/** What the app's clients are connected to. */
const peers = new Set();
const peer = net.createServer((socket) => {
  peers.add(socket.unref());
  socket.on('error', () => {}).on('close', () => peers.delete(socket));
});
peer.listen(0).unref();
process.env.FUZZ_PEER = String(/** @type {net.AddressInfo} */ (peer.address()).port);

// As `register` does, which the watched apps have before this; only that the others have no watcher.
if (!FUZZ_WATCHES) {
  const { getEngine } = require(path.join(safeHot, 'js', 'engine.js'));
  getEngine().expectEntry(main);
}
const hot = require(safeHot);
const engine = /** @type {any} */ (globalThis)[Symbol.for('safe-hot.engine')];

const commands = {
  /** Once the entry has evaluated. */
  async start() {
    while (!entry()) await new Promise((resolve) => setImmediate(resolve));
    await engine.watcher?.ready();
    return { port: /** @type {any} */ (globalThis).kit?.port };
  },
  /** As the watcher would tell it. */
  async told({ files }) {
    const changes = files.map(([name, kind]) => [path.join(root, name), kind]);
    const set = { files: new Map(changes), forced: new Set(), waiting: [], mayGrow: false };
    return engine.transactions.reload(set);
  },
  asked: () => hot.reload(),
  answer: () => entry().answer(),
  async look() {
    const shown = await entry().answer();
    const loaded = hot.graph().map((each) => each.path);
    const { disposed } = /** @type {any} */ (globalThis).kit;
    return {
      ...shown,
      loaded,
      evaluated: loaded.filter(isEvaluated),
      disposed,
      handles: handles(),
    };
  },
  handles,
  /** Versions that are alive and not current, once all garbage is collected. */
  async leaks() {
    const others = () => hot.versions().filter(({ state }) => state !== 'current');
    // A thread of V8's that compiles holds what it works on, and may not get to it where all processors are busy.
    const isDone = () => others().length === 0;
    for (let attempts = 0; attempts < 5 && !(await collect(isDone)); attempts += 1);
    const leaks = others();
    return leaks.length === 0 ? [] : [...leaks, await hot.diagnose()];
  },
};

hot.on('reload', (report) => send({ report }));
process.on('message', (/** @type {any} */ { id, command, ...given }) => {
  Promise.resolve(given)
    .then(commands[command])
    .then(
      (value) => send({ id, value }),
      (error) => send({ id, error: error?.stack ?? String(error) }),
    );
});
process.on('disconnect', () => process.exit());
process.setMaxListeners(0);
process.on('warning', (warning) => {
  const isNodes = warning.name === 'ExperimentalWarning' || /circular/.test(warning.message);
  if (!isNodes) send({ warning: warning.stack });
});

/** What the entry exports, once it has an answer. */
function entry() {
  const exports = engine.registry.lookup(main)?.current?.exports;
  try {
    return exports?.answer && exports;
  } catch {
    // It waits for something before it comes to that.
    return undefined;
  }
}

/** What is loaded may have imported what cannot be, or have failed where it may. @param {string} name */
function isEvaluated(name) {
  const esm = engine.registry.lookup(path.join(root, name))?.current?.esm;
  return !esm || (esm.hasBegun && !esm.evaluation?.failure);
}

/** @param {object} message */
function send(message) {
  if (process.connected) process.send?.(message);
}

/** Of the types that the apps make; others come and go. */
const ACTIVE = {
  Timeout: ['interval', 'timeout'],
  TCPServerWrap: ['server'],
  TCPSERVERWRAP: ['server'],
  UDPWrap: ['udp'],
  UDPWRAP: ['udp'],
  FSEventWrap: ['watcher'],
  FSEVENTWRAP: ['watcher'],
  MessagePort: ['port'],
  MESSAGEPORT: ['port'],
  ProcessWrap: ['child'],
  PROCESSWRAP: ['child'],
  StatWatcher: ['polled'],
  STATWATCHER: ['polled'],
};

function handles() {
  const { kit } = /** @type {any} */ (globalThis);
  /** @type {Record<string, number>} */
  const counts = {
    listener: process.listenerCount('kit'),
    emitter: kit.emitter.listenerCount('kit'),
    target: require('node:events').getEventListeners(kit.target, 'kit').length,
    channel: subscribersOf('kit'),
    signal: process.listenerCount('SIGWINCH'),
    abort: require('node:events').getEventListeners(kit.signal, 'abort').length,
    client: peers.size,
    worker: kit.workers.filter((each) => each.deref()?.threadId > 0).length,
    file: openFiles(),
  };
  for (const type of process.getActiveResourcesInfo()) {
    const [name] = /** @type {any} */ (ACTIVE)[type] ?? [];
    if (name) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How often the kit's file is open. */
function openFiles() {
  const kit = fs.statSync(path.join(root, 'kit.cjs'), { bigint: true });
  let count = 0;
  for (let fd = 3; fd < MOST_FILES; fd += 1) {
    try {
      const { ino, dev } = fs.fstatSync(fd, { bigint: true });
      if (ino === kit.ino && dev === kit.dev) count += 1;
    } catch {
      // It is not open.
    }
  }
  return count;
}

/** @param {string} name */
function subscribersOf(name) {
  const channel = /** @type {any} */ (require('node:diagnostics_channel').channel(name));
  return channel._subscribers?.length ?? 0;
}
