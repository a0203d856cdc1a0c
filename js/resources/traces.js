'use strict';

/**
 * What a module leaves on the process itself: new globals, patched prototypes, an edited environment. It is not undone,
 * since others may rely on it by now; it is named in the report.
 */

/** Prototypes that programs are known to patch. */
const PROTOTYPES = [
  Object,
  Function,
  Array,
  String,
  Number,
  Promise,
  Map,
  Set,
  Date,
  RegExp,
  Error,
];

/**
 * Plain lists, since nearly every reload finds each as it was, and a comparison is then all that there is to do.
 *
 * @typedef {object} Snapshot
 * @property {PropertyKey[]} globals
 * @property {PropertyKey[][]} prototypes in the order of `PROTOTYPES`
 * @property {string[]} env the names, then the value of each
 */

/** @returns {Snapshot} */
function snapshot() {
  return {
    globals: Object.getOwnPropertyNames(globalThis),
    prototypes: PROTOTYPES.map(({ prototype }) => Reflect.ownKeys(prototype)),
    env: environment(),
  };
}

/**
 * @param {Snapshot} before
 * @returns {string[]} as people write them: `globalThis.cache`, `Array.prototype.last`, `process.env.TZ`
 */
function tracesSince(before) {
  const now = snapshot();
  const globals = added(before.globals, now.globals).map((name) => `globalThis.${String(name)}`);
  const patched = PROTOTYPES.flatMap(({ name }, index) =>
    added(before.prototypes[index] ?? [], now.prototypes[index] ?? []).map(
      (key) => `${name}.prototype.${String(key)}`,
    ),
  );
  return [...globals, ...patched, ...edited(before.env, now.env)];
}

/** To read each name and value is a call into Node, so each is read once. */
function environment() {
  const { env } = process;
  const list = /** @type {string[]} */ (Reflect.ownKeys(env));
  for (let index = 0, { length } = list; index < length; index += 1) {
    list.push(/** @type {string} */ (env[/** @type {string} */ (list[index])]));
  }
  return list;
}

/**
 * @param {PropertyKey[]} before
 * @param {PropertyKey[]} now
 */
function added(before, now) {
  if (isSame(before, now)) return [];
  const known = new Set(before);
  return now.filter((key) => !known.has(key));
}

/**
 * @param {string[]} before
 * @param {string[]} now
 */
function edited(before, now) {
  if (isSame(before, now)) return [];
  const [then, today] = [before, now].map((list) => {
    const count = list.length / 2;
    return new Map(list.slice(0, count).map((name, index) => [name, list[count + index]]));
  });
  const names = new Set([...(then?.keys() ?? []), ...(today?.keys() ?? [])]);
  return [...names]
    .filter((name) => then?.get(name) !== today?.get(name))
    .map((name) => `process.env.${name}`);
}

/**
 * @param {PropertyKey[]} one
 * @param {PropertyKey[]} other
 */
function isSame(one, other) {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

exports.snapshot = snapshot;
exports.tracesSince = tracesSince;
