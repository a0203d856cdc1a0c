'use strict';

/**
 * `module.hot` of one version, by webpack's rules, with safe-hot's own `keep`, `use` and `watch`.
 */

const { SafeHotError } = require('../errors');
const { Creation } = require('../resources/creation');
const { runCreation } = require('../resources/ownership');

/**
 * @typedef {import('./record').Version} Version
 * @typedef {import('./record').ModuleRecord} ModuleRecord
 *
 * @typedef {object} AcceptedDependency
 * @property {((paths: string[]) => unknown) | undefined} callback
 * @property {((records: ModuleRecord[]) => unknown) | undefined} [onModules] the same by Vite's rules
 * @property {((error: unknown, info: { moduleId: string, dependencyId: string }) => unknown) | undefined} onError
 *
 * @typedef {object} HotHost what a hot context asks of the rest
 * @property {(version: Version, specifier: string) => ModuleRecord} resolve
 * @property {(version: Version) => void} didChange what it accepts or declines is not what it was
 * @property {(version: Version) => void} invalidate
 * @property {(version: Version, file: string) => void} watchFile
 * @property {import('../transaction/status').Status} status
 * @property {(apply: boolean) => Promise<string[] | null>} check
 * @property {() => Promise<string[] | null>} apply
 */

/** The way to end a resource, by the first of these methods that it has. */
const END_METHODS = /** @type {const} */ (['close', 'destroy', 'terminate', 'kill', 'unsubscribe']);

class HotContext {
  /** @type {Map<ModuleRecord, AcceptedDependency> | undefined} */
  #accepted;
  /** @type {Set<ModuleRecord> | undefined} */
  #declined;
  selfAccepts = false;
  selfDeclines = false;
  /** @type {((error: unknown, info: { moduleId: string, module: unknown }) => unknown) | undefined} */
  onSelfError;
  /** By Vite's rules: called with the module that came in its place. @type {((module: any) => unknown)[]} */
  selfCallbacks = [];
  /** @type {((data: any) => unknown)[]} */
  disposeHandlers = [];
  /** Run when nobody asks for the module any more. @type {(() => unknown)[]} */
  pruneHandlers = [];
  /** @type {ReturnType<typeof makeApi> | undefined} */
  #api;

  /**
   * @param {Version} version
   * @param {HotHost} host
   */
  constructor(version, host) {
    this.version = version;
    this.host = host;
    this.data = version.record.handedData;
    version.record.handedData = undefined;
  }

  /** A change of the module as it is now is for its importers to take. */
  unaccept() {
    this.selfAccepts = false;
    this.selfCallbacks = [];
    this.host.didChange(this.version);
  }

