'use strict';

/* global kit -- made here, for the modules of the app */

/**
 * What the modules of a random app use to show themselves. A cold file of each such app, so that no reload touches it.
 *
 * A *look* starts at the entry and follows the imports of the app itself: each module tells what it sees through them,
 * and passes the look on. So whoever imports a module shows which version of it he has.
 */

const { EventEmitter, setMaxListeners } = require('node:events');

/** Errors differ in their words between a hot module and Node's own; see docs/guide/limits.md. */
const nameOf = (error) => `throws ${error?.code ?? error?.name ?? typeof error}`;

class Look {
  /** What each module shows, by its name. @type {Record<string, Record<string, unknown>>} */
  modules = {};
  /** How often each version was looked at. @type {Record<string, number>} */
  counts = {};
  /** What `hot.keep` gave, and the number of the evaluation, of modules that tell. */
  kept = {};
  serials = {};
  /** Modules of which two versions are in use at once. @type {string[]} */
  mixed = [];
  /** What modules in use import later. @type {Promise<void>[]} */
  awaited = [];
  #versions = new Map();

  /** @param {'now' | 'settled' | 'counted'} when is all here that is imported later, and does the look count? */
  constructor(when) {
    this.isSettled = when !== 'now';
    this.isCounted = when === 'counted';
  }

  /** A module shows itself: `version` is an object of its own, `show` is called at its first time in this look. */
  at(name, version, show) {
    const known = this.#versions.get(name);
    if (known === version) return;
    if (known) this.mixed.push(name);
    this.#versions.set(name, version);
    this.modules[name] = {};
    show(this.modules[name]);
  }

  /** What a thunk of the app gives, as text that two processes can be compared by. */
  see(thunk) {
    try {
      return describe(thunk(), 2);
    } catch (error) {
      return nameOf(error);
    }
  }

  /** The same for what the app begins without. */
  seeLate(thunk) {
    if (!this.isSettled) return 'later';
    const seen = this.see(() => {
      const value = thunk();
      if (value instanceof Error) throw value;
      return value;
    });
    if (typeof seen === 'string' && seen.startsWith('throws ')) kit.hasLateErrors = true;
    return seen;
  }

  /** Passes the look on, where an import gives a way to. */
  on(thunk) {
    let next;
    try {
      next = thunk();
    } catch {
      // What is wrong with it is shown by `see`.
    }
    if (typeof next === 'function') next(this);
  }
}

function describe(value, depth) {
  if (typeof value === 'function') return describeFunction(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Error) return nameOf(value);
  if (depth === 0) return 'object';
  const shown = {};
  for (const key of Object.keys(value).sort()) {
    try {
      shown[key] = describe(value[key], depth - 1);
    } catch (error) {
      shown[key] = nameOf(error);
    }
  }
  return shown;
}

function describeFunction(value) {
  if (value.name.startsWith('look_')) return 'look';
  if (String(value).startsWith('class')) return `class ${value.v}`;
  try {
    return `gives ${value()}`;
  } catch (error) {
    return nameOf(error);
  }
}

function shownTo(all, look) {
  look(all);
  const { modules, counts, kept, serials, mixed } = all;
  return { modules, counts, kept, serials, mixed };
}

function unlimited(target) {
  setMaxListeners(0, target);
  return target;
}

/** Until what may still come has come. In a fresh process all does, though Node reads its files at its own time. */
async function patience() {
  if (!kit.makesResources) await new Promise((resolve) => setTimeout(resolve, FRESH_MS).unref());
  for (let count = 0; count < 20; count += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What is on its way; what was given up goes unsaid. @type {Set<WeakRef<Promise<void>>>} */
const later = new Set();
const FRESH_MS = 5_000;
/** Of which each may find what the one before it has asked for. */
const MOST_LOOKS = 16;
let serial = 0;
let uniques = 0;

globalThis.kit ??= {
  emitter: new EventEmitter().setMaxListeners(0),
  target: unlimited(new EventTarget()),
  signal: unlimited(new AbortController().signal),
  /** Where clients connect to. */
  peer: Number(process.env.FUZZ_PEER),
  /** Threads, as far as someone has them. @type {WeakRef<object>[]} */
  workers: [],
  worker: (made) => void kit.workers.push(new WeakRef(made)),
  /** A name that no file has. */
  unique: () => `none-${(uniques += 1)}`,
  /** Modules that have evaluated to their end. @type {Set<string>} */
  loaded: new Set(),
  /** Numbers of evaluations whose dispose handler ran. @type {number[]} */
  disposed: [],
  /** A fresh process that only tells what modules export makes no resources. */
  makesResources: true,

  see(thunk) {
    return new Look('now').see(thunk);
  },
  didLoad: (name) => void kit.loaded.add(name),
  resource(make) {
    if (kit.makesResources) make();
  },
  serial: () => (serial += 1),
  didDispose: (number) => void kit.disposed.push(number),
  /** What is imported while the program goes on. */
  later(promise, set) {
    const done = promise.then(set, (error) => set(kit.late(error)));
    const weak = new WeakRef(done);
    later.add(weak);
    done.then(() => later.delete(weak));
    return done;
  },
  /** An error without which the app begins. */
  late(error) {
    kit.hasLateErrors = true;
    return error;
  },
  /** Does an error hide where the app begins without what it imports? */
  hasLateErrors: false,
  /** What the program shows once nothing is on its way any more. */
  async settled(look) {
    // To look is to load what is required lazily, which may import in its turn; what fails does so each time.
    /** @type {Set<Promise<void>>} */
    let before = new Set();
    for (let times = 0; times < MOST_LOOKS; times += 1) {
      const all = new Look('settled');
      look(all);
      const pending = [...later].flatMap((each) => each.deref() ?? []);
      // What a stage that was given up imports never comes.
      if (pending.every((each) => before.has(each))) break;
      before = new Set(pending);
      await Promise.all(all.awaited);
      await Promise.race([Promise.all(pending), patience()]);
    }
    return shownTo(new Look('counted'), look);
  },
  now: (look) => shownTo(new Look('now'), look),
};
