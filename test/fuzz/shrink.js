'use strict';

/** Cuts a failing case down: fewer edits, modules, imports, exports, as long as the same claim fails. */

const { edited } = require('./model');

/**
 * @typedef {import('./generate').Case} Case
 *
 * @param {Case} given fails
 * @param {(smaller: Case) => Promise<boolean>} fails in the same way?
 * @param {{ untilMs: number }} options on the clock of `performance.now()`
 * @returns {Promise<Case>}
 */
async function shrink(given, fails, { untilMs }) {
  let best = given;
  let isSmaller = true;
  const isBetter = async (/** @type {Case} */ candidate) => {
    if (performance.now() > untilMs || !(await fails(candidate))) return false;
    best = candidate;
    isSmaller = true;
    return true;
  };
  while (isSmaller && performance.now() < untilMs) {
    isSmaller = false;
    for (const { get, set } of PARTS) await cut(() => best, get, set, isBetter);
    for (const candidate of simplerThan(best)) await isBetter(candidate);
  }
  return best;
}

/**
 * Leaves out ever smaller runs of one list.
 *
 * @param {() => Case} best
 * @param {(given: Case) => any[]} get
 * @param {(given: Case, list: any[]) => Case} set
 * @param {(candidate: Case) => Promise<boolean>} isBetter
 */
async function cut(best, get, set, isBetter) {
  let size = Math.ceil(get(best()).length / 2);
  while (size >= 1) {
    for (let at = 0; at < get(best()).length;) {
      const list = get(best());
      const isCut = await isBetter(set(best(), [...list.slice(0, at), ...list.slice(at + size)]));
      if (!isCut) at += size;
    }
    if (size === 1) return;
    size = Math.floor(size / 2);
  }
}

/** Lists that a case consists of. @type {{ get: (given: Case) => any[], set: (given: Case, list: any[]) => Case }[]} */
const PARTS = [
  { get: ({ edits }) => edits, set: (given, edits) => ({ ...given, edits }) },
  {
    get: ({ model }) => model.modules.slice(1),
    set: (given, modules) => withModules(given, [given.model.modules[0], ...modules]),
  },
  {
    get: ({ edits }) =>
      edits.flatMap((operations, at) => operations.map((operation) => ({ at, operation }))),
    set: (given, list) => ({
      ...given,
      edits: given.edits.map((_, index) =>
        list.flatMap(({ at, operation }) => (at === index ? [operation] : [])),
      ),
    }),
  },
  ...['edges', 'exports', 'resources', 'accepts'].map((part) => ({
    get: (/** @type {Case} */ { model }) =>
      model.modules.flatMap((module) =>
        /** @type {any} */ (module)[part].map((/** @type {any} */ item) => ({
          id: module.id,
          item,
        })),
      ),
    set: (/** @type {Case} */ given, /** @type {any[]} */ list) =>
      withModules(
        given,
        given.model.modules.map((module) => ({
          ...module,
          [part]: list.flatMap(({ id, item }) => (id === module.id ? [item] : [])),
        })),
      ),
  })),
];

/** @param {Case} given @param {any[]} modules @returns {Case} */
function withModules(given, modules) {
  return { ...given, model: { ...given.model, modules } };
}

/** @param {Case} given */
function* simplerThan(given) {
  const { model, edits } = given;
  if (edits.length > 1) {
    yield { ...given, model: edited(model, edits[0] ?? []), edits: edits.slice(1) };
  }
  if (model.serves) yield { ...given, model: { ...model, serves: false } };
  for (const [flag, value] of [
    ['disposes', false],
    ['keeps', false],
    ['acceptsSelf', false],
    ['awaits', false],
    ['fault', null],
    ['isDeleted', false],
  ]) {
    for (const { id } of model.modules) {
      const changed = model.modules.map((module) =>
        module.id === id ? { ...module, [/** @type {string} */ (flag)]: value } : module,
      );
      const isOther = model.modules.some(
        (module) =>
          module.id === id && /** @type {any} */ (module)[/** @type {string} */ (flag)] !== value,
      );
      if (isOther) yield withModules(given, changed);
    }
  }
  const flat = model.modules.map((module) => ({ ...module, place: module.id }));
  if (model.modules.some(({ place, id }) => place !== id)) yield withModules(given, flat);
  for (const [from, to] of [
    ['mts', 'mjs'],
    ['cts', 'cjs'],
    ['js', 'cjs'],
  ]) {
    if (!model.modules.some(({ format }) => format === from)) continue;
    const plain = model.modules.map((module) =>
      module.format === from ? { ...module, format: /** @type {any} */ (to) } : module,
    );
    yield withModules(given, plain);
  }
  if (given.way !== 'told') yield { ...given, way: /** @type {const} */ ('told') };
}

exports.shrink = shrink;
