'use strict';

/**
 * What holds the process or the system: watchers, children, workers, datagram sockets, channels, descriptors, readers
 * of lines, observers and hooks. Each belongs to the hot module whose code made it.
 */

const asyncHooks = require('node:async_hooks');
const diagnosticsChannel = require('node:diagnostics_channel');
const { errorMonitor } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { clearTimeout, setTimeout } = require('../clock');
const { followMade, loadWhenRead, whenLoaded } = require('./builtins');
const { listenQuietly, noteMaker, ownIfRepeated } = require('./listeners');
const { clientKindOf, didMakeClient } = require('./clients');
const {
  blame,
  callerInContext,
  contextOwner,
  isClientCall,
  isGivenUp,
  listeningCaller,
  listeningFile,
  liveVersionOf,
  makerInContext,
  makerOrCaller,
  runUnowned,
} = require('./ownership');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('./ownership').Owner} Owner
 *
 * @typedef {object} Kind how one class of emitters is owned and ended
 * @property {string} kind
 * @property {(handle: any) => string} what
 * @property {() => Owner | undefined} owner
 * @property {(handle: any, graceMs: () => number) => unknown} release
 * @property {string} ended the event by which it says that it has ended
 */

/** @type {() => number} how long what must end may take, in milliseconds */
let graceMs = () => 5_000;

/** @param {() => number} grace */
function install(grace) {
  graceMs = grace;
  followEmitters();
  installWatch();
  installWatchFile();
  installDescriptors();
  whenLoaded('internal/fs/promises', installPromised);
  whenLoaded('worker_threads', installConstructors);
  for (const name of Object.keys(CHANNELS)) loadWhenRead(name, 'node:worker_threads');
  whenLoaded('perf_hooks', () => {
    const { prototype } = require('node:perf_hooks').PerformanceObserver;
    pair(prototype, 'observe', 'disconnect', 'observer');
    installMonitor();
  });
  loadWhenRead('PerformanceObserver', 'node:perf_hooks');
  installSubscriptions();
}

/**
 * Looks at an emitter as it is constructed: every handle of these kinds is one.
 *
 * @param {any} emitter
 */
function onConstruct(emitter) {
  followMade();
  const { constructor } = emitter;
  const client = clientKindOf(emitter);
  if (client) ownClient(emitter, client.what, client.end);
  const kind = kinds.get(constructor) ?? kinds.get(Object.getPrototypeOf(constructor ?? Object));
  if (kind) track(emitter, kind);
}

/**
 * A client that is made now goes with the version that asked for it.
 *
 * @template T
 * @param {T} client
 * @param {string} what as people say it
 * @param {(client: T, graceMs: number) => unknown} end
 */
function ownClient(client, what, end) {
  didMakeClient();
  makerInContext()?.resources.add({
    kind: 'client',
    what: () => what,
    release: () => runUnowned(() => end(client, graceMs())),
  });
}

/** By class, for those that are loaded. @type {Map<Function, Kind>} */
const kinds = new Map();

function followEmitters() {
  const close = (/** @type {any} */ handle) => handle.close();
  whenLoaded('child_process', () => {
    const { ChildProcess } = /** @type {any} */ (require('node:child_process'));
    followDetached(ChildProcess);
    kinds.set(ChildProcess, {
      kind: 'child process',
      what: (child) => `child process ${child.pid ?? ''} ${child.spawnfile ?? ''}`,
      owner: makerOrCaller,
      release: endChild,
      ended: 'exit',
    });
  });
  whenLoaded('worker_threads', () => {
    kinds.set(require('node:worker_threads').Worker, {
      kind: 'worker',
      what: (worker) => `worker ${worker.threadId}`,
      owner: makerOrCaller,
      release: (worker) => worker.terminate(),
      ended: 'exit',
    });
  });
  whenLoaded('dgram', () => {
    kinds.set(require('node:dgram').Socket, {
      kind: 'socket',
      what: () => 'udp socket',
      owner: makerOrCaller,
      release: close,
      ended: 'close',
    });
  });
  whenLoaded('readline', () => {
    kinds.set(require('node:readline').Interface, {
      kind: 'reader',
      what: () => 'readline',
      owner: makerOrCaller,
      release: close,
      ended: 'close',
    });
  });
  whenLoaded('internal/fs/streams', () => {
    const { ReadStream, WriteStream } = /** @type {any} */ (fs);
    kinds.set(
      ReadStream,
      stream((file) => `stream from ${file.path ?? file.fd}`),
    );
    kinds.set(
      WriteStream,
      stream((file) => `stream to ${file.path ?? file.fd}`),
    );
  });
}

/**
 * @param {(stream: any) => string} what
 * @returns {Kind}
 */
function stream(what) {
  // Ended rather than destroyed: what was written is to arrive.
  const release = (/** @type {any} */ file) =>
    typeof file.end === 'function' ? file.end() : file.destroy();
  return { kind: 'stream', what, owner: callerInContext, release, ended: 'close' };
}

