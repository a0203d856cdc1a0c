'use strict';

/** What must hold of an app after an edit. Each claim is given what was seen, and throws where it does not hold. */

const { isDeepStrictEqual } = require('node:util');
const { fileOf } = require('./render');

/**
 * @typedef {import('./model').Model} Model
 * @typedef {import('./reference').Whole} Whole
 *
 * @typedef {object} Seen what an app showed in one look; see `kit.cjs` and `hot-side.js`
 * @property {Record<string, Record<string, unknown>>} modules
 * @property {Record<string, number>} counts
 * @property {Record<string, number>} kept
 * @property {Record<string, number>} serials
 * @property {string[]} mixed
 * @property {string[]} loaded files
 * @property {string[]} evaluated files of them that have evaluated, or are about to
 * @property {number[]} disposed
 * @property {Record<string, number>} handles
 */

/** Where `require` of an ES module fails for the second time, some lines of Node do by a bug of their own. */
const NODES_OWN = /ERR_INTERNAL_ASSERTION/;

class Broken extends Error {
  /** @param {string} what the claim that does not hold @param {unknown} [detail] */
  constructor(what, detail) {
    super(what);
    this.detail = detail;
  }
}

/**
 * The ids of modules by their files, in any of the models.
 *
 * @param {Iterable<string>} files
 * @param {Model[]} models
 */
function idsOf(files, models) {
  const ids = new Map(
    models.flatMap(({ modules }) =>
      modules.map((module) => [fileOf(module, { typed: true }), module]),
    ),
  );
  return [...files].flatMap((file) => {
    const module = ids.get(file);
    // Data shows itself in its importers alone.
    return module?.format === 'json' ? [] : [module?.id ?? file];
  });
}

/**
 * @param {Seen} seen
 * @param {Whole} expected
 * @param {{ loaded: string[], mayStay: (id: string) => boolean, report?: unknown }} known `loaded` as ids, of which those
 *   that may stay were asked for lazily, and a way still leads to them
 */
function expectShown(seen, expected, { loaded, mayStay, report }) {
  if (seen.mixed.length > 0) {
    throw new Broken('one version of a module is in use', { mixed: seen.mixed, report });
  }
  const different = differenceOf(seen.modules, expected.modules);
  if (different) throw new Broken('the app shows what a fresh process does', { different, report });
  const extra = loaded.filter((id) => !expected.loaded.includes(id) && !mayStay(id));
  const missing = expected.loaded.filter((id) => !loaded.includes(id));
  if (extra.length + missing.length > 0) {
    throw new Broken('the same modules are loaded', { extra, missing, report });
  }
}

/**
 * State goes with what is evaluated, and nothing is evaluated without need.
 *
 * @param {{ seen: Seen, last: Seen, looks: number }} looked `looks`: how often since `last`
 * @param {object} done what became of the edit, modules by their ids
 * @param {any} done.report
 * @param {Set<string>} done.evaluated
 * @param {Set<string>} done.pruned
 * @param {Set<string>} done.late of them, what was told after the edit before had been looked at: it may have been new then
 * @param {(id: string) => boolean} done.stays is its file where it was?
 * @param {(id: string) => boolean} done.isTouched does the edit, or an earlier one that was not taken, lead to it?
 */
function expectState({ seen, last, looks }, { report, evaluated, pruned, late, stays, isTouched }) {
  for (const [id, count] of Object.entries(seen.counts)) {
    const before = last.counts[id];
    if (before === undefined || !stays(id)) continue;
    const isNew = evaluated.has(id) || pruned.has(id);
    const expected = isNew ? 1 : before + looks;
    const wasNew = late.has(id) && count === before + looks;
    if (count !== expected && !wasNew && !(isNew && count <= looks)) {
      throw new Broken('state goes with what is evaluated alone', { id, count, expected, report });
    }
    if (evaluated.has(id) && report.outcome !== 'restored' && !isTouched(id)) {
      throw new Broken('only what an edit leads to is evaluated', { id, report });
    }
    const [kept, keptNow] = [last.kept[id], seen.kept[id]];
    const isKept = kept === undefined || keptNow === undefined || kept === keptNow;
    if (!isKept && !pruned.has(id)) throw new Broken('what is kept stays', { id, report });
  }
}

