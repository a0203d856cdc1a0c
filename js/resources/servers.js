'use strict';

/**
 * Listening servers (`net` and what is built on it) and their handing over. A listening socket belongs to the version
 * in whose evaluation `listen` was called. When a staged version listens where a version that it replaces listens
 * already, it is given that version's socket: it reports that it is listening, and from the commit on every new
 * connection is its own. The socket is never closed, so no connection is refused.
 *
 * Node dispatches a new connection to `handle[owner_symbol]`; that one link is what the commit moves.
 */

const { errorMonitor } = require('node:events');
const { nowMs, setTimeout } = require('../clock');
const { SafeHotError } = require('../errors');
const { whenLoaded } = require('./builtins');
const { Creation } = require('./creation');
const { blame, contextOrNearest, isGivenUp, runServing } = require('./ownership');
const { listenQuietly } = require('./listeners');

/**
 * @typedef {import('./ownership').Owner} Owner
 *
 * @typedef {object} Claim the successor that asked for the socket during the stage
 * @property {any} server
 * @property {Owner} owner
 */

/** One listening socket, over all the servers that it serves in the course of time. */
class ListeningSocket {
  /**
   * @param {string} address as asked for, e.g. `:3000`
   * @param {any} server
   * @param {Owner} owner
   */
  constructor(address, server, owner) {
    this.address = address;
    /** The server that gets new connections. */
    this.server = server;
    this.owner = owner;
    /** @type {any} set once it listens */
    this.handle = null;
    /** @type {Claim | null} */
    this.claim = null;
    this.madeAtMs = nowMs();
  }
}

/** Parts of Node whose servers speak a protocol of their own. */
const PROTOCOLS = /** @type {const} */ (['http', 'https', 'tls']);

class Servers {
  /** @type {Set<ListeningSocket>} */
  #sockets = new Set();
  /** Node's own. @type {Function} */
  #listenByNode = () => {};
  /** Sockets of replaced versions whose successors may still ask for them. @type {Set<ListeningSocket>} */
  #lingering = new Set();
  /** @type {(() => void) | null} called at each listen of a staged version */
  onStagedListen = null;
  #stagedListens = 0;
  /** Once there is a server. @type {import('./upgrades').Upgrades | null} */
  #upgrades = null;
  /** Once there may be a socket. @type {import('./datagrams').Datagrams | null} */
  #datagrams = null;
  /** @type {(owner: Owner) => boolean} */
  #isReplaced = () => false;
  /** Of `PROTOCOLS`, as far as they are loaded. @type {Function[]} */
  #classes = [];
  #requireRestart;

  /** @param {(error: SafeHotError) => void} requireRestart what staged code asks for needs a new process */
  constructor(requireRestart) {
    this.#requireRestart = requireRestart;
  }

