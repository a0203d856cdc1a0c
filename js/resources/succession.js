'use strict';

/**
 * Which socket does a new version take over? The one at the address that it asks for. Any port, `:0`, is no address: each
 * module that asks for it has a socket of its own, and its successor takes over that one alone, for a server of the same
 * kind.
 */

/** @typedef {import('./ownership').Owner} Owner */

/**
 * @template {{ address: string, owner: Owner }} Socket
 * @param {Iterable<Socket>} sockets that may be taken over
 * @param {string} address as asked for
 * @param {Owner} owner who asks
 * @param {(socket: Socket) => boolean} [isAlike] is it of the same kind?
 * @returns {Socket | undefined}
 */
function predecessorIn(sockets, address, owner, isAlike = () => true) {
  const isAnyPort = address.endsWith(':0');
  for (const socket of sockets) {
    const isMeant = socket.address === address;
    if (!isMeant) continue;
    if (!isAnyPort || (socket.owner.record === owner.record && isAlike(socket))) return socket;
  }
  return undefined;
}

exports.predecessorIn = predecessorIn;
