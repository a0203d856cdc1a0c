'use strict';

/**
 * Clients of databases and watchers that hold sockets and handles of their own, and open and close them as they like.
 * Ending those under them would look like a failure of the other side: they connect again, or throw. So the client
 * itself is what is owned, by the version that made it, and it is ended in its own way. It stays usable for what is in
 * flight, for as long as the grace period lasts.
 *
 * Known by what they can do, since any copy of a package may be loaded.
 */

/**
 * @typedef {object} Adapter
 * @property {string} name of the package, whose calls of Node's functions are the client's own business
 * @property {string} what
 * @property {string[]} members that tell its class from others
 * @property {(client: any, graceMs: number) => unknown} release
 */

/** @type {Adapter[]} */
const ADAPTERS = [
  {
    name: 'pg-pool',
    what: 'pool of PostgreSQL connections',
    members: ['query', 'connect', 'end', 'idleCount', 'waitingCount'],
    release: drainPool,
  },
  {
    name: 'ioredis',
    what: 'client of Redis',
    members: ['sendCommand', 'disconnect', 'duplicate', 'monitor'],
    release: parkRedis,
  },
  {
    name: 'mongodb',
    what: 'client of MongoDB',
    members: ['connect', 'close', 'db', 'startSession', 'withSession'],
    release: (client, graceMs) => later(graceMs, () => client.close()),
  },
  {
    name: 'bullmq',
    what: 'worker of a queue',
    members: ['getNextJob', 'isRunning', 'close', 'pause'],
    release: (worker) => worker.close(),
  },
  {
    name: 'chokidar',
    what: 'watcher',
    members: ['unwatch', 'getWatched', 'close'],
    release: (watcher) => watcher.close(),
  },
];

let isInClient = patternOf(ADAPTERS.map(({ name }) => name));

/** @param {string[]} packages */
function patternOf(packages) {
  return new RegExp(`[\\\\/]node_modules[\\\\/](${packages.join('|')})[\\\\/]`);
}

/** What the package opens is the business of the clients that it makes. @param {string} name */
function addClientPackage(name) {
  if (ADDED.has(name)) return;
  ADDED.add(name);
  isInClient = patternOf([...ADAPTERS.map((each) => each.name), ...ADDED]);
}

/** @type {Set<string>} */
const ADDED = new Set();

/** @type {WeakMap<object, Adapter | null>} */
const byPrototype = new WeakMap();

/**
 * @param {object} emitter that is being made; its `constructor` may be that of a mixin
 * @returns {Adapter | undefined}
 */
function adapterFor(emitter) {
  const prototype = Object.getPrototypeOf(emitter);
  if (prototype === null) return undefined;
  let adapter = byPrototype.get(prototype);
  if (adapter === undefined) {
    adapter = ADAPTERS.find(({ members }) => members.every((each) => each in prototype)) ?? null;
    byPrototype.set(prototype, adapter);
  }
  return adapter ?? undefined;
}

/** Does code of such a client call, on its own account? @param {string} file */
function isClientCode(file) {
  return isInClient.test(file);
}

/**
 * Connections that are idle end now, the others as they come back. A stale request may go on asking.
 *
 * @param {any} pool
 * @param {number} graceMs
 */
function drainPool(pool, graceMs) {
  if (pool.ended || pool.ending) return;
  pool.options.maxUses = 1;
  pool.on('error', () => {});
  for (let count = pool.idleCount; count > 0; count -= 1) {
    pool.connect(
      (/** @type {unknown} */ error, /** @type {any} */ _, /** @type {any} */ release) =>
        error ? undefined : release(true),
    );
  }
  later(graceMs, () => pool.ended || pool.ending || pool.end());
}

/**
 * Disconnects for as long as no one asks; a command of a stale request connects once more.
 *
 * @param {any} client
 * @param {number} graceMs
 */
function parkRedis(client, graceMs) {
  let isOver = false;
  client.on('error', () => {});
  client.on('end', () => {
    // As if made with `lazyConnect`: the next command connects.
    if (!isOver) client.status = 'wait';
  });
  const isIdle = () =>
    !client.commandQueue?.length && !client.offlineQueue?.length && client.status === 'ready';
  const rest = () => {
    if (isIdle()) client.disconnect();
    if (!isOver) later(10, rest);
  };
  rest();
  later(graceMs, () => {
    isOver = true;
    client.disconnect();
  });
}

/** @param {number} delayMs @param {() => unknown} run */
function later(delayMs, run) {
  setTimeout(run, delayMs).unref();
}

exports.adapterFor = adapterFor;
exports.addClientPackage = addClientPackage;
exports.isClientCode = isClientCode;
