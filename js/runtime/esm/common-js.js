'use strict';

/**
 * TypeScript that is compiled to CommonJS. It is linked like an ES module where it can be, so that its text stays where
 * it is and its imports are re-pointed; what CommonJS does otherwise is here:
 *
 * - An import is evaluated where it stands, and what it asks for is looked up then: in a cycle it is undefined so far.
 * - A name that is not exported is undefined. One that no declaration has is read from `module.exports`.
 * - `module.exports` is an object with `__esModule` that has the exports as getters, or what the module puts there.
 * - `default` of what has no `__esModule` is all of it, and so is the namespace, which has a `default` as well. So both
 *   values of `esModuleInterop` find what they look for.
 */

const { evaluateSync } = require('./evaluate');
const { link } = require('./link');
const { loadRequestedSync } = require('./load');
const { EsModule } = require('./module');
const { namespaceOf } = require('./namespace');
const { requireView } = require('./require-view');
const { NAMESPACE, Resolver } = require('./resolve-export');
const { SyntheticModule } = require('./synthetic');

/**
 * @typedef {import('./module').Module} Module
 * @typedef {import('./resolve-export').Resolution} Resolution
 */

/** What a `require` gives of a module that is not linked like an ES module. */
class RequiredModule extends SyntheticModule {
  /** @type {unknown} */
  exports = undefined;

  /**
   * @param {string} url
   * @param {() => unknown} load
   */
  constructor(url, load) {
    super(url, [], () => {
      this.exports = load();
    });
  }
}

/** The CommonJS side of a module. */
class CommonJs {
  #module;
  #holder;
  /** What `module.exports` is at first. @type {any} */
  #own = {};
  /** Imports of this module that had to look while it evaluated: they look again. @type {(() => void)[]} */
  #early = [];

  /**
   * @param {EsModule} module
   * @param {NodeModule} holder `module` in its code
   */
  constructor(module, holder) {
    this.#module = module;
    this.#holder = holder;
    holder.exports = this.#own;
  }

  /** @returns {any} `module.exports` as it is now */
  get exports() {
    return this.#holder.exports;
  }

  /** Does it export what its declarations say? */
  get isDeclared() {
    return this.#holder.exports === this.#own;
  }

