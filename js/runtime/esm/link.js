'use strict';

/**
 * Finds what every import of a graph stands for, and compiles: Link of ECMA-262, 16.2.1.5.1. No code of the program runs.
 *
 * The standard makes the variables of all modules here. Before its body runs, a module's code can be called through a
 * cycle only, so the variables of all other modules are made when their body runs: all their imports have values then.
 */

const { connectImports, instantiate, pendingImports } = require('./bindings');
const { compile } = require('./compile');
const { EsModule } = require('./module');
const { Resolver } = require('./resolve-export');

/**
 * @typedef {import('./module').Module} Module
 *
 * @typedef {object} Linking
 * @property {Resolver} resolver
 * @property {EsModule[]} stack
 * @property {EsModule[]} linked
 * @property {EsModule[]} cyclic those of them that are in a cycle
 * @property {Map<EsModule, number>} indices in the order of the visits
 */

/**
 * @param {Module} module loaded
 * @throws {SyntaxError} then nothing is linked that was not before
 */
function link(module) {
  /** @type {Linking} */
  const linking = {
    resolver: new Resolver(),
    stack: [],
    linked: [],
    cyclic: [],
    indices: new Map(),
  };
  try {
    innerLink(module, linking);
    const early = calledBeforeTheirBodies(linking.cyclic);
    for (const each of new Set([...linking.linked, ...early])) {
      each.program = compile(each, early.has(each) ? pendingImports(each) : null);
    }
    for (const each of early) instantiate(each);
    for (const each of early) connectImports(each);
  } catch (error) {
    for (const each of [...linking.stack, ...linking.linked]) {
      each.status = 'unlinked';
      each.resolutions = [];
    }
    throw error;
  }
  for (const each of linking.linked) {
    for (const dependency of each.dependencies) dependency.importers.add(each);
  }
}

/**
 * @param {Module} module
 * @param {Linking} linking
 * @returns {number} the index of the first module of its cycle, if that is still being linked
 */
function innerLink(module, linking) {
  if (!(module instanceof EsModule)) return Infinity;
  if (module.status === 'linking') return linking.indices.get(module) ?? Infinity;
  if (module.status === 'new') throw new Error(`${module.url} is to be linked before it is loaded`);
  if (module.status !== 'unlinked') return Infinity;

  const index = linking.indices.size;
  linking.indices.set(module, index);
  linking.stack.push(module);
  module.status = 'linking';
  let first = index;
  for (const dependency of module.dependencies) {
    first = Math.min(first, innerLink(dependency, linking));
  }
  module.resolutions = resolveImports(module, linking.resolver);
  if (first === index) leaveCycle(module, linking);
  return first;
}

/**
 * What each import of a module stands for.
 *
 * @param {EsModule} module
 * @param {Resolver} resolver
 * @throws {SyntaxError} also where it exports what it does not have; `placeOfLinkError` tells where
 */
function resolveImports(module, resolver) {
  // CommonJS looks where its declarations stand.
  if (module.commonJs) return [];
  const { imports, indirects } = module;
  /** @type {import('./resolve-export').Resolution[]} */
  const resolutions = [];
  try {
    imports.forEach(({ request, name }, index) => {
      resolutions[index] = resolver.resolveImport(module, request, name);
    });
  } catch {
    // One of them, or more, leads nowhere.
    for (const each of inOrderOfV8(imports)) {
      at({ ...each, module }, () => resolver.resolveImport(module, each.request, each.name));
    }
  }
  for (const each of indirects.values()) {
    at({ ...each, module }, () => resolver.resolveOwnExport(module, each.name));
  }
  return resolutions;
}

/**
 * By the names of their variables. Which of two errors is thrown depends on it.
 *
 * @param {EsModule['imports']} imports
 */
function inOrderOfV8(imports) {
  return [...imports].sort((a, b) => (a.local < b.local ? -1 : 1));
}

/**
 * Where an import stands, or an export of what is imported.
 *
 * @typedef {object} LinkPlace
 * @property {EsModule} module
 * @property {number} request by which it asks
 * @property {number} startUtf16
 */

/** @type {WeakMap<object, LinkPlace>} */
const places = new WeakMap();

/** @param {unknown} error that `resolveImports` threw */
function placeOfLinkError(error) {
  return /** @type {LinkPlace} */ (places.get(/** @type {object} */ (error)));
}

/**
 * @template T
 * @param {LinkPlace} place of what is being resolved
 * @param {() => T} resolve
 * @returns {T}
 */
function at(place, resolve) {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof SyntaxError) {
      const { module, startUtf16 } = place;
      const line = module.transformed.code.slice(0, startUtf16).split('\n').length;
      error.stack = `${module.url}:${line}\n${error.stack}`;
      places.set(error, place);
    }
    throw error;
  }
}

/**
 * @param {EsModule} root
 * @param {Linking} linking
 */
function leaveCycle(root, { stack, linked, cyclic }) {
  const members = stack.splice(stack.indexOf(root));
  for (const member of members) member.status = 'linked';
  linked.push(...members);
  if (members.length > 1 || root.dependencies.includes(root)) cyclic.push(...members);
}

/**
 * Modules whose functions can be called before their own bodies run: those of cycles, and all that these need.
 *
 * @param {EsModule[]} cyclic
 */
function calledBeforeTheirBodies(cyclic) {
  const early = new Set(cyclic);
  for (const module of early) {
    for (const each of module.dependencies) {
      if (!(each instanceof EsModule) || each.status === 'evaluated') continue;
      if (!each.instance) early.add(each);
    }
  }
  return early;
}

exports.link = link;
exports.placeOfLinkError = placeOfLinkError;
exports.resolveImports = resolveImports;
