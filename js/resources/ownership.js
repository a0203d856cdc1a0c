'use strict';

/**
 * Whose is what is made now? An `AsyncLocalStorage` carries the version that is evaluating into everything that
 * follows from its evaluation; inbound connections and requests run outside of any owner. Within that, the innermost
 * hot module on the stack, `await`s included, is the one that made the call: a pool that `db.js` opens when the entry
 * first asks for it is `db.js`'s.
 *
 * No stack is captured where there is no owner, so none on the way of a request.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { hasClients, isClientCode } = require('./clients');
const { Creation } = require('./creation');

/**
 * @typedef {import('../runtime/record').Version} Version
 *
 * @typedef {Version | Creation} Owner
 */

/** Stands where a version would, in work for a client that has connected. */
const SERVING = Symbol('serving');

/**
 * One for both: up to Node 22 each that is in use is a cost to whatever is asynchronous.
 *
 * @type {AsyncLocalStorage<Owner | typeof SERVING | undefined>}
 */
const storage = new AsyncLocalStorage();

/** Has any client connected? A program that serves no one need not ask for each of its timers. */
let hasServed = false;

/** `once` and its like call `on`. */
const EVENTS = new Set(['node:events', 'node:internal/event_target']);

/** How many frames are looked at for a hot module. */
const STACK_LIMIT = 50;

const OWN_CODE = path.dirname(__dirname) + path.sep;

/** Is the innermost module that evaluates a cold one? What a package makes as it loads is its own for good. */
let isCold = false;

/** @type {(filePath: string) => Version | undefined} */
let versionOfFile = () => undefined;

/** @param {(filePath: string) => Version | undefined} lookup the version of a hot file that running code sees */
function setVersionLookup(lookup) {
  versionOfFile = lookup;
}

/**
 * The version whose evaluation, or what follows from it, is running.
 *
 * @returns {Version | undefined}
 */
function currentOwner() {
  const store = storage.getStore();
  return store === SERVING || store instanceof Creation ? undefined : store;
}

/** The creation of a value that is to be kept, if what runs now is part of it. */
function currentCreation() {
  const store = storage.getStore();
  return store instanceof Creation && !store.isOver ? store : undefined;
}

/** Was what runs now given up while it waited for something? */
function isGivenUp() {
  return currentOwner()?.state === 'aborted' || currentCreation()?.isStale === true;
}

/** Who is to answer for an error that Node reports outside of any context. @type {WeakMap<object, Owner>} */
const blamed = new WeakMap();

/**
 * Says whose an error is that a resource is about to report: one that no one listens for, of a worker above all, comes
 * to `uncaughtException` without the context that it was thrown in.
 *
 * @param {unknown} error
 * @param {Owner} version
 */
function blame(error, version) {
  if (typeof error === 'object' && error !== null) blamed.set(error, version);
}

/**
 * The version that an uncaught error, or a rejection, is of.
 *
 * @param {unknown} error
 * @returns {Owner | undefined}
 */
function ownerOfError(error) {
  return currentOwner() ?? (error instanceof Object ? blamed.get(error) : undefined);
}

/**
 * Runs a function as work of a version. Bound, since a function of its own would be one more line in each stack trace.
 *
 * @type {<T>(version: Version, run: () => T) => T}
 */
const runAs = storage.run.bind(storage);

/**
 * Runs a function that creates a value which is to be kept.
 *
 * @type {<T>(creation: Creation, run: () => T) => T}
 */
const runCreation = storage.run.bind(storage);

/**
 * Runs `run` as work of no version: what serves a caller from outside belongs to that caller.
 *
 * @template T
 * @param {() => T} run
 * @returns {T}
 */
function runUnowned(run) {
  return currentOwner() === undefined ? run() : storage.run(undefined, run);
}

/**
 * Runs `run` as work for a client that has connected.
 *
 * @template T
 * @param {() => T} run
 * @returns {T}
 */
function runServing(run) {
  hasServed = true;
  return storage.run(SERVING, run);
}

/** Does what runs now serve a client, and no version's own evaluation? */
function isServing() {
  return hasServed && storage.getStore() === SERVING;
}

/**
 * A module begins, or ends, to evaluate.
 *
 * @param {boolean} becomesCold is the innermost one cold from now on?
 * @returns {boolean} was it before? To be given back at the end
 */
function switchEvaluation(becomesCold) {
  const wasCold = isCold;
  isCold = becomesCold;
  return wasCold;
}

/**
 * Runs `run` as a cold module that loads: what it makes is no version's, whose code stands on the stack.
 *
 * @param {() => void} run
 */
function runAsCold(run) {
  const wasCold = switchEvaluation(true);
  try {
    runUnowned(run);
  } finally {
    switchEvaluation(wasCold);
  }
}

/**
 * The owner of what cold code makes now, by context alone: cheap enough for timers.
 *
 * @returns {Version | undefined}
 */
function contextOwner() {
  const owner = currentOwner();
  return owner === undefined || isCold || owner.isStale ? undefined : owner;
}

/**
 * The owner of what is made now, during an evaluation or what follows from it.
 *
 * @returns {Version | undefined}
 */
