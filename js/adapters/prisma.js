'use strict';

/** The class of each Prisma client, wherever it is generated to, is made by the runtime of `@prisma/client`. */

/** @type {import('../index').Adapter} */
module.exports = {
  package: '@prisma/client',
  versions: '>=4',
  adapt(exports, { own }) {
    const { getPrismaClient } = exports;
    if (!getPrismaClient) return undefined;
    const makeClass = (/** @type {unknown[]} */ ...args) =>
      tracked(Reflect.apply(getPrismaClient, exports, args), own);
    return Object.create(exports, { getPrismaClient: { value: makeClass, enumerable: true } });
  },
};

/** Classes made here: one file of the runtime gives out what another has. @type {WeakSet<Function>} */
const known = new WeakSet();

/**
 * @param {any} PrismaClient
 * @param {import('../index').AdapterTools['own']} own
 */
function tracked(PrismaClient, own) {
  if (known.has(PrismaClient)) return PrismaClient;
  class Tracked extends PrismaClient {
    /** @param {unknown[]} args */
    constructor(...args) {
      super(...args);
      /** Requests that have not ended. */
      let pending = 0;
      let isOver = false;
      const disconnect = () => this['$disconnect']();
      own(this, 'client of Prisma', () => {
        isOver = true;
        return pending === 0 ? disconnect() : undefined;
      });
      const request = this['_request'];
      // A stale request may go on asking: the client connects again at need. Models and extensions ask through objects
      // that stand before this one.
      /** @this {unknown} @param {unknown[]} asked */
      const value = async function (...asked) {
        pending += 1;
        try {
          return await Reflect.apply(request, this, asked);
        } finally {
          pending -= 1;
          if (isOver && pending === 0) void disconnect();
        }
      };
      Object.defineProperty(this, '_request', { configurable: true, writable: true, value });
    }
  }
  known.add(Tracked);
  return Tracked;
}
