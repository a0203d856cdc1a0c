'use strict';

/**
 * Parts of Node that a program may never load, such as `net`. To follow what they make, safe-hot stands in some of their
 * functions; it does so once such a part is there, so that a program without it does not load it as it starts.
 *
 * Node notes each of its modules in a list when it has loaded it, whoever asked. The list is looked at wherever something
 * could come of a new one: when an emitter is made, as nearly all is that they make; when a builtin is required; when
 * a property is read that stands for one. ES modules that Node loads itself bind names without any of that, so what they
 * could use unseen is loaded before them.
 */

const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

/** Node's own, which only grows. Where there is none, nothing waits. @type {string[] | undefined} */
const loaded = /** @type {any} */ (process).moduleLoadList;

/** How much of the list has been looked at. */
let seen = 0;

/** By name in the list. @type {Map<string, (() => void)[]>} */
const waiting = new Map();

let isFollowing = false;

/** Have functions been replaced that names of ES modules are bound to? */
let isOutdated = false;

/** What makes more than emitters, or has functions that are replaced: what loads it. @type {[string, () => unknown][]} */
const UNSEEN = [
  ['worker_threads', () => require('node:worker_threads')],
  ['perf_hooks', () => require('node:perf_hooks')],
  ['fs/promises', () => fs.promises],
];

/** Those that are not loaded so far. */
const unseen = new Map(UNSEEN);

/**
 * Begins to look.
 *
 * @param {(id: string) => object | undefined} ownFor what a caller has in place of a builtin
 */
function install(ownFor) {
  const { getBuiltinModule } = process;
  if (getBuiltinModule) {
    const own = (/** @type {string} */ id) =>
      ownFor(id) ?? lookingAfter(() => Reflect.apply(getBuiltinModule, process, [id]));
    process.getBuiltinModule = /** @type {any} */ (own);
  }
  const promises = Object.getOwnPropertyDescriptor(fs, 'promises');
  if (promises?.get) {
    const { get } = promises;
    const own = { get: () => lookingAfter(() => Reflect.apply(get, fs, [])) };
    Object.defineProperty(fs, 'promises', { ...promises, ...own });
  }
  isOutdated = true;
  followLoaded();
}

/**
 * @param {string} id of a module of Node's, an internal one too, without `node:`
 * @param {() => void} follow called once, when it is loaded
 */
function whenLoaded(id, follow) {
  if (!loaded) {
    follow();
    return;
  }
  const name = `NativeModule ${id}`;
  waiting.set(name, [...(waiting.get(name) ?? []), follow]);
}

/** Follows what has been loaded since, if anything, where the program asks for it. */
function followLoaded() {
  followMade();
  // What is being followed is not complete.
  if (!isOutdated || isFollowing) return;
  isOutdated = false;
  syncBuiltinESMExports();
}

/**
 * The same where an emitter is made: often, and nearly always in vain. Node itself may be making it, as it loads what a
 * property stands for, and must not find that property read.
 */
function followMade() {
  if (!loaded || loaded.length === seen || isFollowing) return;
  isFollowing = true;
  try {
    while (seen < loaded.length) {
      const name = /** @type {string} */ (loaded[seen]);
      seen += 1;
      const follows = waiting.get(name);
      if (!follows) continue;
      waiting.delete(name);
      for (const follow of follows) follow();
      isOutdated = true;
    }
  } finally {
    isFollowing = false;
  }
}

/** An ES module that Node loads is about to have names of a builtin. @param {string} id with or without `node:` */
function loadBuiltin(id) {
  const name = id.replace(/^node:/, '');
  const load = unseen.get(name);
  // Before: to load it is to ask for it once more.
  unseen.delete(name);
  load?.();
  followLoaded();
}

/** The same for an ES module whose imports are not seen. */
function loadUnseen() {
  for (const id of unseen.keys()) loadBuiltin(id);
}

/**
 * A global that is a builtin's, loaded when it is first read, as Node has it.
 *
 * @param {string} name
 * @param {string} id of the builtin
 */
function loadWhenRead(name, id) {
  const settle = (/** @type {unknown} */ value) => {
    const settled = { value, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(globalThis, name, settled);
    return value;
  };
  // V8 reads what is to be redefined, which would load it.
  delete (/** @type {any} */ (globalThis)[name]);
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get: () => settle(lookingAfter(() => require(id))[name]),
    set: settle,
  });
}

/**
 * @template T
 * @param {() => T} load
 */
function lookingAfter(load) {
  const result = load();
  followLoaded();
  return result;
}

exports.followLoaded = followLoaded;
exports.followMade = followMade;
exports.install = install;
exports.loadBuiltin = loadBuiltin;
exports.loadUnseen = loadUnseen;
exports.loadWhenRead = loadWhenRead;
exports.whenLoaded = whenLoaded;
