'use strict';

/**
 * Stage evaluates the tops of a plan in the overlay. Old versions are alive and serve; nothing of theirs is touched,
 * but for the dispose handlers that a program registered itself.
 */

const { cutOffBy, reachedAfterAll } = require('./orphans');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('../runtime/registry').Overlay} Overlay
 *
 * @typedef {object} Staged what one stage has come to so far
 * @property {Overlay} overlay
 * @property {import('../binding').NativePlan} plan
 * @property {import('./prepare').Prepared} prepared
 * @property {Version | undefined} caller
 *
 * @typedef {object} StageHost
 * @property {import('../runtime/cjs/loader').Loader} loader
 * @property {import('../runtime/registry').Registry} registry
 * @property {import('../graph').Graph} graph
 */

/**
 * @param {import('../binding').NativePlan} plan
 * @param {import('./prepare').Prepared} prepared
 * @param {Pick<StageHost, 'graph' | 'registry'>} host
 * @param {{ lastGood: boolean }} options
 * @returns {Overlay}
 */
function openOverlay(plan, prepared, host, { lastGood }) {
  return {
    planned: new Set(plan.modules.map(({ id }) => host.registry.byId(id))),
    cutOff: cutOffBy(plan, prepared, host),
    versions: new Map(),
    evaluated: [],
    failed: [],
    sources: prepared.sources,
    gone: prepared.gone,
    unprepared: new Set(),
    isOutdated: false,
    awaiting: new Set(),
    willAwait(promise) {
      this.awaiting.add(promise);
      // Nobody follows it if the stage fails before it waits.
      promise.catch(() => {});
    },
    lastGood,
  };
}

/**
 * Evaluates each top that staged code has not asked for already, then what new versions are going to ask for: a module
 * that was loaded stays loaded, so that a mistake in it shows now and not in a request. Synchronous; what the program
 * awaits comes later.
 *
 * @param {Staged} staged
 * @param {StageHost} host
 * @throws what a module throws
 */
function evaluateStaged(staged, host) {
  do {
    evaluateTops(staged, host);
    evaluateNamed(staged, host);
  } while (findReached(staged, host));
}

/**
 * Has what has evaluated come to lead to more than was known before? That is to be evaluated too.
 *
 * @param {Staged} staged
 * @param {StageHost} host
 */
function findReached(staged, host) {
  const reached = reachedAfterAll(staged, host);
  for (const record of reached) staged.overlay.cutOff.delete(record);
  return reached.length > 0;
}

/**
 * @param {Staged} staged
 * @param {StageHost} host
 */
function evaluateTops(staged, { loader, registry }) {
  const { plan, caller } = staged;
  const boundaries = new Map(
    plan.boundaries.map(({ id, via }) => [registry.byId(via), registry.byId(id)]),
  );
  for (const record of topsOf(staged, registry)) {
    const boundary = caller ?? boundaries.get(record)?.current ?? undefined;
    const isMain = record.current !== null && record.current.module === process.mainModule;
    loader.stage(record, isMain ? null : parentOf(record, boundary), isMain);
  }
}

/**
 * @param {Staged} staged
 * @param {StageHost} host
 */
function evaluateNamed(staged, { loader, registry }) {
  const { overlay, prepared } = staged;
  const isAsked = (/** @type {ModuleRecord} */ record) =>
    overlay.planned.has(record) && !overlay.versions.has(record) && !prepared.gone.has(record);
  for (const { record, version } of keptByCurrent(staged, registry)) {
    if (isAsked(record)) loader.stage(record, version.module, false);
  }
  // Grows while it is walked: what is staged here names modules in its turn. An `import()` has made its module, and goes
  // on later.
  for (const version of overlay.versions.values()) {
    if (version.esm) loader.stage(version.record, null, false);
    for (const record of namedBy(version.record, prepared)) {
      if (isAsked(record)) loader.stage(record, version.module, false);
    }
  }
}

/**
 * The tops of a plan, but for those that accept or are accepted and that the program leads to no more. A caller is to have
 * what it asks for.
 *
 * @param {Staged} staged
 * @param {import('../runtime/registry').Registry} registry
 */
function topsOf({ plan, prepared, caller, overlay }, registry) {
  const left = caller ? prepared.gone : overlay.cutOff;
  return plan.tops.map((id) => registry.byId(id)).filter((record) => !left.has(record));
}

/**
 * Modules that a new version names, loaded by it or not: those of its changed text, or, where the text is the same,
 * those of its predecessor.
 *
 * @param {ModuleRecord} record
 * @param {import('./prepare').Prepared} prepared
 * @returns {Iterable<ModuleRecord>}
 */
function namedBy(record, prepared) {
  return prepared.mentions.get(record) ?? record.current?.named ?? [];
}

/**
 * Planned modules that no one has loaded lately, but that a version which stays names.
 *
 * @param {Staged} staged
 * @param {import('../runtime/registry').Registry} registry
 */
function keptByCurrent({ plan, overlay }, registry) {
  const dropped = plan.dropped
    .map((id) => registry.byId(id))
    .filter((record) => !overlay.cutOff.has(record));
  if (dropped.length === 0) return [];
  const staying = [...registry.records()].flatMap(({ current }) =>
    current && !overlay.planned.has(current.record) ? current : [],
  );
  return dropped.flatMap((record) => {
    const version = staying.find(({ mentions }) => mentions.has(record));
    return version ? [{ record, version }] : [];
  });
}

/**
 * @param {ModuleRecord} record
 * @param {Version | undefined} boundary
 */
function parentOf(record, boundary) {
  if (boundary && boundary.record !== record) return boundary.module;
  const holder = record.coldHolders.map((ref) => ref.deref()).find(Boolean);
  return holder ?? null;
}

exports.openOverlay = openOverlay;
exports.evaluateStaged = evaluateStaged;
exports.findReached = findReached;
exports.namedBy = namedBy;
exports.topsOf = topsOf;