/** A child that was detached is meant to live on. */
function endChild(/** @type {any} */ child) {
  if (detached.has(child) || child.exitCode !== null || child.signalCode !== null) return;
  // A grandchild may hold the other ends of its pipes.
  listenQuietly(child, 'exit', () =>
    child.stdio.forEach((/** @type {any} */ each) => each?.destroy()),
  );
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs());
  timer.unref();
  listenQuietly(child, 'exit', () => clearTimeout(timer));
}

/** Children that are meant to outlive their parent. @type {WeakSet<object>} */
const detached = new WeakSet();

function followDetached(/** @type {any} */ { prototype }) {
  const { spawn } = prototype;
  /** @this {any} */
  prototype.spawn = function (/** @type {any} */ options) {
    if (options?.detached) detached.add(this);
    return Reflect.apply(spawn, this, arguments);
  };
}

function installWatch() {
  const { watch } = fs;
  /** @type {any} */ (fs).watch = function () {
    const watcher = Reflect.apply(watch, this, arguments);
    if (isClientCall()) return watcher;
    const release = () => watcher.close();
    const what = () => `watcher of ${arguments[0]}`;
    track(watcher, { kind: 'watcher', what, owner: makerOrCaller, release, ended: 'close' });
    return watcher;
  };
}

/**
 * @param {any} handle
 * @param {Kind} kind
 */
function track(handle, { kind, what, owner: find, release, ended }) {
  if (isGivenUp()) return endSoon(() => release(handle, graceMs));
  const owner = find();
  if (!owner) return;
  const resource = owner.resources.add({
    kind,
    what: () => what(handle),
    release: () => release(handle, graceMs),
  });
  listenQuietly(handle, ended, () => owner.resources.delete(resource));
  if (owner.state === 'staged') {
    listenQuietly(handle, errorMonitor, (error) => blame(error, owner));
  }
}

/**
 * What code makes that was given up while it waited for something is ended, once it is whole.
 *
 * @param {() => unknown} end
 */
function endSoon(end) {
  process.nextTick(() => {
    try {
      void end();
    } catch {
      // The code itself has ended it by now.
    }
  });
}

/**
 * What is made belongs to its maker, if it has one.
 *
 * @param {() => Owner | undefined} find
 * @param {import('./tracker').Resource} resource
 */
function own(find, resource) {
  if (isGivenUp()) endSoon(resource.release);
  else find()?.resources.add(resource);
}

/** `fs.watchFile` hands out one watcher to all who ask for the same file: the listener is what is owned. */
function installWatchFile() {
  const { watchFile, unwatchFile } = fs;
  /** @type {any} */ (fs).watchFile = function (/** @type {any[]} */ ...args) {
    const watcher = Reflect.apply(watchFile, this, args);
    const listener = args.findLast((each) => typeof each === 'function');
    const [file] = args;
    if (isClientCall()) return watcher;
    own(makerOrCaller, {
      kind: 'watcher',
      what: () => `watcher of ${file}`,
      release: () => unwatchFile(file, listener),
    });
    return watcher;
  };
}

/**
 * Numbers of descriptors are used again, so one is tracked only from when it is opened to the `close` that ends it.
 */
function installDescriptors() {
  /** @type {Map<number, () => void>} */
  const forget = new Map();
  const { open, openSync, close, closeSync } = fs;
  const trackDescriptor = (
    /** @type {Version} */ owner,
    /** @type {number} */ fd,
    /** @type {any} */ file,
  ) => {
    const release = () => {
      forget.delete(fd);
      closeSync(fd);
    };
    const resource = owner.resources.add({ kind: 'file', what: () => `file ${file}`, release });
    forget.set(fd, () => owner.resources.delete(resource));
  };
  const closeUnlessClosed = (/** @type {number} */ fd) => {
    let isOpen = true;
    forget.set(fd, () => void (isOpen = false));
    endSoon(() => isOpen && closeSync(fd));
  };
  fs.openSync = function (/** @type {any[]} */ ...args) {
    const fd = Reflect.apply(openSync, this, args);
    const owner = callerInContext();
    if (owner) trackDescriptor(owner, fd, args[0]);
    else if (isGivenUp()) closeUnlessClosed(fd);
    return fd;
  };
  /** @type {any} */ (fs).open = function (/** @type {any[]} */ ...args) {
    // `fs.writeFile` and its like open on behalf of their caller, and close.
    const owner = contextOwner() && listeningCaller();
    const callback = args.at(-1);
    if (!owner || typeof callback !== 'function') return Reflect.apply(open, this, args);
    const opened = (/** @type {unknown} */ error, /** @type {number} */ fd) => {
      // The version has gone meanwhile: no one waits for it any more.
      if (!error && owner.isStale) return closeSync(fd);
      if (!error) trackDescriptor(owner, fd, args[0]);
      callback(error, fd);
    };
    return Reflect.apply(open, this, [...args.slice(0, -1), opened]);
  };
  const forgetting = (/** @type {Function} */ original) =>
    /** @this {unknown} */
    function (/** @type {any[]} */ ...args) {
      forget.get(args[0])?.();
      forget.delete(args[0]);
      return Reflect.apply(original, this, args);
    };
  /** @type {any} */ (fs).close = forgetting(close);
  fs.closeSync = forgetting(closeSync);
}