/**
 * @param {Seen} seen
 * @param {Record<string, number>} before numbers of the evaluations that served, by id
 * @param {string[]} loaded ids
 * @returns {Record<string, number>} of those that serve now
 */
function expectDisposed({ serials, disposed }, before, loaded) {
  const twice = disposed.filter((each, index) => disposed.indexOf(each) !== index);
  const early = Object.values(serials).filter((each) => disposed.includes(each));
  const known = { ...before, ...serials };
  const gone = Object.entries(before).filter(
    ([id, each]) => (known[id] !== each || !loaded.includes(id)) && !disposed.includes(each),
  );
  if (twice.length + early.length + gone.length > 0) {
    throw new Broken('a version is disposed once, when it goes', { twice, early, gone });
  }
  return Object.fromEntries(Object.entries(known).filter(([id]) => loaded.includes(id)));
}

/** What Node counts as another kind, among what the modules make. */
const COUNTED_AS = {
  timeout: 'interval',
  waiting: 'interval',
  stream: 'file',
  broadcast: 'port',
};

/**
 * @param {Model} model
 * @param {string[]} loaded ids
 * @returns {Record<string, number>} the handles that loaded modules have open
 */
function handlesOf({ modules, serves }, loaded) {
  /** @type {Record<string, number>} */
  const handles = serves ? { server: 1 } : {};
  for (const { id, resources } of modules) {
    if (!loaded.includes(id)) continue;
    for (const each of resources) {
      const kind = /** @type {any} */ (COUNTED_AS)[each] ?? each;
      handles[kind] = (handles[kind] ?? 0) + 1;
    }
  }
  return handles;
}

/** @param {Record<string, number>} a @param {Record<string, number>} b */
function areSame(a, b) {
  return Object.keys({ ...a, ...b }).every((kind) => (a[kind] ?? 0) === (b[kind] ?? 0));
}

/**
 * What clients were answered while the app was edited is of the program before, or of the one after.
 *
 * @param {string[]} answers
 * @param {Whole[]} programs
 */
function expectAnswers(answers, programs) {
  for (const answer of answers) {
    const { modules, mixed } = JSON.parse(answer);
    const differences = programs.map((each) => differenceOf(modules, each.modules, isNow));
    if (!differences.includes(null) || mixed.length > 0) {
      throw new Broken('a request is answered by one program', { mixed, differences });
    }
  }
}

/** Is it shown before all that is imported later is here? @param {unknown} value */
function isNow(value) {
  return value !== 'later';
}

/**
 * @param {Record<string, any>} actual
 * @param {Record<string, any>} expected
 * @param {(value: unknown) => boolean} [counts] what is compared, by the actual value
 */
function differenceOf(actual, expected, counts = () => true) {
  for (const id of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const [a, b] = [actual[id], expected[id]];
    // What hides behind an import that comes later is not looked at.
    if (a === undefined && counts === isNow) continue;
    if (!a || !b) return { module: id, actual: a, expected: b };
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (counts(a[key]) && !isSame(a[key], b[key])) {
        return { module: id, what: key, actual: a[key], expected: b[key] };
      }
    }
  }
  return null;
}

/** @param {unknown} actual @param {unknown} expected */
function isSame(actual, expected) {
  const isNodes = typeof expected === 'string' && NODES_OWN.test(expected);
  return isNodes ? /^throws /.test(String(actual)) : isDeepStrictEqual(actual, expected);
}

exports.Broken = Broken;
exports.NODES_OWN = NODES_OWN;
exports.areSame = areSame;
exports.expectAnswers = expectAnswers;
exports.expectDisposed = expectDisposed;
exports.expectShown = expectShown;
exports.expectState = expectState;
exports.handlesOf = handlesOf;
exports.idsOf = idsOf;
