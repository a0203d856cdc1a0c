'use strict';

/**
 * Loads what a module asks for, and what that asks for, level by level: LoadRequestedModules of ECMA-262, 16.2.1.5.
 */

const { EsModule } = require('./module');

/** @typedef {import('./module').Module} Module */

/**
 * @param {Module} module
 * @returns {Promise<void> | undefined} undefined if everything is loaded, which is so if the host gave no promise
 * @throws {unknown} what the host threw; a later call tries again
 */
function loadRequested(module) {
  const visited = new Set([module]);
  const pending = loadLevel([module], visited);
  if (pending) return pending.then(() => didLoad(visited));
  didLoad(visited);
  return undefined;
}

/**
 * The same where there is no time to wait.
 *
 * @param {Module} module
 * @throws {Error} ERR_REQUIRE_ASYNC_MODULE if the host can load something only asynchronously
 */
function loadRequestedSync(module) {
  const pending = loadRequested(module);
  if (!pending) return;
  pending.catch(() => {});
  const message = `${module.url} needs what can only be loaded asynchronously; import() can`;
  throw Object.assign(new Error(message), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
}

/**
 * @param {Module[]} level
 * @param {Set<Module>} visited
 * @returns {Promise<void> | undefined}
 */
function loadLevel(level, visited) {
  let modules = level;
  while (modules.length > 0) {
    const promises = modules.flatMap((module) => requestAll(module));
    if (promises.length > 0) {
      const current = modules;
      return Promise.all(promises).then(() => loadLevel(nextLevel(current, visited), visited));
    }
    modules = nextLevel(modules, visited);
  }
  return undefined;
}

/**
 * Asks the host for what a module asks for.
 *
 * @param {Module} module
 * @returns {Promise<void>[]}
 */
function requestAll(module) {
  // CommonJS asks where its declarations stand.
  if (!(module instanceof EsModule) || module.status !== 'new' || module.commonJs) return [];
  return module.requests.flatMap(({ specifier, attributes }, request) => {
    if (module.isLoaded(request)) return [];
    const loaded = module.host.load(specifier, attributes, module);
    if (!(loaded instanceof Promise)) {
      module.setDependency(request, loaded);
      return [];
    }
    const promise = loaded.then((dependency) => module.setDependency(request, dependency));
    // Another one may fail first.
    promise.catch(() => {});
    return [promise];
  });
}

/**
 * @param {Module[]} level
 * @param {Set<Module>} visited
 */
function nextLevel(level, visited) {
  const next = level.flatMap((module) => {
    return module instanceof EsModule && module.status === 'new' ? module.dependencies : [];
  });
  return [...new Set(next)].filter((module) => {
    if (visited.has(module)) return false;
    visited.add(module);
    return true;
  });
}

/** @param {Set<Module>} modules with all that they ask for */
function didLoad(modules) {
  for (const module of modules) {
    if (module instanceof EsModule && module.status === 'new') module.status = 'unlinked';
  }
}

exports.loadRequested = loadRequested;
exports.loadRequestedSync = loadRequestedSync;
