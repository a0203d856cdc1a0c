'use strict';

/** A pool of PostgreSQL lets its connections go one by one. */

const { setTimeout } = require('../clock');

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'pg-pool',
  client: {
    what: 'pool of PostgreSQL connections',
    members: ['query', 'connect', 'end', 'idleCount', 'waitingCount'],
    end: drain,
  },
};

/**
 * Connections that are idle end now, the others as they come back. A stale request may go on asking.
 *
 * @param {any} pool
 * @param {number} graceMs
 */
function drain(pool, graceMs) {
  if (pool.ended || pool.ending) return;
  pool.options.maxUses = 1;
  pool.on('error', () => {});
  for (let count = pool.idleCount; count > 0; count -= 1) {
    pool.connect(
      (/** @type {unknown} */ error, /** @type {any} */ _, /** @type {any} */ release) =>
        error ? undefined : release(true),
    );
  }
  setTimeout(() => pool.ended || pool.ending || pool.end(), graceMs).unref();
}
