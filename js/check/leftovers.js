'use strict';

/**
 * What versions make, and whether it is gone with them: handles that keep the process alive, and listeners on `process`.
 * Node's own hooks see what no other part of ours looks at. They cost time, so only `safe-hot check` has them.
 */

const asyncHooks = require('node:async_hooks');
const { listenQuietly } = require('../resources/listeners');
const { makerInContext } = require('../resources/ownership');

/**
 * @typedef {import('../runtime/record').Version} Version
 *
 * @typedef {object} Handle
 * @property {string} kind
 * @property {Version} owner
 * @property {WeakRef<any>} resource
 *
 * @typedef {object} Listener
 * @property {string | symbol} event
 * @property {Version} owner
 * @property {WeakRef<Function>} listener
 *
 * @typedef {{ version: Version, what: string }} Leftover
 */

/** The types of `async_hooks` that are handles, by what people call them. */
const KINDS = new Map([
  ['Timeout', 'timer'],
  ['TCPSERVERWRAP', 'server'],
  ['PIPESERVERWRAP', 'server'],
  ['TCPWRAP', 'socket'],
  ['PIPEWRAP', 'pipe'],
  ['UDPWRAP', 'udp socket'],
  ['FSEVENTWRAP', 'file watcher'],
  ['STATWATCHER', 'file watcher'],
  ['PROCESSWRAP', 'child process'],
  ['WORKER', 'worker'],
  ['MESSAGEPORT', 'channel'],
  ['SIGNALWRAP', 'signal handler'],
  ['HTTP2SESSION', 'http2 session'],
]);

class Leftovers {
  /** @type {Map<number, Handle>} by the id of Node's hooks */
  #handles = new Map();
  /** @type {Listener[]} */
  #listeners = [];

  /** Sees what is made from now on. */
  follow() {
    // Node makes them when they are first asked for, and whoever that is, they stay.
    void [process.stdout, process.stderr];
    const handles = this.#handles;
    asyncHooks
      .createHook({
        init(id, type, _, resource) {
          const kind = KINDS.get(type);
          const owner = kind && makerInContext();
          if (owner) handles.set(id, { kind, owner, resource: new WeakRef(resource) });
        },
        destroy: (id) => void handles.delete(id),
      })
      .enable();
    listenQuietly(process, 'newListener', (event, listener) => {
      const owner = makerInContext();
      if (owner) this.#listeners.push({ event, owner, listener: new WeakRef(listener) });
    });
  }

  /**
   * What stale versions have made and is still there.
   *
   * @param {Set<object>} inUse handles that later versions have taken over
   * @returns {Leftover[]}
   */
  list(inUse) {
    const handles = [...this.#handles.values()].filter(({ owner, resource }) => {
      const handle = resource.deref();
      return owner.isStale && handle && !inUse.has(handle) && handle.hasRef?.() !== false;
    });
    const listeners = this.#listeners.filter(({ owner, event, listener }) => {
      const held = listener.deref();
      return (
        owner.isStale &&
        held &&
        process.listeners(/** @type {any} */ (event)).includes(/** @type {any} */ (held))
      );
    });
    return [
      ...handles.map(({ kind, owner }) => ({ version: owner, what: kind })),
      ...listeners.map(({ event, owner }) => ({
        version: owner,
        what: `listener of '${String(event)}' on process`,
      })),
    ];
  }
}

exports.Leftovers = Leftovers;
