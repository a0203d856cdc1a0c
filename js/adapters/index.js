'use strict';

/**
 * Adapters: what safe-hot knows of single packages, and the core does not. One is a small object, in a file of its own here or
 * written by a user, that is asked once its package has been loaded: which registries of the package hold what hot
 * modules gave it, and what else it makes on their behalf. The transaction tells when a stage begins and how it ended.
 */

const fs = require('node:fs');
const path = require('node:path');
const { SafeHotError } = require('../errors');
const { packageOf } = require('../package-of');
const { addClientKind, addClientPackage } = require('../resources/clients');
const { ownClient } = require('../resources/handles');
const { currentOwner, runAsCold, runUnowned } = require('../resources/ownership');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('../index').Adapter} Adapter
 * @typedef {import('../index').AdapterTools} AdapterTools
 *
 * @typedef {object} Shared what the versions of hot modules have in common: see `Entries` and `Singleton`
 * @property {(replaced: Set<Version>) => void} begin
 * @property {(stale: Set<Version>) => (() => unknown)[]} commit gives what is left to do
 * @property {() => (() => unknown)[]} abort
 *
 * @typedef {object} AdaptersHost
 * @property {import('./entries').SharedHost['link']} link
 * @property {(error: unknown) => void} warn
 * @property {(error: SafeHotError) => void} requireRestart what staged code asks for needs a new process
 */

/** Ours, each loaded when its package is. @type {Record<string, () => Adapter>} */
const OWN = {
  '@prisma/client': () => require('./prisma'),
  i18next: () => require('./i18next'),
  knex: () => require('./knex'),
  mongoose: () => require('./mongoose'),
  passport: () => require('./passport'),
  'prom-client': () => require('./prom-client'),
};

/** Ours for clients that are emitters, which are known as they are made, whoever has loaded their package. */
const CLIENTS = [
  require('./bullmq'),
  require('./chokidar'),
  require('./ioredis'),
  require('./mongodb'),
  require('./pg-pool'),
];

class Adapters {
  /** By package. @type {Map<string, (() => Adapter)[]>} */
  #known = new Map(Object.entries(OWN).map(([name, load]) => [name, [load]]));
  /** What has been adapted, and what stands for it. @type {WeakMap<object, unknown>} */
  #adapted = new WeakMap();
  /** @type {Shared[]} */
  #shared = [];
  #host;

  /** @param {AdaptersHost} host */
  constructor(host) {
    this.#host = host;
    this.add(...CLIENTS);
  }

  /**
   * Adds those of the user. They come after ours for the same package.
   *
   * @param {Adapter[]} adapters
   * @throws {SafeHotError} ERR_SAFE_HOT_INVALID_ARGUMENT; none is added then
   */
  add(...adapters) {
    adapters.forEach(check);
    for (const adapter of adapters) {
      const { package: name, uses = [], client } = adapter;
      if (client) {
        addClientKind(client);
        [name, ...uses].forEach(addClientPackage);
      }
      if (!adapter.adapt) continue;
      const known = this.#known.get(adapter.package) ?? [];
      this.#known.set(adapter.package, [...known, () => adapter]);
    }
  }

