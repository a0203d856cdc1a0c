'use strict';

/* Loaded before the app of the soak: answers its parent with what the process holds. */

const { setImmediate: turn } = require('node:timers/promises');

/** Finalizers run between collections, and what they let go of is free after the next. */
const COLLECTIONS = 3;

process.on('message', async () => {
  for (let count = 0; count < COLLECTIONS; count += 1) {
    /** @type {NodeJS.GCFunction} */ (globalThis.gc)();
    await turn();
  }
  const { rss, heapUsed } = process.memoryUsage();
  const { resources, versions } = require('safe-hot');
  const stale = versions().filter(({ state }) => state === 'stale').length;
  process.send?.({ rss, heapUsed, stale, resources: resources().length, handles: handles() });
});

/** Connections of clients come and go as they like. */
function handles() {
  return process.getActiveResourcesInfo().filter((name) => name !== 'TCPSocketWrap').length;
}

process.channel?.unref();
