'use strict';

/** A client of Redis connects again by itself when its connection ends. */

const { setTimeout } = require('../clock');

/** How often it is looked whether a client that goes has work, in milliseconds. */
const LOOK_MS = 10;

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'ioredis',
  client: {
    what: 'client of Redis',
    members: ['sendCommand', 'disconnect', 'duplicate', 'monitor'],
    end: park,
  },
};

/**
 * Disconnects for as long as no one asks; a command of a stale request connects once more.
 *
 * @param {any} client
 * @param {number} graceMs
 */
function park(client, graceMs) {
  let isOver = false;
  client.on('error', () => {});
  client.on('end', () => {
    // As if made with `lazyConnect`: the next command connects.
    if (!isOver) client.status = 'wait';
  });
  const isIdle = () =>
    !client.commandQueue?.length && !client.offlineQueue?.length && client.status === 'ready';
  const rest = () => {
    if (isIdle()) client.disconnect();
    if (!isOver) setTimeout(rest, LOOK_MS).unref();
  };
  rest();
  setTimeout(() => {
    isOver = true;
    client.disconnect();
  }, graceMs).unref();
}
