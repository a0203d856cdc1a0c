'use strict';

/** Abort drops the overlay: what staged versions made is disposed, nothing of the old versions was touched. */

const Module = /** @type {any} */ (require('node:module'));
const { disposerOf } = require('../resources/disposal');
const { survivorsOf } = require('./detach');

/**
 * @param {import('./stage').Staged} staged used up by this call
 * @param {import('./host').TransactionHost} host
 */
function abort({ overlay, caller, plan }, host) {
  const { registry, servers, adapters } = host;
  const versions = [...overlay.versions.values(), ...overlay.failed];
  registry.overlay = null;
  host.didStage(versions.map(({ record }) => record));
  servers.abort();
  adapters.abort();
  servers.release(new Set(versions), { ...host.options, lingerMs: 0 });
  // A top was staged with a module that stays as its parent.
  const boundaries = plan.boundaries.map(({ id }) => registry.byId(id).current?.module);
  const parents = [caller?.module, ...boundaries];
  const stale = versions.flatMap((version) => {
    const { module, record, hot } = version;
    if (record.current?.isDisposed && hot?.data) record.handedData = hot.data;
    registry.stale.add(version, 'aborted');
    if (!module) return [];
    const cold = record.coldHolders.map((ref) => ref.deref());
    return [
      {
        module,
        filename: record.path,
        successor: null,
        holders: /** @type {NodeModule[]} */ ([...parents, ...cold].filter(Boolean)),
        survivors: survivorsOf(module, null, host),
        disposers: [
          ...record.takeKept(({ creator }) => creator === version.number),
          ...version.resources
            .takeAll()
            .map((each) => disposerOf(version, each, { ...host.options, warn: host.warn })),
        ],
      },
    ];
  });
  const { failures } = host.native.hotReload({ Module, stale, vanished: [], appeared: [] });
  for (const { error } of failures) host.warn(error);
  for (const version of versions) version.release();
}

exports.abort = abort;
