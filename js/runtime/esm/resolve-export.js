'use strict';

/**
 * Which variable of which module an exported name stands for: GetExportedNames and ResolveExport of ECMA-262, 16.2.1.
 * The errors are those of V8, which says them where it meets them.
 */

const { SyntheticModule } = require('./synthetic');

/**
 * @typedef {import('./module').Module} Module
 * @typedef {import('./module').EsModule} EsModule
 *
 * @typedef {object} Resolution
 * @property {Module} module
 * @property {number} slot of its environment, or NAMESPACE
 *
 * @typedef {(module: EsModule, request: number) => Module} DependencyOf
 *
 * @typedef {object} Search
 * @property {Map<Module, Set<string>>} visited
 * @property {boolean} mustResolve say why there is no such export
 * @property {boolean} [isListing] no one has asked for the name
 */

/** Stands for the namespace object of a module where the slot of a variable could be. */
const NAMESPACE = -1;

/** With fewer, an index of what they lead to costs more than it saves. */
const MANY_STARS = 4;

/** Thrown where names are listed: what is ambiguous is then no error. */
const AMBIGUOUS = Symbol('ambiguous');

class Resolver {
  #dependencyOf;
  /** @type {Map<Module, Map<string, Resolution>>} */
  #found = new Map();
  /** @type {Map<Module, Set<string>>} */
  #names = new Map();
  /** Requests of stars that lead to a name, if any does. @type {Map<EsModule, Map<string, number[]>>} */
  #stars = new Map();

  /** @param {DependencyOf} [dependencyOf] for a graph that is not yet so */
  constructor(dependencyOf = (module, request) => module.dependency(request)) {
    this.#dependencyOf = dependencyOf;
  }

  /**
   * What an import of a module stands for.
   *
   * @param {EsModule} module
   * @param {number} request
   * @param {string | undefined} name the namespace object if there is none
   * @returns {Resolution}
   * @throws {SyntaxError} there is no such export, or more than one
   */
  resolveImport(module, request, name) {
    return /** @type {Resolution} */ (
      this.#follow(module, request, name, { visited: new Map(), mustResolve: true })
    );
  }

  /**
   * @param {EsModule} module
   * @param {string} name
   * @returns {Resolution}
   * @throws {SyntaxError}
   */
  resolveOwnExport(module, name) {
    const search = { visited: new Map(), mustResolve: true };
    return /** @type {Resolution} */ (this.#resolve(module, name, undefined, search));
  }

  /**
   * The names that the namespace object of a module has, and what they stand for. What is ambiguous is left out.
   *
   * @param {Module} module
   * @returns {[name: string, resolution: Resolution][]} sorted by name
   */
  namespaceEntries(module) {
    return [...this.#namesOf(module)].sort().flatMap((name) => {
      const resolution = this.#find(module, name);
      return resolution ? [/** @type {[string, Resolution]} */ ([name, resolution])] : [];
    });
  }

