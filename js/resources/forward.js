'use strict';

/**
 * A server whose listening socket has moved on still has connections. What arrives on them is answered by the server
 * that listens now; what was in flight goes on where it began. The old server ends when its last connection does.
 */

const { clearInterval } = require('../clock');
const { listenQuietly } = require('./listeners');

/**
 * What a server is asked to do for a client, and what it has no part in without a socket. All else is about the server
 * itself. A connection that a client keeps holds its server, and that would hold who listens to it.
 */
const FORWARDED = new Set([
  'error',
  'listening',
  'request',
  'checkContinue',
  'checkExpectation',
  'connect',
  'upgrade',
  'clientError',
  'dropRequest',
  'timeout',
]);

/**
 * @param {any} server
 * @param {() => any} successor the server that listens at the moment
 */
function forwardTo(server, successor) {
  const { emit, listenerCount } = server;
  const forwards = (/** @type {unknown} */ event) => {
    const target = typeof event === 'string' && FORWARDED.has(event) ? successor() : undefined;
    return target && target !== server ? target : undefined;
  };
  server.emit = function (/** @type {any[]} */ ...args) {
    const target = forwards(args[0]);
    return target ? target.emit(...args) : Reflect.apply(emit, server, args);
  };
  server.listenerCount = function (/** @type {any[]} */ ...args) {
    const target = forwards(args[0]);
    return target ? target.listenerCount(...args) : Reflect.apply(listenerCount, server, args);
  };
  for (const event of FORWARDED) server.removeAllListeners(event);
  listenQuietly(server, 'close', () => stopChecking(server));
  // Emits `close` at once if there is no connection; else Node does when the last one ends.
  server._emitCloseIfDrained();
}

/**
 * `http` looks for connections that take too long, on an interval that only `close()` ends.
 *
 * @param {any} server
 */
function stopChecking(server) {
  const symbol = Object.getOwnPropertySymbols(server).find(
    (each) => each.description === 'http.server.connectionsCheckingInterval',
  );
  if (symbol) clearInterval(server[symbol]);
}

exports.forwardTo = forwardTo;
