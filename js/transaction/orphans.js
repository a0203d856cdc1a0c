'use strict';

/** What the program no longer leads to, once the texts that are saved now are its own. */

/** @typedef {import('../runtime/record').ModuleRecord} ModuleRecord */

/**
 * What an edit cuts off, of what its plan would load again or ask to take the change.
 *
 * @param {import('../binding').NativePlan} plan
 * @param {import('./prepare').Prepared} prepared
 * @param {{ registry: import('../runtime/registry').Registry, graph: import('../graph').Graph }} host
 * @returns {Set<ModuleRecord>}
 */
function cutOffBy(plan, prepared, { registry, graph }) {
  const gone = [...prepared.gone.keys()];
  if (!losesEdges(prepared)) return new Set(gone);
  const ids = [...plan.tops, ...plan.dropped, ...plan.boundaries.map(({ id }) => id)];
  const records = ids.map((id) => registry.byId(id));
  return new Set([...gone, ...orphansAmong(records, prepared, graph)]);
}

/**
 * Those of `records` that no root leads to by what modules name, the changed ones in their new texts. Copies the graph,
 * so it is for what a reload seldom has to know.
 *
 * @param {Iterable<ModuleRecord>} records
 * @param {Pick<import('./prepare').Prepared, 'mentions'>} prepared
 * @param {import('../graph').Graph} graph
 * @returns {Set<ModuleRecord>}
 */
function orphansAmong(records, { mentions }, graph) {
  /** @type {import('../binding').NativeGraphChange[]} */
  const edges = [...mentions].map(([{ id }, named]) => ({
    type: 'set',
    id,
    imports: [],
    mentions: [...named].map((each) => each.id),
  }));
  const candidates = [...records];
  const ids = candidates.map(({ id }) => id);
  const orphans = new Set(graph.orphanedOnce(edges, ids));
  return new Set(candidates.filter(({ id }) => orphans.has(id)));
}

/**
 * Has a changed module ceased to name another?
 *
 * @param {Pick<import('./prepare').Prepared, 'mentions'>} prepared
 */
function losesEdges({ mentions }) {
  return [...mentions].some(([{ current }, named]) => {
    const before = current ? [...current.imports, ...current.mentions] : [];
    return before.some((each) => !named.has(each));
  });
}

/**
 * Of what was taken for cut off, what the program does lead to: by way of new modules, whose texts were not known before
 * they evaluated.
 *
 * @param {import('./stage').Staged} staged
 * @param {{ graph: import('../graph').Graph }} host
 * @returns {ModuleRecord[]}
 */
function reachedAfterAll({ overlay, prepared }, { graph }) {
  const candidates = [...overlay.cutOff].filter((record) => !prepared.gone.has(record));
  if (candidates.length === 0) return [];
  const mentions = new Map(prepared.mentions);
  for (const { record, imports, mentions: named } of overlay.versions.values()) {
    mentions.set(record, new Set([...(mentions.get(record) ?? []), ...imports, ...named]));
  }
  const orphans = orphansAmong(candidates, { mentions }, graph);
  return candidates.filter((record) => !orphans.has(record));
}

exports.cutOffBy = cutOffBy;
exports.reachedAfterAll = reachedAfterAll;
exports.orphansAmong = orphansAmong;
