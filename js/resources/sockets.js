'use strict';

/**
 * Client sockets that a version opens while it evaluates, or in what follows: of databases, caches, other services. A
 * pool that holds them sees the other side close, as every pool knows how to. What is opened while a request is served
 * belongs to no one.
 */

const { clearTimeout, nowMs, setTimeout } = require('../clock');
const { whenLoaded } = require('./builtins');
const { listenQuietly } = require('./listeners');
const { currentOwner, isClientCall, makerInContext } = require('./ownership');

/** @type {() => number} */
let graceMs = () => 5_000;

/** When each client socket was opened, and whether a version owns it. @type {WeakMap<object, { madeAtMs: number, isOwned: boolean }>} */
const opened = new WeakMap();

/** @param {() => number} grace how long a socket may take to end by itself, in milliseconds */
function install(grace) {
  graceMs = grace;
  whenLoaded('net', () => {
    const { prototype } = /** @type {any} */ (require('node:net').Socket);
    const { connect } = prototype;
    /** @this {any} */
    prototype.connect = function (/** @type {any[]} */ ...args) {
      // The version was given up: it connects to nothing.
      if (currentOwner()?.state === 'aborted') process.nextTick(() => this.destroy());
      else track(this, args);
      return Reflect.apply(connect, this, args);
    };
  });
}

/**
 * @param {any} socket
 * @param {any[]} args of `connect`
 */
function track(socket, args) {
  const owner = makerInContext();
  const isOwned = owner !== undefined && !isClientCall();
  opened.set(socket, { madeAtMs: nowMs(), isOwned });
  if (!owner || !isOwned) return;
  const resource = owner.resources.add({
    kind: 'socket',
    what: () => `socket to ${addressOf(socket, args)}`,
    release: () => end(socket),
  });
  listenQuietly(socket, 'close', () => owner.resources.delete(resource));
}

/**
 * Ends a socket once the request that it carries has been answered, and destroys it after the grace period.
 *
 * @param {any} socket
 */
function end(socket) {
  if (socket.destroyed) return;
  quiet(socket);
  const timer = setTimeout(() => socket.destroy(), graceMs());
  timer.unref();
  listenQuietly(socket, 'close', () => clearTimeout(timer));
  // `http` notes the request that a socket carries here, and says `free` when it is answered.
  if (socket._httpMessage) socket.once('free', () => socket.end());
  else socket.end();
}

/**
 * A client may throw when its socket ends under it, as an `error` event that no one listens to. What the end of a
 * stale version's socket leads to must not end the process.
 *
 * @param {any} socket
 */
function quiet(socket) {
  const { emit } = socket;
  socket.emit = function (/** @type {any[]} */ ...args) {
    try {
      return Reflect.apply(emit, this, args);
    } catch (error) {
      if (args[0] !== 'end' && args[0] !== 'close' && args[0] !== 'error') throw error;
      process.emitWarning(error instanceof Error ? error : String(error));
      return true;
    }
  };
}

/**
 * @param {any} socket
 * @param {any[]} args
 */
function addressOf(socket, args) {
  const [options = {}] = /** @type {any} */ (require('node:net'))._normalizeArgs(args.flat(1));
  if (options.path) return options.path;
  const host = socket.remoteAddress ?? options.host ?? 'localhost';
  return `${host}:${socket.remotePort ?? options.port}`;
}

/**
 * Client sockets that belong to no version, since they were opened while a request or a call was served.
 *
 * @returns {{ what: string, madeAtMs: number }[]}
 */
function unownedSockets() {
  const handles = /** @type {any} */ (process)._getActiveHandles?.() ?? [];
  return handles.flatMap((/** @type {any} */ handle) => {
    const entry = opened.get(handle);
    if (!entry || entry.isOwned) return [];
    return { what: `socket to ${addressOf(handle, [])}`, madeAtMs: entry.madeAtMs };
  });
}

exports.install = install;
exports.unownedSockets = unownedSockets;