  /** The variables of the module are there: its functions can be called. */
  didInstantiate() {
    const { slots, environment, transformed } = this.#module;
    if (transformed.hasModuleSyntax) {
      Object.defineProperty(this.#own, '__esModule', { value: true, configurable: true });
    }
    for (const [name, slot] of slots) {
      define(this.#own, name, () =>
        environment.isInitialized(slot) ? environment.read(slot) : undefined,
      );
    }
  }

  didEvaluate() {
    for (const lookAgain of this.#early.splice(0)) lookAgain();
  }

  /**
   * Evaluates what a request leads to, and gives the imports their values. Called where the declaration stands.
   *
   * @param {number} request
   */
  evaluateRequest(request) {
    const module = this.#module;
    const { specifier, attributes } = /** @type {import('./module').Request} */ (
      module.requests[request]
    );
    const dependency = /** @type {Module} */ (module.host.load(specifier, attributes, module));
    module.setDependency(request, dependency);
    dependency.importers.add(module);
    if (dependency instanceof EsModule) evaluateNow(dependency);
    else dependency.evaluate();
    this.connect(request);
    const commonJs = dependency instanceof EsModule ? dependency.commonJs : null;
    if (commonJs && dependency instanceof EsModule && dependency.status === 'evaluating') {
      commonJs.#early.push(() => this.connect(request));
    }
  }

  /**
   * Gives what the module has from a request the values that there are, and links it to those that will be.
   *
   * @param {number} request
   */
  connect(request) {
    const module = this.#module;
    module.imports.forEach((each, index) => {
      if (each.request === request) this.#connectImport(index, each.name);
    });
    for (const { name, request: from, imported } of module.indirects.values()) {
      if (from === request)
        define(this.#own, name, () => valueOf(module.dependency(request), imported));
    }
    if (!module.stars.includes(request)) return;
    for (const name of Object.keys(Object(exportsOf(module.dependency(request))))) {
      if (name === 'default' || Object.hasOwn(this.#own, name)) continue;
      define(this.#own, name, () => valueOf(module.dependency(request), name));
    }
  }

  /**
   * @param {number} index
   * @param {string | undefined} name
   */
  #connectImport(index, name) {
    const { sink, links, imports } = this.#module;
    const dependency = this.#module.dependency(/** @type {any} */ (imports[index]).request);
    links[index]?.remove();
    const resolution = resolve(dependency, name, new Set());
    links[index] = resolution?.module.environment.link(
      resolution.slot,
      /** @type {import('./environment').Sink} */ (sink),
      index,
    );
    if (!resolution) sink?.write(index, valueOf(dependency, name));
  }
}

/**
 * As `require` does: what is being evaluated is given as far as it is.
 *
 * @param {EsModule} module
 */
function evaluateNow(module) {
  loadRequestedSync(module);
  link(module);
  if (!module.commonJs || module.status !== 'evaluating') evaluateSync(module);
}

/**
 * The variable that an exported name stands for, if a declaration says so.
 *
 * @param {Module | undefined} module
 * @param {string | undefined} name
 * @param {Set<Module>} visited
 * @returns {Resolution | undefined}
 */
function resolve(module, name, visited) {
  if (!(module instanceof EsModule) || name === undefined || visited.has(module)) return undefined;
  if (!module.commonJs) return resolveIn(module, name);
  if (!module.commonJs.isDeclared) return undefined;
  const slot = module.slots.get(name);
  if (slot !== undefined) return { module, slot };
  visited.add(module);
  const indirect = module.indirects.get(name);
  if (indirect) return resolve(module.dependency(indirect.request), indirect.imported, visited);
  if (name === 'default') return undefined;
  for (const request of module.stars) {
    const found = resolve(module.dependency(request), name, visited);
    if (found) return found;
  }
  return undefined;
}

/**
 * @param {EsModule} module an ES module
 * @param {string} name
 */
function resolveIn(module, name) {
  try {
    const resolution = new Resolver().resolveOwnExport(module, name);
    return resolution.slot === NAMESPACE ? undefined : resolution;
  } catch {
    return undefined;
  }
}

/**
 * What a name of a module stands for now; the namespace without one.
 *
 * @param {Module} module
 * @param {string | undefined} name
 */
function valueOf(module, name) {
  const resolution = resolve(module, name, new Set());
  if (resolution) {
    const { environment } = resolution.module;
    return environment.isInitialized(resolution.slot)
      ? environment.read(resolution.slot)
      : undefined;
  }
  if (name === undefined && module instanceof EsModule && !module.commonJs)
    return namespaceOf(module);
  const exports = exportsOf(module);
  if (name === undefined) return asNamespace(exports);
  if (name === 'default' && !exports?.__esModule) return exports;
  return exports?.[name];
}

/**
 * What `require` gives of it.
 *
 * @param {Module | undefined} module
 * @returns {any}
 */
function exportsOf(module) {
  if (module instanceof RequiredModule) return module.exports;
  if (!(module instanceof EsModule)) return undefined;
  return module.commonJs ? module.commonJs.exports : requireView(module);
}

/** @type {WeakMap<object, object>} */
const namespaces = new WeakMap();

/** @param {any} exports */
function asNamespace(exports) {
  const isObject =
    (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
  if (!isObject) return { default: exports };
  if (exports.__esModule) return exports;
  const known = namespaces.get(exports);
  if (known) return known;
  const namespace = new Proxy(exports, {
    get: (target, key) => (key === 'default' && !(key in target) ? target : target[key]),
    has: (target, key) => key === 'default' || key in target,
  });
  namespaces.set(exports, namespace);
  return namespace;
}

/**
 * A property as TypeScript makes it for a re-export; the program may put another one in its place.
 *
 * @param {object} exports
 * @param {string} name
 * @param {() => unknown} get
 */
function define(exports, name, get) {
  const set = (/** @type {unknown} */ value) => {
    Object.defineProperty(exports, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  };
  Object.defineProperty(exports, name, { get, set, configurable: true, enumerable: true });
}

exports.CommonJs = CommonJs;
exports.RequiredModule = RequiredModule;