  /**
   * Something was loaded that is no hot module's.
   *
   * @template T
   * @param {string} filename
   * @param {T} exports
   * @param {string | undefined} [requester] the file that asked for it: a package is adapted where others get it
   * @returns {T} what whoever asked is to have
   */
  didLoad(filename, exports, requester) {
    const from = packageOf(filename);
    const loaders = from && this.#known.get(from.name);
    if (!loaders || exports === null || !/^(object|function)$/.test(typeof exports)) return exports;
    const { folder } = from;
    if (requester?.startsWith(folder + path.sep)) return exports;
    const object = /** @type {object} */ (exports);
    // A module that only passes on what has been adapted.
    if (this.#adapted.has(/** @type {any} */ (object).default)) return exports;
    if (!this.#adapted.has(object)) {
      const file = filename.slice(folder.length + 1).replaceAll(path.sep, '/');
      this.#adapted.set(object, this.#adapt(loaders, folder, file, object));
    }
    return /** @type {T} */ (this.#adapted.get(object));
  }

  /** @param {Set<Version>} replaced */
  begin(replaced) {
    for (const each of this.#shared) each.begin(replaced);
  }

  /** @param {Set<Version>} stale */
  commit(stale) {
    this.#end(this.#shared.flatMap((each) => each.commit(stale)));
  }

  abort() {
    this.#end(this.#shared.flatMap((each) => each.abort()));
  }

  /**
   * @param {(() => Adapter)[]} loaders
   * @param {string} root of the package
   * @param {string} file of it
   * @param {any} exports
   */
  #adapt(loaders, root, file, exports) {
    const version = versionOf(root);
    let adapted = exports;
    for (const load of loaders) {
      const adapter = load();
      if (!isWithin(version, adapter.versions)) continue;
      runAsCold(() => {
        try {
          adapted = adapter.adapt?.(adapted, this.#tools(adapter, file)) ?? adapted;
        } catch (cause) {
          const { message: reason } = /** @type {Error} */ (cause);
          const details = { package: adapter.package, version, reason };
          this.#host.warn(new SafeHotError('ERR_SAFE_HOT_ADAPTER', details, cause));
        }
      });
    }
    return adapted;
  }

  /**
   * @param {Adapter} adapter
   * @param {string} file
   * @returns {AdapterTools}
   */
  #tools({ package: packageName, uses = [] }, file) {
    const { placeEntries } = require('./entries');
    const { Singleton } = require('./singleton');
    return {
      file,
      registry: (holder, key, end) => {
        const entries = placeEntries(holder, key, this.#host, end);
        if (entries) this.#shared.push(entries);
      },
      singleton: (holder, setUpBy, fresh) => {
        this.#shared.push(new Singleton(holder, setUpBy, fresh, this.#host));
      },
      own: (thing, what, end) => {
        [packageName, ...uses].forEach(addClientPackage);
        ownClient(thing, what, end);
        return thing;
      },
      keep: (holder, key, isOther) => this.#keep(packageName, holder, key, isOther),
    };
  }

  /**
   * What the method opens is the package's own, as if it had made it when it was loaded: it stays when its caller goes.
   *
   * @param {string} packageName
   * @param {any} holder
   * @param {string} key
   * @param {((...args: any[]) => boolean) | undefined} isOther
   */
  #keep(packageName, holder, key, isOther) {
    const method = holder[key];
    if (typeof method !== 'function') throw new TypeError(`there is no method "${key}"`);
    const host = this.#host;
    /** @this {any} */
    holder[key] = function (/** @type {any[]} */ ...args) {
      const owner = currentOwner();
      const isAskedAnew = isOther?.(...args) === true;
      if (isAskedAnew && owner?.state === 'staged') {
        const details = { package: packageName, path: owner.record.path };
        host.requireRestart(new SafeHotError('ERR_SAFE_HOT_KEPT', details));
        // What is given up waits for good, and prints nothing.
        return new Promise(() => {});
      }
      /** @type {unknown} */
      let result;
      runAsCold(() => (result = Reflect.apply(method, this, args)));
      return result;
    };
  }

  /** @param {(() => unknown)[]} ends */
  #end(ends) {
    for (const end of ends) {
      // It may be asynchronous, and a failure of it stops nothing.
      const run = async () => runUnowned(end);
      run().catch(this.#host.warn);
    }
  }
}

/** @param {any} adapter */
function check(adapter) {
  const isRight =
    typeof adapter?.package === 'string' &&
    isAdapting(adapter) &&
    (adapter.versions === undefined || readRange(adapter.versions));
  if (isRight) return;
  throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', {
    name: 'adapter',
    expected:
      '{ package: string, versions?: ">=a.b.c <d", adapt?: function, client?: { what, members, end } }',
    actual: adapter === null ? 'null' : typeof adapter,
  });
}

/** Does it say anything? @param {any} adapter */
function isAdapting({ adapt, client }) {
  if (client === undefined) return typeof adapt === 'function';
  const isClient =
    typeof client?.what === 'string' &&
    Array.isArray(client.members) &&
    client.members.length > 0 &&
    typeof client.end === 'function';
  return isClient && (adapt === undefined || typeof adapt === 'function');
}

/** @param {string} root @returns {string} */
function versionOf(root) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version ?? '0.0.0';
  } catch {
    return '0.0.0';
  }
}

/**
 * @param {string} version
 * @param {string | undefined} range
 */
function isWithin(version, range) {
  const limits = range === undefined ? [] : (readRange(range) ?? []);
  return limits.every(({ operator, limit }) => {
    const order = compare(version, limit);
    return operator === '>=' ? order >= 0 : order < 0;
  });
}

/** Limits with a blank between them. @param {unknown} range @returns {{ operator: string, limit: string }[] | null} */
function readRange(range) {
  if (typeof range !== 'string') return null;
  const limits = range.split(' ').map((part) => /^(>=|<)(\d+(?:\.\d+){0,2})$/.exec(part));
  if (!limits.every(Boolean)) return null;
  return limits.map((each) => ({ operator: each?.[1] ?? '', limit: each?.[2] ?? '' }));
}

/** @param {string} a @param {string} b of either the numbers count, and what is not given is 0 */
function compare(a, b) {
  const numbers = [a, b].map((each) => each.split(/[.+-]/, 3).map((part) => Number(part) || 0));
  const [one = [], other = []] = numbers;
  for (const index of [0, 1, 2]) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

exports.Adapters = Adapters;
