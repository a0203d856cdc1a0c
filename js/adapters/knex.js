'use strict';

/** knex has a pool of connections of its own in each client. A stale request may go on asking. */

const { setTimeout } = require('../clock');

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'knex',
  uses: ['tarn'],
  adapt(exports, { own }) {
    const knex = exports.default ?? exports;
    const { prototype } = knex.Client;
    const { initializePool } = prototype;
    /** @this {any} */
    prototype.initializePool = function (/** @type {unknown[]} */ ...args) {
      Reflect.apply(initializePool, this, args);
      own(this, 'pool of knex', drain);
    };
  },
};

/**
 * Connections that are idle end now, the others as they come back.
 *
 * @param {any} client
 * @param {number} graceMs
 */
function drain(client, graceMs) {
  const { pool } = client;
  if (!pool || pool.destroyed) return;
  pool.min = 0;
  pool.idleTimeoutMillis = 0;
  pool.check();
  pool.on?.('release', () => queueMicrotask(() => pool.check()));
  setTimeout(() => client.pool && client.destroy(), graceMs).unref();
}
