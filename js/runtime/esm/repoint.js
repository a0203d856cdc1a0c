'use strict';

/**
 * A linked graph gets other modules in place of some: new versions of files. What imports them, also through
 * re-exports, has the new values at once and is not evaluated again. All of it or nothing.
 */

const { connectImport } = require('./bindings');
const { resolveImports } = require('./link');
const { EsModule } = require('./module');
const { relinkNamespace } = require('./namespace');
const { NAMESPACE, Resolver, isSame } = require('./resolve-export');

/**
 * @typedef {import('./module').Module} Module
 * @typedef {import('./resolve-export').Resolution} Resolution
 *
 * @typedef {object} Move
 * @property {EsModule} importer linked
 * @property {Module} from what it imports so far
 * @property {Module} to linked and evaluated
 *
 * @typedef {object} Effect of the moves on one module
 * @property {EsModule} module
 * @property {Resolution[]} resolutions of its imports
 * @property {import('./namespace').Entries | null} entries of its namespace object, if that may be another now
 */

/**
 * Finds out what the moves would do. Changes nothing.
 *
 * @param {Move[]} moves
 * @param {(module: EsModule) => boolean} [stays] is it one that goes on?
 * @returns {() => void} makes them. It cannot fail, and is to be called before the graph changes otherwise
 * @throws {SyntaxError} an importer needs an export that the new module does not have
 */
function prepareRepoint(moves, stays = () => true) {
  const resolver = new Resolver(dependencyAfter(moves));
  const affected = affectedBy(moves, stays);
  const effects = affected
    .filter(({ commonJs }) => !commonJs)
    .map((module) => effectOn(module, resolver));
  return () => {
    for (const move of moves) replaceDependency(move);
    for (const { commonJs, requests } of affected) {
      for (const request of commonJs ? requests.keys() : []) commonJs?.connect(request);
    }
    const renewed = new Set(
      effects.flatMap(({ module, entries }) =>
        entries && relinkNamespace(module, entries) ? [module] : [],
      ),
    );
    for (const effect of effects) relinkImports(effect, renewed);
  };
}

/**
 * Finds out whether modules will link, and whether others can go on with them. Changes nothing.
 *
 * @param {EsModule[]} modules loaded
 * @param {Move[]} moves
 * @param {(module: EsModule) => boolean} stays is it one that goes on?
 * @returns {unknown} the error of the first import that leads nowhere
 */
function findBrokenLink(modules, moves, stays) {
  const resolver = new Resolver(dependencyAfter(moves));
  try {
    for (const module of [...modules, ...affectedBy(moves, stays)])
      resolveImports(module, resolver);
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * The module is stale. From now on what it imports keeps neither it nor its variables alive; as long as its code runs
 * somewhere, that sees the values of the modules that it was linked to.
 *
 * @param {Module} module
 * @returns {() => void} for when it is staler still: ends that, so that nothing is written to it any more. It holds the
 *   module no more than the links do
 */
function unlink(module) {
  module.isUnlinked = true;
  const links = [...(module.namespace?.links ?? [])];
  if (module instanceof EsModule) {
    links.push(...(module.markedNamespace?.links ?? []));
    links.push(...module.links.filter((link) => link !== undefined));
    // CommonJS that threw has not asked for all of them.
    for (const dependency of module.dependencies) dependency?.importers.delete(module);
    // What still waits for its turn to evaluate needs them.
    if (module.status === 'evaluated') module.forgetDependencies();
  }
  return endLinks(links.filter((link) => link.loosen()));
}

/** Of its own, so that it closes over nothing else. @param {import('./environment').Link[]} links */
function endLinks(links) {
  return () => {
    for (const link of links) link.remove();
  };
}

/**
 * @param {Move[]} moves
 * @returns {import('./resolve-export').DependencyOf}
 */
function dependencyAfter(moves) {
  /** @type {Map<EsModule, Map<Module, Module>>} */
  const byImporter = new Map();
  for (const { importer, from, to } of moves) {
    byImporter.set(importer, (byImporter.get(importer) ?? new Map()).set(from, to));
  }
  return (module, request) => {
    const dependency = module.dependency(request);
    return byImporter.get(module)?.get(dependency) ?? dependency;
  };
}

/**
 * The importers, and whatever has something from them by a re-export.
 *
 * @param {Move[]} moves
 * @param {(module: EsModule) => boolean} stays
 */
function affectedBy(moves, stays) {
  const affected = new Set(moves.map(({ importer }) => importer));
  for (const module of affected) {
    if (!reExports(module)) continue;
    for (const importer of module.importers) if (stays(importer)) affected.add(importer);
  }
  return [...affected];
}

/** @param {EsModule} module */
function reExports({ indirects, stars }) {
  return indirects.size > 0 || stars.length > 0;
}

/**
 * @param {EsModule} module
 * @param {Resolver} resolver
 * @returns {Effect}
 * @throws {SyntaxError}
 */
function effectOn(module, resolver) {
  const resolutions = resolveImports(module, resolver);
  const mayDiffer = module.namespace && reExports(module);
  return { module, resolutions, entries: mayDiffer ? resolver.namespaceEntries(module) : null };
}

/** @param {Move} move */
function replaceDependency({ importer, from, to }) {
  importer.dependencies.forEach((dependency, request) => {
    if (dependency === from) importer.setDependency(request, to);
  });
  from.importers.delete(importer);
  to.importers.add(importer);
}

/**
 * @param {Effect} effect
 * @param {Set<Module>} renewed modules that have another namespace object
 */
function relinkImports({ module, resolutions }, renewed) {
  resolutions.forEach((resolution, index) => {
    const isRenewed = resolution.slot === NAMESPACE && renewed.has(resolution.module);
    if (isSame(resolution, module.resolutions[index]) && !isRenewed) return;
    module.resolutions[index] = resolution;
    if (module.instance) connectImport(module, index, resolution);
  });
}

exports.findBrokenLink = findBrokenLink;
exports.prepareRepoint = prepareRepoint;
exports.unlink = unlink;
