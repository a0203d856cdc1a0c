'use strict';

/** Abort drops the overlay: what staged versions made is disposed, nothing of the old versions was touched. */

const Module = /** @type {any} */ (require('node:module'));
const { disposerOf } = require('../resources/disposal');
const { holdersOf, survivorsOf } = require('./detach');

/** @typedef {import('../runtime/record').Version} Version */

/**
 * @param {import('./stage').Staged} staged used up by this call
 * @param {import('./host').TransactionHost} host
 */
function abort({ overlay }, host) {
  const { registry, servers, adapters } = host;
  const versions = [...overlay.versions.values(), ...overlay.failed];
  registry.overlay = null;
  host.didStage(versions.map(({ record }) => record));
  servers.abort();
  adapters.abort();
  giveUp(versions, host);
}

/**
 * Disposes versions that never come to be, and lets go of them.
 *
 * @param {Version[]} versions
 * @param {import('./host').TransactionHost} host
 */
function giveUp(versions, host) {
  if (versions.length === 0) return;
  const { registry } = host;
  releaseServers(versions, host);
  const stale = versions.flatMap((version) => {
    const { module, record, hot } = version;
    if (record.current?.isDisposed && hot?.data) record.handedData = hot.data;
    registry.stale.add(version, 'aborted');
    if (!module) return [];
    return [
      {
        module,
        filename: record.path,
        successor: null,
        // It may have been staged with a module that stays as its parent.
        holders: holdersOf(version, []),
        survivors: survivorsOf(module, null, host),
        disposers: [
          ...record.takeKept(({ creator }) => creator === version.number),
          ...disposersOf(version, host),
        ],
      },
    ];
  });
  const { failures } = host.native.hotReload({ Module, stale, vanished: [], appeared: [] });
  for (const { error } of failures) host.warn(error);
  for (const version of versions) version.release();
}

/**
 * Ends what versions made that failed where they may, and that stay to tell their errors.
 *
 * @param {Version[]} versions
 * @param {import('./host').TransactionHost} host
 */
function endFailed(versions, host) {
  if (versions.length === 0) return;
  for (const version of versions) version.hasFailed = true;
  releaseServers(versions, host);
  for (const dispose of versions.flatMap((version) => disposersOf(version, host))) {
    try {
      void dispose();
    } catch (error) {
      host.warn(error);
    }
  }
}

/** @param {Version[]} versions @param {import('./host').TransactionHost} host */
function releaseServers(versions, { servers, options }) {
  servers.release(new Set(versions), { ...options, lingerMs: 0 });
}

/** @param {Version} version @param {import('./host').TransactionHost} host */
function disposersOf(version, { options, warn }) {
  return version.resources.takeAll().map((each) => disposerOf(version, each, { ...options, warn }));
}

exports.abort = abort;
exports.endFailed = endFailed;
exports.giveUp = giveUp;
