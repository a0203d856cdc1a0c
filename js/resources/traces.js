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
 * @typedef {object} Snapshot
 * @property {Set<string>} globals
 * @property {Map<string, Set<PropertyKey>>} prototypes
 * @property {NodeJS.ProcessEnv} env
 */

/** @returns {Snapshot} */
function snapshot() {
  return {
    globals: new Set(Object.getOwnPropertyNames(globalThis)),
    prototypes: new Map(
      PROTOTYPES.map(({ name, prototype }) => [name, new Set(Reflect.ownKeys(prototype))]),
    ),
    env: { ...process.env },
  };
}

/**
 * @param {Snapshot} before
 * @returns {string[]} as people write them: `globalThis.cache`, `Array.prototype.last`, `process.env.TZ`
 */
function tracesSince(before) {
  const globals = Object.getOwnPropertyNames(globalThis)
    .filter((name) => !before.globals.has(name))
    .map((name) => `globalThis.${name}`);
  const patched = PROTOTYPES.flatMap(({ name, prototype }) =>
    Reflect.ownKeys(prototype)
      .filter((key) => !before.prototypes.get(name)?.has(key))
      .map((key) => `${name}.prototype.${String(key)}`),
  );
  const names = new Set([...Object.keys(before.env), ...Object.keys(process.env)]);
  const env = [...names]
    .filter((name) => before.env[name] !== process.env[name])
    .map((name) => `process.env.${name}`);
  return [...globals, ...patched, ...env];
}

exports.snapshot = snapshot;
exports.tracesSince = tracesSince;
