'use strict';

/**
 * Datagram sockets and their handing over, as with listening servers: a staged version that binds where a version that
 * it replaces is bound is given that socket's handle, and Node dispatches what arrives to `handle[owner_symbol]`.
 * Nothing that arrives meanwhile is lost.
 */

const { predecessorIn } = require('./succession');
const { contextOrNearest, isGivenUp } = require('./ownership');

/**
 * @typedef {import('./ownership').Owner} Owner
 *
 * @typedef {object} Bound
 * @property {string} address as asked for
 * @property {any} socket
 * @property {Owner} owner
 * @property {{ socket: any, owner: Owner } | null} claim the successor that asked for it during the stage
 */

/** In place of a handle that has moved on: whatever is asked of it is done already. */
const GONE = new Proxy({}, { get: () => () => 0 });

class Datagrams {
  /** @type {Set<Bound>} */
  #bound = new Set();
  /** Node's own. @type {Function} */
  #bindByNode = () => {};
  /** @type {(version: Owner) => boolean} */
  #isReplaced = () => false;

  /** Once there is such a part of Node. */
  install() {
    this.#follow(require('node:dgram').Socket.prototype);
  }

  /** @param {any} prototype of sockets */
  #follow(prototype) {
    const datagrams = this;
    const { bind, close } = prototype;
    this.#bindByNode = bind;
    /** @this {any} */
    prototype.bind = function bind(/** @type {any[]} */ ...args) {
      return datagrams.#bind(this, args);
    };
    /** @this {any} */
    prototype.close = function (/** @type {any[]} */ ...args) {
      datagrams.#willClose(this);
      return Reflect.apply(close, this, args);
    };
  }

  /** @param {(version: Owner) => boolean} isReplaced */
  beginStage(isReplaced) {
    this.#isReplaced = isReplaced;
  }

  /** @returns {object[]} */
  handles() {
    return [...this.#bound].flatMap(({ socket }) => stateOf(socket)?.handle ?? []);
  }

  /** @returns {string[]} addresses of the sockets that have moved */
  commit() {
    const claimed = [...this.#bound].filter(({ claim }) => claim !== null);
    for (const bound of claimed) {
      const { socket: previous } = bound;
      const { socket, owner } = /** @type {NonNullable<Bound['claim']>} */ (bound.claim);
      const { handle } = stateOf(socket);
      handle[symbolOf(handle, 'owner_symbol')] = socket;
      if (previous !== socket) stateOf(previous).handle = GONE;
      Object.assign(bound, { socket, owner, claim: null });
    }
    return claimed.map(({ address }) => address);
  }

  abort() {
    for (const bound of this.#bound) {
      if (bound.claim && bound.claim.socket !== bound.socket) {
        stateOf(bound.claim.socket).handle = GONE;
      }
      bound.claim = null;
    }
  }

  /**
   * @param {any} socket
   * @param {any[]} args
   */
  #bind(socket, args) {
    // The version was given up while it waited for something: it never binds.
    if (isGivenUp()) {
      process.nextTick(() => socket.close());
      return socket;
    }
    const owner = contextOrNearest();
    if (!owner || !stateOf(socket)?.handle) return Reflect.apply(this.#bindByNode, socket, args);
    const address = addressOf(socket, args);
    const free = [...this.#bound].filter((bound) => !bound.claim && this.#isReplaced(bound.owner));
    const predecessor = predecessorIn(free, address, owner);
    if (predecessor && owner.state === 'staged') {
      take(socket, predecessor.socket, args);
      predecessor.claim = { socket, owner };
    } else {
      const bound = { address, socket, owner, claim: null };
      socket.once('listening', () => {
        // The version was given up in between.
        if (owner.state === 'aborted') socket.close();
        else this.#bound.add(bound);
      });
      Reflect.apply(this.#bindByNode, socket, args);
    }
    return socket;
  }

  /** @param {any} socket */
  #willClose(socket) {
    for (const bound of this.#bound) {
      if (bound.claim?.socket === socket && bound.socket !== socket) {
        bound.claim = null;
        stateOf(socket).handle = GONE;
      } else if (bound.socket === socket) {
        // With a successor in the stage, the handle stays open for it.
        if (bound.claim) stateOf(socket).handle = GONE;
        else this.#bound.delete(bound);
      }
    }
  }
}

/**
 * Makes `socket` one that is bound with the handle of another.
 *
 * @param {any} socket
 * @param {any} other
 * @param {any[]} args
 */
function take(socket, other, args) {
  const [state, from] = [stateOf(socket), stateOf(other)];
  const callback = args.findLast((each) => typeof each === 'function');
  if (callback) socket.once('listening', callback);
  const { handle, bindState } = from;
  if (state.handle !== handle) state.handle.close();
  Object.assign(state, { handle, bindState, receiving: true });
  process.nextTick(() => {
    // It may have been closed in between.
    if (state.handle === handle) socket.emit('listening');
  });
}

/** @param {any} socket */
function stateOf(socket) {
  return socket[symbolOf(socket, 'state symbol')];
}

/**
 * @param {object} object
 * @param {string} description
 */
function symbolOf(object, description) {
  const symbol = Object.getOwnPropertySymbols(object).find(
    (each) => each.description === description,
  );
  return /** @type {symbol} */ (symbol);
}

/**
 * @param {any} socket
 * @param {any[]} args of `bind`
 */
function addressOf({ type }, [first, second]) {
  const isOptions = first !== null && typeof first === 'object';
  const { port, address } = isOptions ? first : { port: first, address: second };
  const host = typeof address === 'string' ? address : '';
  return `${type} ${host}:${Number(typeof port === 'function' ? 0 : (port ?? 0))}`;
}

exports.Datagrams = Datagrams;