  get accepted() {
    return (this.#accepted ??= new Map());
  }

  get declined() {
    return (this.#declined ??= new Set());
  }

  /** `module.hot`, made when it is first asked for: most modules never do. */
  get api() {
    this.#api ??= makeApi(this);
    return this.#api;
  }

  /**
   * Accepts changes of imports by Vite's rules.
   *
   * @param {string | string[]} dependencies
   * @param {((modules: any) => unknown) | undefined} callback gets the new module, or a list with those that are new
   */
  acceptModules(dependencies, callback) {
    if (callback !== undefined) requireFunction('callback', callback);
    const records = resolveAll(this, dependencies);
    const accepted = {
      callback: undefined,
      onError: undefined,
      onModules: (/** @type {ModuleRecord[]} */ changed) => {
        const modules = records.map((record) =>
          changed.includes(record) ? record.current?.exports : undefined,
        );
        return callback?.(Array.isArray(dependencies) ? modules : modules[0]);
      },
    };
    for (const record of records) this.accepted.set(record, accepted);
    this.host.didChange(this.version);
  }

  /** Does the program itself say how this version is to be disposed? */
  get hasDisposeHandlers() {
    return this.disposeHandlers.length > 0;
  }

  /**
   * Runs the handlers of the program in the order of their registration; the next version finds what they leave.
   *
   * @param {(result: unknown) => void} follow takes what each of them returns
   * @returns {unknown[]} what they threw
   */
  runDisposeHandlers(follow) {
    const data = {};
    /** @type {unknown[]} */
    const failures = [];
    for (const handler of this.disposeHandlers.splice(0)) {
      try {
        follow(handler(data));
      } catch (error) {
        failures.push(error);
      }
    }
    this.version.record.handedData = data;
    return failures;
  }

  /** Lets go of all callbacks: Node holds the module object of the first entry, and that its `hot`, for good. */
  release() {
    this.#accepted = undefined;
    this.onSelfError = undefined;
    this.selfCallbacks = [];
    this.disposeHandlers = [];
    this.pruneHandlers = [];
  }
}

/** @param {HotContext} context */
function makeApi(context) {
  const { version, host } = context;
  const { status } = host;
  const addDisposeHandler = (/** @type {(data: any) => unknown} */ handler) => {
    requireFunction('handler', handler);
    context.disposeHandlers.push(handler);
  };
  const addStatusHandler = (/** @type {(status: string) => unknown} */ listener) => {
    requireFunction('listener', listener);
    status.add(listener, version);
  };
  const api = {
    get active() {
      return !version.isStale;
    },
    get data() {
      return context.data;
    },
    /**
     * @param {any} [dependencies]
     * @param {any} [callback]
     * @param {any} [onError]
     */
    accept(dependencies, callback, onError) {
      if (dependencies === undefined || typeof dependencies === 'function') {
        context.selfAccepts = true;
        context.onSelfError = dependencies;
      } else {
        if (callback !== undefined) requireFunction('callback', callback);
        if (onError !== undefined) requireFunction('errorHandler', onError);
        // One object for all of them: however many have changed, there is one call.
        const accepted = { callback, onError };
        for (const record of resolveAll(context, dependencies)) {
          context.accepted.set(record, accepted);
        }
      }
      host.didChange(version);
    },
    /** @param {any} [dependencies] */
    decline(dependencies) {
      if (dependencies === undefined) context.selfDeclines = true;
      else for (const record of resolveAll(context, dependencies)) context.declined.add(record);
      host.didChange(version);
    },
    dispose: addDisposeHandler,
    addDisposeHandler,
    /** @param {(data: any) => unknown} handler */
    removeDisposeHandler(handler) {
      const index = context.disposeHandlers.indexOf(handler);
      if (index >= 0) context.disposeHandlers.splice(index, 1);
    },
    invalidate: () => host.invalidate(version),
    /** @param {(status: string) => unknown} [listener] */
    status: (listener) => (listener ? addStatusHandler(listener) : status.current),
    addStatusHandler,
    /** @param {(status: string) => unknown} listener */
    removeStatusHandler: (listener) => status.remove(listener),
    check: (apply = false) => host.check(apply),
    apply: () => host.apply(),
    /** @type {(key: unknown, create: () => any, dispose?: (value: any) => unknown) => any} */
    keep: (key, create, dispose) => keep(version, key, create, dispose),
    /** @template T @param {T} resource */
    use: (resource) => use(version, resource),
    /** @param {string} file */
    watch: (file) => {
      requireType('file', 'string', file);
      host.watchFile(version, file);
    },
  };
  return api;
}

/**
 * @param {HotContext} context
 * @param {string | string[]} dependencies
 */
function resolveAll(context, dependencies) {
  const list = Array.isArray(dependencies) ? dependencies : [dependencies];
  return list.map((specifier) => {
    requireType('dependency', 'string', specifier);
    return context.host.resolve(context.version, specifier);
  });
}

/**
 * @param {Version} version
 * @param {unknown} key
 * @param {() => any} create
 * @param {((value: any) => unknown) | undefined} dispose
 */
function keep(version, key, create, dispose) {
  const { record, number } = version;
  requireFunction('create', create);
  if (dispose !== undefined) requireFunction('dispose', dispose);
  const kept = record.kept.get(key);
  if (kept) return kept.value;
  // What follows from it, such as the connections of a pool, is no version's either.
  const creation = new Creation(version);
  const { value: created, made } = version.resources.apart(() => runCreation(creation, create));
  for (const resource of made) creation.resources.add(resource);
  const value = creation.settle(created, () => forgetFailed(version, key, creation));
  record.kept.set(key, { value, dispose, creator: number, creation });
  return value;
}

/**
 * The promise of a value has rejected: there is none, and the next version may try again.
 *
 * @param {Version} version
 * @param {unknown} key
 * @param {Creation} creation
 */
function forgetFailed({ record }, key, creation) {
  if (record.kept.get(key)?.creation === creation) record.kept.delete(key);
  for (const end of creation.take()) queueMicrotask(end);
}

/**
 * @param {Version} version
 * @param {any} resource
 */
function use(version, resource) {
  const release = wayToEnd(resource);
  if (!release) {
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', {
      name: 'resource',
      expected: `a function, or an object with Symbol.dispose or ${END_METHODS.join(', ')}`,
      actual: resource === null ? 'null' : typeof resource,
    });
  }
  const name = resource?.constructor?.name ?? 'function';
  version.resources.add({ kind: 'resource', what: () => name, release });
  return resource;
}

/**
 * @param {any} resource
 * @returns {(() => unknown) | undefined}
 */
function wayToEnd(resource) {
  if (resource === null || resource === undefined) return undefined;
  const symbols = [/** @type {any} */ (Symbol).asyncDispose, /** @type {any} */ (Symbol).dispose];
  const names = [...symbols.filter(Boolean), ...END_METHODS];
  const name = names.find((each) => typeof resource[each] === 'function');
  if (name !== undefined) return () => resource[name]();
  return typeof resource === 'function' ? () => resource() : undefined;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function requireFunction(name, value) {
  requireType(name, 'function', value);
}

/**
 * @param {string} name
 * @param {'string' | 'function'} type
 * @param {unknown} value
 */
function requireType(name, type, value) {
  if (typeof value === type) return;
  const actual = value === null ? 'null' : typeof value;
  throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', { name, expected: `a ${type}`, actual });
}

exports.HotContext = HotContext;
