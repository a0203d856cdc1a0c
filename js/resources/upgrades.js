'use strict';

/**
 * Connections that were upgraded, WebSockets above all: the code that speaks on them is the version's that took them.
 * When that version goes they are closed as the protocol says, so that clients connect again, to the new code.
 */

const { clearTimeout, setTimeout } = require('../clock');
const { listenQuietly } = require('./listeners');

/** @typedef {import('./ownership').Owner} Owner */

/** A close frame of RFC 6455 with status 1012, "service restart". */
const CLOSE_FRAME = Buffer.from([0x88, 0x02, 0x03, 0xf4]);

class Upgrades {
  /** @type {Map<any, { owner: Owner, isWebSocket: boolean }>} */
  #connections = new Map();

  /**
   * Notes every connection of `server` that is upgraded. A listener of ours stands only where the program has one:
   * without any, `http` answers upgrade requests as ordinary ones.
   *
   * @param {any} server
   * @param {() => Owner} owner of the listening socket at the time
   */
  follow(server, owner) {
    const note = (/** @type {any} */ request, /** @type {any} */ connection) => {
      const isWebSocket = /^websocket$/i.test(request.headers.upgrade ?? '');
      this.#connections.set(connection, { owner: owner(), isWebSocket });
      listenQuietly(connection, 'close', () => this.#connections.delete(connection));
    };
    let isNoting = server.listenerCount('upgrade') > 0;
    if (isNoting) listenQuietly(server, 'upgrade', note);
    listenQuietly(server, 'newListener', (event) => {
      if (event !== 'upgrade' || isNoting) return;
      isNoting = true;
      listenQuietly(server, 'upgrade', note);
    });
  }

  /**
   * @param {ReadonlySet<Owner>} stale
   * @param {number} graceMs
   */
  end(stale, graceMs) {
    for (const [connection, { owner, isWebSocket }] of this.#connections) {
      if (!stale.has(owner)) continue;
      this.#connections.delete(connection);
      connection.end(isWebSocket ? CLOSE_FRAME : undefined);
      const timer = setTimeout(() => connection.destroy(), graceMs);
      timer.unref();
      listenQuietly(connection, 'close', () => clearTimeout(timer));
    }
  }
}

exports.Upgrades = Upgrades;
