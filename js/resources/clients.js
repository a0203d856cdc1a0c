'use strict';

/**
 * Clients that hold sockets, handles and timers of their own, and open and close them as they like: those of databases,
 * watchers. Ending those under them would look like a failure of the other side: they connect again, or throw. So the
 * client itself is what is owned, by the version that made it, and it is ended in its own way. It stays usable for what
 * is in flight, for as long as the grace period lasts.
 *
 * What they are is told by adapters. One that is an emitter is known by what it can do, as it is constructed: any copy of
 * its package may be loaded, by another package too, and by Node's own loader, which gives its exports out as they are.
 */

/**
 * @typedef {object} ClientKind
 * @property {string} what as people say it
 * @property {string[]} members that tell its class from others
 * @property {(client: any, graceMs: number) => unknown} end
 */

/** @type {ClientKind[]} */
const kinds = [];
/** Whose calls of Node's functions are their clients' own business. @type {Set<string>} */
const packages = new Set();
let inPackages = /(?!)/;
let isAnyMade = false;

/** @type {WeakMap<object, ClientKind | null>} */
let byPrototype = new WeakMap();

/** What the package opens is the business of the clients that it makes. @param {string} name */
function addClientPackage(name) {
  if (packages.has(name)) return;
  packages.add(name);
  inPackages = new RegExp(`[\\\\/]node_modules[\\\\/](${[...packages].join('|')})[\\\\/]`);
}

/** @param {ClientKind} kind */
function addClientKind(kind) {
  kinds.push(kind);
  byPrototype = new WeakMap();
}

/**
 * @param {object} emitter that is being made; its `constructor` may be that of a mixin
 * @returns {ClientKind | undefined}
 */
function clientKindOf(emitter) {
  const prototype = Object.getPrototypeOf(emitter);
  if (prototype === null) return undefined;
  let kind = byPrototype.get(prototype);
  if (kind === undefined) {
    kind = kinds.find(({ members }) => members.every((each) => each in prototype)) ?? null;
    byPrototype.set(prototype, kind);
  }
  return kind ?? undefined;
}

function didMakeClient() {
  isAnyMade = true;
}

/** Has the program made any? Most have not, and need not be asked whose call it is. */
function hasClients() {
  return isAnyMade;
}

/** Does code of such a client call, on its own account? @param {string} file */
function isClientCode(file) {
  return inPackages.test(file);
}

exports.addClientKind = addClientKind;
exports.addClientPackage = addClientPackage;
exports.clientKindOf = clientKindOf;
exports.didMakeClient = didMakeClient;
exports.hasClients = hasClients;
exports.isClientCode = isClientCode;
