'use strict';

/**
 * Listeners that a hot module adds, while it evaluates, to what it did not make: `process`, emitters and event targets
 * of others. Its own calls count, and those that a package makes on its behalf for each of its versions.
 */

const { EventEmitter } = require('node:events');
const path = require('node:path');
const {
  contextOwner,
  isEvaluatingCold,
  listeningFile,
  liveVersionOf,
  makerInContext,
  runAsCold,
} = require('./ownership');

/** @typedef {import('../runtime/record').Version} Version */

/**
 * Who was evaluating when an emitter was made; `null` for a cold module. Emitters that serve one request are made by
 * no one's evaluation, and are not looked at: no stack is captured for them.
 *
 * @type {WeakMap<object, Version | null>}
 */
const makers = new WeakMap([[/** @type {object} */ (process), null]]);

/**
 * What packages have added on behalf of a version, to what outlives it, by kind: how to make it the version's.
 *
 * @type {WeakMap<Version, Map<string, (() => void)[]>>}
 */
const onBehalf = new WeakMap();

/** @type {WeakMap<object, Map<unknown, () => void>>} what is tracked on a target, by listener */
const tracked = new WeakMap();

/** @param {(emitter: any) => void} onConstruct called for each emitter as it is made */
function install(onConstruct) {
  followMakers(onConstruct);
  const emitter = /** @type {any} */ (EventEmitter.prototype);
  const add = emitter.on;
  addQuietly = add;
  /** @this {any} */
  emitter.on = emitter.addListener = function on(
    /** @type {any} */ event,
    /** @type {any} */ listener,
  ) {
    add.call(this, event, listener);
    if (isWatched(this)) track(this, event, listener);
    return this;
  };
  const prepend = emitter.prependListener;
  /** @this {any} */
  emitter.prependListener = function prependListener(
    /** @type {any} */ event,
    /** @type {any} */ listener,
  ) {
    prepend.call(this, event, listener);
    if (isWatched(this)) track(this, event, listener);
    return this;
  };
  const remove = emitter.removeListener;
  /** @this {any} */
  emitter.removeListener = emitter.off = function removeListener(
    /** @type {any} */ event,
    /** @type {any} */ listener,
  ) {
    tracked.get(this)?.get(listener)?.();
    return remove.call(this, event, listener);
  };
  installOnTargets();
  installStreams();
}

/** The standard streams are made when they are first asked for, and are the process's own, whoever asks. */
function installStreams() {
  for (const name of ['stdin', 'stdout', 'stderr']) {
    const property = Object.getOwnPropertyDescriptor(process, name);
    if (!property?.get || !property.configurable) continue;
    const get = () => {
      Object.defineProperty(process, name, property);
      /** @type {unknown} */
      let stream;
      runAsCold(() => (stream = Reflect.get(process, name)));
      return stream;
    };
    Object.defineProperty(process, name, { ...property, get });
  }
}

/**
 * An emitter that a version made goes with it, listeners and all.
 *
 * @param {(emitter: any) => void} onConstruct
 */
function followMakers(onConstruct) {
  const emitter = /** @type {any} */ (EventEmitter);
  const { init } = emitter;
  /** @this {any} */
  emitter.init = function (/** @type {any} */ options) {
    init.call(this, options);
    noteMaker(this);
    onConstruct(this);
  };
}

function installOnTargets() {
  const target = /** @type {any} */ (EventTarget.prototype);
  const add = target.addEventListener;
  /** @this {any} */
  target.addEventListener = function addEventListener(
    /** @type {any} */ event,
    /** @type {any} */ listener,
    /** @type {any} */ options,
  ) {
    add.call(this, event, listener, options);
    if (isWatched(this)) track(this, event, listener, options);
  };
  const remove = target.removeEventListener;
  /** @this {any} */
  target.removeEventListener = function removeEventListener(
    /** @type {any} */ event,
    /** @type {any} */ listener,
    /** @type {any} */ options,
  ) {
    tracked.get(this)?.get(listener)?.();
    remove.call(this, event, listener, options);
  };
}

/** @param {object} made an emitter or an event target */
function noteMaker(made) {
  const owner = contextOwner();
  if (owner) makers.set(made, owner);
  else if (isEvaluatingCold()) makers.set(made, null);
}

/**
 * May a listener that is added now have to be removed with a version?
 *
 * @param {object} target
 */
function isWatched(target) {
  const maker = makers.get(target);
  const owner = contextOwner();
  return maker === undefined ? owner !== undefined : maker !== owner || maker === null;
}

/**
 * @param {any} target
 * @param {string | symbol} event
 * @param {any} listener
 * @param {any} [options] of an event target
 */
function track(target, event, listener, options) {
  if (!listener) return;
  const file = listeningFile();
  const caller = liveVersionOf(file);
  // What Node adds on its own account, as `pipe` does, it takes away itself.
  const isOfPackage = file !== undefined && path.isAbsolute(file);
  const isShared = makers.get(target) === null && isOfPackage;
  const owner = caller ?? (isShared ? makerInContext() : undefined);
  if (!owner || makers.get(target) === owner) return;
  const weak = new WeakRef(target);
  const byListener = tracked.get(target) ?? new Map();
  tracked.set(target, byListener);
  const own = () => {
    const resource = owner.resources.add({
      kind: 'listener',
      what: () => `listener of ${String(event)}`,
      release() {
        const held = weak.deref();
        if (!held) return;
        if (held instanceof EventTarget) held.removeEventListener(String(event), listener, options);
        else held.removeListener(event, listener);
      },
    });
    byListener.set(listener, () => {
      owner.resources.delete(resource);
      byListener.delete(listener);
    });
  };
  if (caller) own();
  else ownIfRepeated(owner, `${String(event)} ${file} ${listener}`, own);
}

/**
 * What a package adds on behalf of a module may serve others too: many add one listener for the whole process, when they are
 * first used. One that adds a like one for the next version of the module adds one for each, so each goes with its version.
 *
 * @param {Version} owner
 * @param {string} kind the event, the file that listens and the text of the listener
 * @param {() => void} own makes it a resource of its version
 */
function ownIfRepeated(owner, kind, own) {
  const { current } = owner.record;
  const before = current && current !== owner ? onBehalf.get(current) : undefined;
  const isRepeated = before?.has(kind) ?? false;
  for (const ownBefore of before?.get(kind)?.splice(0) ?? []) ownBefore();
  const kinds = onBehalf.get(owner) ?? new Map();
  onBehalf.set(owner, kinds);
  const others = kinds.get(kind) ?? [];
  kinds.set(kind, others);
  if (isRepeated) own();
  else others.push(own);
}

/** @type {Function} */
let addQuietly = EventEmitter.prototype.on;

/**
 * Listens as safe-hot itself: the listener is no resource of any version.
 *
 * @param {any} emitter
 * @param {string | symbol} event
 * @param {(...args: any[]) => void} listener
 */
function listenQuietly(emitter, event, listener) {
  addQuietly.call(emitter, event, listener);
}

exports.install = install;
exports.noteMaker = noteMaker;
exports.ownIfRepeated = ownIfRepeated;
exports.listenQuietly = listenQuietly;