function makerInContext() {
  const context = contextOwner();
  return context && (innermostHot(callSites()) ?? context);
}

/**
 * The same, and outside of an evaluation the hot module that makes the call itself. What is created to be kept has
 * what is made for it.
 *
 * @returns {Owner | undefined}
 */
function makerOrCaller() {
  if (isCold) return undefined;
  if (currentOwner() !== undefined) return makerInContext();
  const creation = currentCreation();
  if (creation) return creation.isStale ? undefined : creation;
  return directCaller();
}

/**
 * The hot module that makes the call itself. What cold code in between does on its behalf may well serve others too.
 *
 * @returns {Version | undefined}
 */
function listeningCaller() {
  return liveVersionOf(listeningFile());
}

/** The file that makes the call itself, hot or cold. @returns {string | undefined} */
function listeningFile() {
  return callSites().find((file) => !file.startsWith(OWN_CODE) && !EVENTS.has(file));
}

/**
 * The hot module that makes the call itself, during an evaluation or what follows from it.
 *
 * @returns {Version | undefined}
 */
function callerInContext() {
  return contextOwner() && directCaller();
}

/**
 * The version in whose evaluation, or in what follows from it, something is made; outside of one, the hot module that
 * is nearest on the stack. What is created to be kept has what is made for it.
 *
 * @returns {Owner | undefined}
 */
function contextOrNearest() {
  if (currentOwner() !== undefined) return contextOwner();
  const creation = currentCreation();
  if (creation) return creation.isStale ? undefined : creation;
  return innermostHot(callSites());
}

/** Is a cold module evaluating? What it makes then lives as long as the process. */
function isEvaluatingCold() {
  return isCold;
}

/** The hot module that calls a function of Node's. */
function directCaller() {
  return liveVersionOf(callSites().find(isOutside));
}

/**
 * Does a client that is owned itself make the call? What it makes goes with it.
 *
 * @returns {boolean}
 */
function isClientCall() {
  return contextOwner() !== undefined && isClientOnStack();
}

/**
 * The same, whatever evaluation the call goes back to: the timer that looks after connections goes back to the module
 * that connected, and is the client's all the same.
 *
 * @returns {boolean}
 */
function isClientOnStack() {
  if (!hasClients()) return false;
  const files = callSites();
  const end = files.findIndex((file) => versionOfFile(file));
  return files.slice(0, end < 0 ? files.length : end).some(isClientCode);
}

/** @param {string | undefined} file */
function liveVersionOf(file) {
  const version = file === undefined ? undefined : versionOfFile(file);
  return version?.isStale ? undefined : version;
}

/** @param {string[]} files innermost first */
function innermostHot(files) {
  for (const file of files) {
    const version = versionOfFile(file);
    if (version) return version.isStale ? undefined : version;
  }
  return undefined;
}

/** @param {string} file */
function isOutside(file) {
  return path.isAbsolute(file) && !file.startsWith(OWN_CODE);
}

/** Is code of any of these files running? @param {(string | undefined)[]} files */
function isOnStack(files) {
  return callSites().some((each) => files.includes(each));
}

/**
 * The files of the frames on the stack, innermost first.
 *
 * @returns {string[]}
 */
function callSites() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  /** @type {{ stack?: NodeJS.CallSite[] }} */
  const holder = {};
  try {
    Error.stackTraceLimit = STACK_LIMIT;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, callSites);
    return (holder.stack ?? []).flatMap((site) =>
      passesOn(site) ? [] : (fileOf(site.getFileName()) ?? []),
    );
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A stream has an `on` of its own, which calls that of all emitters. @param {NodeJS.CallSite} site */
function passesOn(site) {
  return (
    site.getFileName() === 'node:internal/streams/readable' &&
    /\b(on|addListener)$/.test(site.getFunctionName() ?? '')
  );
}

/** ES modules stand on the stack by their URLs. @param {string | null | undefined} name */
function fileOf(name) {
  if (!name?.startsWith('file:')) return name;
  try {
    return fileURLToPath(name);
  } catch {
    return name;
  }
}

exports.setVersionLookup = setVersionLookup;
exports.blame = blame;
exports.currentOwner = currentOwner;
exports.ownerOfError = ownerOfError;
exports.contextOwner = contextOwner;
exports.makerInContext = makerInContext;
exports.callerInContext = callerInContext;
exports.contextOrNearest = contextOrNearest;
exports.directCaller = directCaller;
exports.isClientCall = isClientCall;
exports.isClientOnStack = isClientOnStack;
exports.isGivenUp = isGivenUp;
exports.isEvaluatingCold = isEvaluatingCold;
exports.isOnStack = isOnStack;
exports.listeningCaller = listeningCaller;
exports.listeningFile = listeningFile;
exports.liveVersionOf = liveVersionOf;
exports.makerOrCaller = makerOrCaller;
exports.runAs = runAs;
exports.runAsCold = runAsCold;
exports.runCreation = runCreation;
exports.runUnowned = runUnowned;
exports.runServing = runServing;
exports.isServing = isServing;
exports.switchEvaluation = switchEvaluation;