  install() {
    whenLoaded('dgram', () => {
      const { Datagrams } = require('./datagrams');
      this.#datagrams = new Datagrams();
      this.#datagrams.install();
    });
    whenLoaded('net', () => this.#follow(require('node:net').Server.prototype));
    for (const id of PROTOCOLS) {
      whenLoaded(id, () => this.#classes.push(require(`node:${id}`).Server));
    }
  }

  /** @param {any} prototype of servers */
  #follow(prototype) {
    const servers = this;
    const { listen, close } = prototype;
    this.#listenByNode = listen;
    /** @this {any} */
    prototype.listen = function listen(/** @type {any[]} */ ...args) {
      return servers.#listen(this, args);
    };
    /** @this {any} */
    prototype.close = function (/** @type {any[]} */ ...args) {
      servers.#willClose(this);
      return Reflect.apply(close, this, args);
    };
  }

  all() {
    return [...this.#sockets];
  }

  /** The handles that are listened on, whoever has made them. @returns {Set<object>} */
  handles() {
    return new Set([
      ...[...this.#sockets].map(({ handle }) => handle),
      ...(this.#datagrams?.handles() ?? []),
    ]);
  }

  /**
   * Begins to count what staged versions ask for.
   *
   * @param {(owner: Owner) => boolean} isReplaced is the version one of those that the stage may replace?
   */
  beginStage(isReplaced) {
    this.#stagedListens = 0;
    this.#isReplaced = isReplaced;
    this.#datagrams?.beginStage(isReplaced);
  }

  /**
   * Has the successor asked for each socket of the versions that it replaces, or for as many others?
   *
   * @param {ReadonlySet<Owner>} replaced
   */
  isSettled(replaced) {
    const owned = [...this.#sockets].filter((socket) => replaced.has(socket.owner));
    return owned.every((socket) => socket.claim) || this.#stagedListens >= owned.length;
  }

  /**
   * Moves every claimed socket to its successor. Synchronous.
   *
   * @returns {string[]} the addresses
   */
  commit() {
    const moved = [];
    for (const socket of this.#sockets) {
      if (!socket.claim) continue;
      this.#move(socket, socket.claim);
      moved.push(socket.address);
    }
    return [...moved, ...(this.#datagrams?.commit() ?? [])];
  }

  /** Undoes what staged versions have asked for. */
  abort() {
    this.#datagrams?.abort();
    for (const socket of this.#sockets) {
      const { claim } = socket;
      if (!claim) continue;
      socket.claim = null;
      if (claim.server !== socket.server) letGo(claim.server);
      if (!socket.server) this.#closeHandle(socket);
    }
  }

  /**
   * Stops listening where no successor asked. In-flight requests finish on the old code.
   *
   * @param {ReadonlySet<Owner>} stale
   * @param {{ lingerMs: number, graceMs: number, keepUpgraded: boolean }} options how long a successor may still ask
   * @returns {ListeningSocket[]}
   */
  release(stale, { lingerMs, graceMs, keepUpgraded }) {
    if (!keepUpgraded) this.#upgrades?.end(stale, graceMs);
    const left = [...this.#sockets].filter((socket) => stale.has(socket.owner));
    if (lingerMs <= 0) left.forEach((socket) => this.#close(socket));
    else if (left.length > 0) this.#linger(left, lingerMs);
    return left;
  }

  /** @param {ListeningSocket[]} sockets @param {number} lingerMs */
  #linger(sockets, lingerMs) {
    sockets.forEach((socket) => this.#lingering.add(socket));
    const timer = setTimeout(() => {
      sockets.forEach((socket) => this.#lingering.has(socket) && this.#close(socket));
    }, lingerMs);
    timer.unref();
  }

  /** @param {ListeningSocket} socket */
  #close(socket) {
    this.#lingering.delete(socket);
    this.#sockets.delete(socket);
    socket.server?.close();
  }

  /** @param {ListeningSocket} socket */
  #closeHandle(socket) {
    this.#sockets.delete(socket);
    socket.handle?.close();
  }

  /**
   * @param {any} server
   * @param {any[]} args
   */
  #listen(server, args) {
    // The version was given up while it waited for something: it never listens.
    if (isGivenUp()) return server;
    const owner = contextOrNearest();
    if (!owner) return Reflect.apply(this.#listenByNode, server, args);

    const address = addressOf(args);
    if (owner instanceof Creation) ownKept(owner, server, address);
    const predecessor = this.#predecessor(address, server, owner);
    if (predecessor) this.#claim(predecessor, server, owner, args);
    else this.#track(address, server, owner, args);
    if (owner.state === 'staged') {
      this.#stagedListens += 1;
      this.onStagedListen?.();
    }
    return server;
  }

  /**
   * The socket that a version takes over: that of a version which is being replaced, or of one that just was.
   *
   * @param {string} address
   * @param {any} server
   * @param {Owner} owner
   */
  #predecessor(address, server, owner) {
    const free = [...this.#sockets].filter((socket) => {
      if (socket.claim || !socket.handle) return false;
      const isReplaced = owner.state === 'staged' && this.#isReplaced(socket.owner);
      return isReplaced || this.#lingering.has(socket);
    });
    const isAlike = (/** @type {ListeningSocket} */ socket) =>
      this.#classes.every((each) => socket.server instanceof each === server instanceof each);
    const { predecessorIn } = require('./succession');
    return predecessorIn(free, address, owner, isAlike);
  }

  /** @param {any} server @param {ListeningSocket} socket */
  #followUpgrades(server, socket) {
    const { Upgrades } = require('./upgrades');
    this.#upgrades ??= new Upgrades();
    this.#upgrades.follow(server, () => socket.owner);
  }

  /**
   * @param {string} address
   * @param {any} server
   * @param {Owner} owner
   * @param {any[]} args
   */
  #track(address, server, owner, args) {
    const socket = new ListeningSocket(address, server, owner);
    server.once('listening', () => {
      if (!server._handle) return;
      // The version was given up in between, or failed.
      if (isOver(owner)) return void server.close();
      socket.handle = server._handle;
      acceptUnowned(socket.handle);
      this.#sockets.add(socket);
      this.#followUpgrades(server, socket);
    });
    if (owner.state === 'staged') {
      listenQuietly(server, errorMonitor, (error) => this.#didNotListen(error, address, owner));
    }
    Reflect.apply(this.#listenByNode, server, args);
  }

  /**
   * The same port by another name of the host: no new process would find it in use.
   *
   * @param {any} error
   * @param {string} address
   * @param {Owner} owner
   */
  #didNotListen(error, address, owner) {
    if (error?.code !== 'EADDRINUSE' || owner.state !== 'staged') return;
    const used = [...this.#sockets].find(
      (socket) =>
        !socket.claim &&
        socket.server?.address()?.port === error.port &&
        (this.#isReplaced(socket.owner) ||
          this.#lingering.has(socket) ||
          socket.owner instanceof Creation),
    );
    if (!used) return;
    const details = { path: owner.record.path, address, used: used.address };
    const obstacle = new SafeHotError('ERR_SAFE_HOT_ADDRESS', details, error);
    blame(obstacle, owner);
    this.#requireRestart(obstacle);
  }

  /**
   * @param {ListeningSocket} socket
   * @param {any} server
   * @param {Owner} owner
   * @param {any[]} args
   */
  #claim(socket, server, owner, args) {
    const callback = args.findLast((arg) => typeof arg === 'function');
    const claim = { server, owner };
    socket.claim = claim;
    const isSame = server === socket.server;
    if (!isSame) {
      server._handle = socket.handle;
      server._connectionKey = socket.server?._connectionKey;
      server._pipeName = socket.server?._pipeName;
      if (callback) server.once('listening', callback);
    }
    process.nextTick(() => {
      if (server._handle !== socket.handle) return;
      if (!isSame) server.emit('listening');
      else if (callback) Reflect.apply(callback, server, []);
    });
    if (owner.state !== 'staged') this.#move(socket, claim);
  }

  /**
   * @param {ListeningSocket} socket
   * @param {Claim} claim
   */
  #move(socket, claim) {
    const previous = socket.server;
    socket.claim = null;
    socket.owner = claim.owner;
    socket.server = claim.server;
    this.#lingering.delete(socket);
    if (previous === claim.server) return;
    this.#followUpgrades(claim.server, socket);
    const { handle } = socket;
    handle[ownerSymbol(handle)] = claim.server;
    if (claim.server._unref) handle.unref();
    else handle.ref();
    if (!previous) return;
    previous._handle = null;
    require('./forward').forwardTo(previous, () => socket.server);
  }

  /** @param {any} server */
  #willClose(server) {
    for (const socket of this.#sockets) {
      if (socket.claim?.server === server && socket.server !== server) {
        socket.claim = null;
        server._handle = { close() {} };
      } else if (socket.server === server && socket.claim) {
        // Its successor holds the same handle: the handle stays open.
        socket.server = null;
        server._handle = { close() {} };
      } else if (socket.server === server) {
        this.#sockets.delete(socket);
        this.#lingering.delete(socket);
      }
    }
  }
}

/**
 * A server that was made for a value which is kept is closed with that value.
 *
 * @param {Creation} creation
 * @param {any} server
 * @param {string} address
 */
function ownKept({ resources }, server, address) {
  const resource = resources.add({
    kind: 'server',
    what: () => `listening on ${address}`,
    release: () => server.close(),
  });
  listenQuietly(server, 'close', () => resources.delete(resource));
}

/** Has what it made been ended already? @param {Owner} owner */
function isOver(owner) {
  return owner.state === 'aborted' || (!(owner instanceof Creation) && owner.hasFailed);
}

/**
 * Connections from outside are no work of the version that listens.
 *
 * @param {any} handle
 */
function acceptUnowned(handle) {
  const { onconnection } = handle;
  if (typeof onconnection !== 'function') return;
  /** @this {unknown} */
  handle.onconnection = function () {
    return runServing(() => Reflect.apply(onconnection, this, arguments));
  };
}

/** Node's, the same for all handles. @type {symbol | undefined} */
let ownerSymbolOfNode;

/** @param {any} handle */
function ownerSymbol(handle) {
  ownerSymbolOfNode ??= Object.getOwnPropertySymbols(handle).find(
    (each) => each.description === 'owner_symbol',
  );
  return /** @type {symbol} */ (ownerSymbolOfNode);
}

/**
 * A server that had been given a socket and does not get it.
 *
 * @param {any} server
 */
function letGo(server) {
  server._handle = { close() {} };
  server.close();
}

/** Handles that a program opened itself, each with a number to tell it by. @type {WeakMap<object, number>} */
const handleNumbers = new WeakMap();
let handleCount = 0;

/**
 * What `listen` was asked for, as people write it.
 *
 * @param {any[]} args
 * @returns {string}
 */
function addressOf(args) {
  const [options] = /** @type {any} */ (require('node:net'))._normalizeArgs(args);
  const handle = handleOf(args[0]);
  if (handle) return `handle ${numberOf(handle)}`;
  if (options.fd !== undefined && options.fd !== null) return `fd ${options.fd}`;
  if (typeof options.path === 'string') return options.path;
  const host = typeof options.host === 'string' ? options.host : '';
  return `${host}:${Number(options.port ?? 0)}`;
}

/**
 * The handle that a program gives to `listen`: the thing itself, or what has one.
 *
 * @param {any} first argument of `listen`
 * @returns {object | undefined}
 */
function handleOf(first) {
  if (first === null || typeof first !== 'object') return undefined;
  const handle = first._handle ?? first.handle ?? first;
  return typeof handle.getAsyncId === 'function' ? handle : undefined;
}

/** @param {object} handle */
function numberOf(handle) {
  const number = handleNumbers.get(handle) ?? (handleCount += 1);
  handleNumbers.set(handle, number);
  return number;
}

exports.Servers = Servers;
