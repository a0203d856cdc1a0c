'use strict';

/**
 * Which socket does a new version take over? The one at the address that it asks for. Any port, `:0`, is no address: each
 * module that asks for it has a socket of its own, and its successor takes over that one alone.
 */

/** @typedef {import('./ownership').Owner} Owner */

/**
 * @template {{ address: string, owner: Owner }} Socket
 * @param {Iterable<Socket>} sockets that may be taken over
 * @param {string} address as asked for
 * @param {Owner} owner who asks
 * @returns {Socket | undefined}
 */
function predecessorIn(sockets, address, owner) {
  const isAnyPort = address.endsWith(':0');
  for (const socket of sockets) {
    const isMeant = socket.address === address;
    if (isMeant && (!isAnyPort || socket.owner.record === owner.record)) return socket;
  }
  return undefined;
}

exports.predecessorIn = predecessorIn;
