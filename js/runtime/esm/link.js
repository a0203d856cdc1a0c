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
  resolveAll(module, linking.resolver);
  if (first === index) leaveCycle(module, linking);
  return first;
}

/**
 * @param {EsModule} module
 * @param {Resolver} resolver
 */
function resolveAll(module, resolver) {
  const { imports, indirects } = module;
  /** @type {import('./resolve-export').Resolution[]} */
  const resolutions = [];
  for (const { index, request, name, startUtf16 } of inOrderOfV8(imports)) {
    const resolve = () => resolver.resolveImport(module, request, name);
    resolutions[index] = at(module, startUtf16, resolve);
  }
  module.resolutions = resolutions;
  for (const { name, startUtf16 } of indirects.values()) {
    at(module, startUtf16, () => resolver.resolveOwnExport(module, name));
  }
}

/**
 * By the names of their variables. Which of two errors is thrown depends on it.
 *
 * @param {EsModule['imports']} imports
 */
function inOrderOfV8(imports) {
  const indexed = imports.map((each, index) => ({ ...each, index }));
  return indexed.sort((a, b) => (a.local < b.local ? -1 : 1));
}

/**
 * @template T
 * @param {EsModule} module
 * @param {number} startUtf16 of what is being resolved
 * @param {() => T} resolve
 * @returns {T}
 */
function at(module, startUtf16, resolve) {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof SyntaxError) {
      const line = module.transformed.code.slice(0, startUtf16).split('\n').length;
      error.stack = `${module.url}:${line}\n${error.stack}`;
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
