'use strict';

/** Which hooks of Node's loader the program and its tools have registered. */

const Module = /** @type {any} */ (require('node:module'));
const { argumentsOfNode, isFirstPreload } = require('../node-arguments');

/** Node's own, by which no hook of ours is counted. */
const { register, registerHooks } = Module;

/** Those of `module.registerHooks` (Node 22.15 and up) that stand. @type {Map<object, { load?: unknown, resolve?: unknown }>} */
const standing = new Map();
let hasThread = false;

/** Its hooks leave alone what is loaded as by `require`, which is how hot ES modules get what they import. */
const BLIND = 'import-in-the-middle';
let isBlind = false;

/** Follows what is registered from now on. */
function followHooks() {
  Module.register = function (/** @type {any[]} */ ...args) {
    hasThread = true;
    isBlind ||= String(args[0]).includes(BLIND);
    return Reflect.apply(register, Module, args);
  };
  if (!registerHooks) return;
  Module.registerHooks = function (/** @type {any} */ hooks) {
    const handle = registerHooks(hooks);
    standing.set(handle, { ...hooks });
    // Node's own is frozen.
    return Object.create(handle, {
      deregister: {
        value() {
          standing.delete(handle);
          handle.deregister();
        },
      },
    });
  };
}

/** May a hook give another text than the file's? */
function hasLoadHooks() {
  return [...standing.values()].some(({ load }) => typeof load === 'function');
}

/** May a hook find what is not there? */
function mayFindMore() {
  const isKnown = [...standing.values()].some(({ resolve }) => typeof resolve === 'function');
  return hasThread || isKnown || !isFirstPreload(argumentsOfNode());
}

/** What hooks that are put in place now must know of others: what came before them, and a thread that comes after. */
function foreignHooks() {
  return { cameBefore: standing.size > 0, hasThread: () => hasThread };
}

/** The tool, if there is one, that does not see the packages that hot ES modules import; told once. */
function takeBlindTool() {
  if (!isBlind) return undefined;
  isBlind = false;
  return BLIND;
}

exports.followHooks = followHooks;
exports.foreignHooks = foreignHooks;
exports.hasLoadHooks = hasLoadHooks;
exports.mayFindMore = mayFindMore;
exports.register = register;
exports.registerHooks = registerHooks;
exports.takeBlindTool = takeBlindTool;