  /** @param {Module} module */
  #namesOf(module) {
    const names = this.#names.get(module) ?? this.#exportedNames(module, new Set());
    this.#names.set(module, names);
    return names;
  }

  /**
   * @param {Module} module
   * @param {Set<Module>} visited
   * @returns {Set<string>}
   */
  #exportedNames(module, visited) {
    if (module instanceof SyntheticModule) return new Set(module.names);
    const known = this.#names.get(module);
    if (known) return known;
    if (visited.has(module)) return new Set();
    visited.add(module);
    const names = new Set([...module.slots.keys(), ...module.indirects.keys()]);
    for (const request of module.stars) {
      for (const name of this.#exportedNames(this.#dependencyOf(module, request), visited)) {
        if (name !== 'default') names.add(name);
      }
    }
    return names;
  }

  /**
   * @param {Module} module
   * @param {string} name
   */
  #find(module, name) {
    try {
      return this.#resolve(module, name, undefined, {
        visited: new Map(),
        mustResolve: false,
        isListing: true,
      });
    } catch (error) {
      if (error === AMBIGUOUS) return null;
      throw error;
    }
  }

  /**
   * @param {EsModule} module
   * @param {number} request
   * @param {string | undefined} name
   * @param {Search} search
   */
  #follow(module, request, name, search) {
    const dependency = this.#dependencyOf(module, request);
    if (name === undefined) return { module: dependency, slot: NAMESPACE };
    return this.#resolve(dependency, name, module.requests[request]?.specifier, search);
  }

  /**
   * @param {Module} module
   * @param {string} name
   * @param {string | undefined} specifier by which the module was asked for
   * @param {Search} search
   * @returns {Resolution | null}
   */
  #resolve(module, name, specifier, search) {
    const slot = module.slots.get(name);
    if (slot !== undefined) return { module, slot };
    if (module instanceof SyntheticModule) return unresolvable(name, specifier, search);
    // What is found on the way to something else leaves out what was visited before.
    const isComplete = search.visited.size === 0;
    const known = isComplete && this.#found.get(module)?.get(name);
    if (known) return known;

    const names = search.visited.get(module) ?? new Set();
    if (names.has(name)) {
      if (!search.mustResolve) return null;
      throw new SyntaxError(`Detected cycle while resolving name '${name}' in '${specifier}'`);
    }
    search.visited.set(module, names.add(name));

    const indirect = module.indirects.get(name);
    const resolution = indirect
      ? this.#follow(module, indirect.request, indirect.imported, search)
      : this.#resolveByStars(module, name, specifier, search);
    if (!resolution) return unresolvable(name, specifier, search);
    if (isComplete) {
      const found = this.#found.get(module) ?? new Map();
      this.#found.set(module, found.set(name, resolution));
    }
    return resolution;
  }

  /**
   * The stars of a module that can lead to a name. There may be hundreds: they are looked through once.
   *
   * @param {EsModule} module
   * @param {string} name
   * @returns {number[]}
   */
  #starsFor(module, name) {
    if (module.stars.length < MANY_STARS) return module.stars;
    let byName = this.#stars.get(module);
    if (!byName) {
      byName = new Map();
      for (const request of module.stars) {
        for (const each of this.#namesOf(this.#dependencyOf(module, request))) {
          const requests = byName.get(each);
          if (requests) requests.push(request);
          else byName.set(each, [request]);
        }
      }
      this.#stars.set(module, byName);
    }
    return byName.get(name) ?? [];
  }

  /**
   * @param {EsModule} module
   * @param {string} name
   * @param {string | undefined} specifier
   * @param {Search} search
   */
  #resolveByStars(module, name, specifier, search) {
    if (name === 'default') return null;
    /** @type {Resolution | null} */
    let first = null;
    for (const request of this.#starsFor(module, name)) {
      const next = this.#follow(module, request, name, { ...search, mustResolve: false });
      if (!next) continue;
      if (first && !isSame(first, next)) throw ambiguous(name, specifier, search);
      first = next;
    }
    return first;
  }
}

/**
 * @param {string} name
 * @param {string | undefined} specifier
 * @param {Search} search
 * @returns {null}
 */
function unresolvable(name, specifier, search) {
  if (!search.mustResolve) return null;
  throw new SyntaxError(
    `The requested module '${specifier}' does not provide an export named '${name}'`,
  );
}

/**
 * @param {string} name
 * @param {string | undefined} specifier
 * @param {Search} search
 */
function ambiguous(name, specifier, search) {
  if (search.isListing) return AMBIGUOUS;
  return new SyntaxError(
    `The requested module '${specifier}' contains conflicting star exports for name '${name}'`,
  );
}

/**
 * @param {Resolution | undefined} a
 * @param {Resolution | undefined} b
 */
function isSame(a, b) {
  return a?.module === b?.module && a?.slot === b?.slot;
}

exports.NAMESPACE = NAMESPACE;
exports.Resolver = Resolver;
exports.isSame = isSame;
