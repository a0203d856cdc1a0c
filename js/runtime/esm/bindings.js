'use strict';

/**
 * The variables in which a module has its imports: which of them may have no value when the module's code runs, and
 * where each has its value from.
 */

const { Instance } = require('./instance');
const { EsModule } = require('./module');
const { namespaceOf } = require('./namespace');
const { NAMESPACE } = require('./resolve-export');

/** @typedef {import('./resolve-export').Resolution} Resolution */

/**
 * @param {EsModule} module linked, in a cycle or needed by one
 * @returns {number[]} imports that have no value until the body of another module has run so far
 */
function pendingImports(module) {
  return module.resolutions.flatMap((resolution, index) =>
    hasValueAtStart(resolution) ? [] : [index],
  );
}

/** @param {Resolution} resolution */
function hasValueAtStart({ module, slot }) {
  if (slot === NAMESPACE || !(module instanceof EsModule)) return true;
  const kind = module.locals[slot]?.kind;
  return kind === 'function' || kind === 'var' || module.environment.isInitialized(slot);
}

/**
 * Gives a module its variables. Its text has done its duty then.
 *
 * @param {EsModule} module compiled
 * @param {() => void} [didInstantiate]
 * @returns {Instance}
 */
function instantiate(module, didInstantiate = () => {}) {
  const { program, resolutions } = module;
  const given = program?.isGenerator ? [] : resolutions.map(valueForGood);
  const instance = new Instance(module, given, didInstantiate);
  module.instance = instance;
  module.program = null;
  return instance;
}

/**
 * What an import holds from the start, and until its module is replaced; undefined for one that may change.
 *
 * @param {Resolution} resolution
 */
function valueForGood({ module: exporter, slot }) {
  if (slot === NAMESPACE) return namespaceOf(exporter);
  const { environment } = exporter;
  return environment.isConstant(slot) ? environment.read(slot) : undefined;
}

/**
 * Gives all imports the values that there are, and links them to those that will be.
 *
 * @param {EsModule} module instantiated
 */
function connectImports(module) {
  module.resolutions.forEach((resolution, index) => connectImport(module, index, resolution));
}

/**
 * The same for a module that has begun with those that are for good.
 *
 * @param {EsModule} module instantiated
 */
function connectRest(module) {
  module.resolutions.forEach((resolution, index) => {
    const { module: exporter, slot } = resolution;
    if (slot === NAMESPACE || exporter.environment.isConstant(slot))
      module.links[index] = undefined;
    else connectImport(module, index, resolution);
  });
}

/**
 * @param {EsModule} module instantiated
 * @param {number} index
 * @param {Resolution} resolution
 */
function connectImport(module, index, { module: exporter, slot }) {
  const sink = /** @type {import('./environment').Sink} */ (module.sink);
  module.links[index]?.remove();
  if (slot === NAMESPACE) {
    module.links[index] = undefined;
    sink.write(index, namespaceOf(exporter));
  } else {
    const link = exporter.environment.link(slot, sink, index);
    if (module.isUnlinked) link?.loosen();
    module.links[index] = link;
  }
}

exports.connectImport = connectImport;
exports.connectImports = connectImports;
exports.connectRest = connectRest;
exports.instantiate = instantiate;
exports.pendingImports = pendingImports;