/** The promised forms: a watcher that is iterated, and a handle of a file. */
function installPromised() {
  const { watch, open } = fs.promises;
  /** @type {any} */ (fs.promises).watch = function (
    /** @type {any} */ file,
    /** @type {any} */ given,
  ) {
    const owner = makerOrCaller();
    if (!owner) return watch(file, given);
    const options = typeof given === 'string' ? { encoding: given } : { ...given };
    const controller = new AbortController();
    const { signal } = controller;
    options.signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
    const release = () => controller.abort();
    const resource = owner.resources.add({
      kind: 'watcher',
      what: () => `watcher of ${file}`,
      release,
    });
    return untilEnded(watch(file, options), signal, () => owner.resources.delete(resource));
  };
  /** @type {any} */ (fs.promises).open = async function (/** @type {any[]} */ ...args) {
    const owner = callerInContext();
    const handle = await Reflect.apply(open, fs.promises, args);
    if (isGivenUp()) endSoon(() => handle.close());
    if (!owner) return handle;
    if (owner.isStale) await handle.close();
    const release = () => handle.close();
    const what = () => `file ${args[0]}`;
    track(handle, { kind: 'file', what, owner: () => owner, release, ended: 'close' });
    return handle;
  };
}

/**
 * An iteration that stops, without a word, when its version goes: no one waits for it any more.
 *
 * @param {AsyncIterable<any>} events
 * @param {AbortSignal} signal
 * @param {() => void} done
 */
async function* untilEnded(events, signal, done) {
  try {
    yield* events;
  } catch (error) {
    if (!signal.aborted) throw error;
    await new Promise(() => {});
  } finally {
    done();
  }
}

/** Channels between threads, which are no emitters: how each is closed. @type {Record<string, (channel: any) => void>} */
const CHANNELS = {
  BroadcastChannel: (channel) => channel.close(),
  MessageChannel({ port1, port2 }) {
    port1.close();
    port2.close();
  },
};

/** They are seen where they are constructed. */
function installConstructors() {
  const workers = /** @type {any} */ (require('node:worker_threads'));
  for (const [name, release] of Object.entries(CHANNELS)) {
    const construct = (
      /** @type {any} */ target,
      /** @type {any[]} */ args,
      /** @type {any} */ as,
    ) => {
      const made = Reflect.construct(target, args, as);
      for (const each of [made, made.port1, made.port2]) if (each) noteMaker(each);
      own(makerOrCaller, { kind: 'channel', what: () => name, release: () => release(made) });
      return made;
    };
    workers[name] = new Proxy(workers[name], { construct });
  }
}

/** What is switched on and has to be switched off again. */
function installSubscriptions() {
  const hook = Object.getPrototypeOf(asyncHooks.createHook({}));
  pair(hook, 'enable', 'disable', 'async hook');
  const { subscribe, unsubscribe } = diagnosticsChannel;
  if (!subscribe) return;
  /** @type {any} */ (diagnosticsChannel).subscribe = function (
    /** @type {any} */ name,
    /** @type {any} */ listener,
  ) {
    subscribe(name, listener);
    own(listeningCaller, {
      kind: 'subscription',
      what: () => `subscription of ${String(name)}`,
      release: () => unsubscribe(name, listener),
    });
  };
}

/**
 * @param {any} prototype
 * @param {string} on
 * @param {string} off
 * @param {string} kind
 */
function pair(prototype, on, off, kind) {
  const original = prototype[on];
  /** @this {any} */
  prototype[on] = function () {
    const result = Reflect.apply(original, this, arguments);
    ownSubscription(kind, () => this[off]());
    return result;
  };
}

/** The class of monitors is to be had from one of them alone. */
function installMonitor() {
  const perfHooks = /** @type {any} */ (require('node:perf_hooks'));
  const { monitorEventLoopDelay } = perfHooks;
  let isPaired = false;
  /** @this {unknown} */
  perfHooks.monitorEventLoopDelay = function () {
    const monitor = Reflect.apply(monitorEventLoopDelay, this, arguments);
    if (!isPaired) pair(Object.getPrototypeOf(monitor), 'enable', 'disable', 'monitor');
    isPaired = true;
    return monitor;
  };
}

/**
 * @param {string} kind
 * @param {() => void} release
 */
function ownSubscription(kind, release) {
  const file = listeningFile();
  // Node switches hooks of its own on, as `AsyncLocalStorage` does when it is first used.
  if (!file || !path.isAbsolute(file)) return;
  const caller = liveVersionOf(file);
  const owner = caller ?? makerInContext();
  if (!owner) return;
  const own = () => void owner.resources.add({ kind, what: () => kind, release });
  if (caller) own();
  else ownIfRepeated(owner, `${kind} ${file}`, own);
}

exports.install = install;
exports.onConstruct = onConstruct;
exports.ownClient = ownClient;
