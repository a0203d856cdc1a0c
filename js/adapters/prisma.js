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

/**
 * @param {any} PrismaClient
 * @param {import('../index').AdapterTools['own']} own
 */
function tracked(PrismaClient, own) {
  return class extends PrismaClient {
    /** Requests that have not ended. */
    #pending = 0;
    #isOver = false;

    /** @param {unknown[]} args */
    constructor(...args) {
      super(...args);
      own(this, 'client of Prisma', () => {
        this.#isOver = true;
        return this.#pending === 0 ? this['$disconnect']() : undefined;
      });
    }

    /** A stale request may go on asking: the client connects again at need. @param {unknown[]} args */
    async _request(...args) {
      this.#pending += 1;
      try {
        return await super['_request'](...args);
      } finally {
        this.#pending -= 1;
        if (this.#isOver && this.#pending === 0) void this['$disconnect']();
      }
    }
  };
}
