'use strict';

/**
 * A random app as data: modules, what they export, what they import and how, and what they make. An edit is a list of
 * operations on it, which are data too, so that a case can be cut down and printed. An operation on what is not there
 * does nothing.
 *
 * @typedef {'cjs' | 'js' | 'cts' | 'mjs' | 'mts' | 'json'} Format the extension of its file; `js` is CommonJS
 * @typedef {{ name: string, kind: 'const' | 'let' | 'function' | 'class' | 'default' | 'derived', value: number,
 *   from?: { edge: string, name: string } }} Export `from`: what a derived one is computed of
 * @typedef {'named' | 'namespace' | 'default' | 'bare' | 'star' | 'reexport' | 'later' | 'await' | 'require' |
 *   'destructure' | 'lazy' | 'optional' | 'spread' | 'read'} EdgeKind
 * @typedef {{ key: string, to: string, kind: EdgeKind, names: string[] }} Edge
 * @typedef {'syntax' | 'throw' | 'unresolved' | 'unexported' | 'reject'} Fault
 *
 * @typedef {object} Module
 * @property {string} id also its name in what the app shows
 * @property {string} place its path without the extension
 * @property {Format} format
 * @property {boolean} isDeleted
 * @property {number} edition a comment that changes nothing
 * @property {Export[]} exports
 * @property {Edge[]} edges
 * @property {string[]} resources
 * @property {string[]} accepts ids of imports whose changes it accepts, where it may
 * @property {boolean} acceptsSelf where it may
 * @property {boolean} disposes
 * @property {boolean} keeps
 * @property {boolean} awaits
 * @property {Fault | null} fault
 *
 * @typedef {{ modules: Module[], serves: boolean }} Model the first module is the entry
 * @typedef {[name: string, id: string, ...rest: any[]]} Operation
 */

/** @param {Format} format */
function isEsm(format) {
  return format === 'mjs' || format === 'mts';
}

/** @type {Record<string, (module: Module, model: Model, ...rest: any[]) => void>} */
const OPERATIONS = {
  set(module, model, name, value) {
    const exported = module.exports.find((each) => each.name === name);
    if (exported) exported.value = value;
  },
  'set-data': (module, model, value) => void (module.edition = value),
  comment: (module, model, edition) => void (module.edition = edition),
  export(module, model, exported) {
    if (!module.exports.some(({ name }) => name === exported.name)) module.exports.push(exported);
  },
  unexport(module, model, name) {
    module.exports = module.exports.filter((each) => each.name !== name);
  },
  import(module, model, edge) {
    if (!module.edges.some(({ key }) => key === edge.key)) module.edges.push(edge);
  },
  unimport(module, model, key) {
    module.edges = module.edges.filter((each) => each.key !== key);
  },
  move: (module, model, place) => void (module.place = place),
  delete: (module) => void (module.isDeleted = true),
  restore: (module) => void (module.isDeleted = false),
  break: (module, model, fault) => void (module.fault = fault),
  mend: (module) => void (module.fault = null),
  resources: (module, model, kinds) => void (module.resources = kinds),
  accept: (module, model, ids) => void (module.accepts = ids),
  flag: (module, model, flag, value) => void (/** @type {any} */ (module[flag] = value)),
  add(module, model, added) {
    if (!model.modules.some(({ id }) => id === added.id))
      model.modules.push(structuredClone(added));
  },
};

/**
 * @param {Model} model
 * @param {Operation[]} operations
 * @returns {Model} another one
 */
function edited(model, operations) {
  const next = structuredClone(model);
  for (const [name, id, ...rest] of operations) {
    const module = next.modules.find((each) => each.id === id);
    if (module) OPERATIONS[name]?.(module, next, ...structuredClone(rest));
  }
  return next;
}

/** Edges that lead to what is evaluated before the importer goes on. */
const EAGER = new Set([
  'named',
  'namespace',
  'default',
  'bare',
  'star',
  'reexport',
  'await',
  'require',
  'destructure',
  'optional',
  'spread',
]);

/**
 * Does a way of imports lead from one module to another?
 *
 * @param {Model} model
 * @param {string} from
 * @param {string} to
 * @param {(edge: Edge) => boolean} [follows]
 */
function leadsTo({ modules }, from, to, follows = () => true) {
  const byId = new Map(modules.map((module) => [module.id, module]));
  const reached = new Set([from]);
  for (const id of reached) {
    for (const edge of byId.get(id)?.edges ?? []) {
      if (edge.to === to && follows(edge)) return true;
      if (follows(edge)) reached.add(edge.to);
    }
  }
  return false;
}

/** @param {Model} model @param {string} id */
function moduleOf({ modules }, id) {
  return modules.find((module) => module.id === id);
}

/**
 * The imports whose changes a module really accepts. Accepting is a promise to look again, so it holds only where the
 * module keeps nothing that it has computed or copied of the import.
 *
 * @param {Model} model
 * @param {Module} module
 */
function acceptedBy(model, module) {
  const kinds = isEsm(module.format) ? ['named', 'namespace', 'default'] : ['require'];
  return module.accepts.filter((id) => {
    const edges = module.edges.filter(({ to }) => to === id);
    const isCopied = module.exports.some(({ from }) => edges.some(({ key }) => key === from?.edge));
    const imported = moduleOf(model, id);
    return (
      imported &&
      edges.length > 0 &&
      edges.every(({ kind }) => kinds.includes(kind)) &&
      !isCopied &&
      imported.format !== 'json' &&
      !leadsTo(model, id, module.id)
    );
  });
}

/**
 * Does the module really accept its own changes? Where all its importers see it through live bindings alone.
 *
 * @param {Model} model
 * @param {Module} module
 */
function acceptsSelf(model, module) {
  if (!module.acceptsSelf || !isEsm(module.format)) return false;
  const isLive = model.modules.every((importer) =>
    importer.edges
      .filter(({ to }) => to === module.id)
      .every(
        ({ key, kind }) =>
          isEsm(importer.format) &&
          ['named', 'namespace', 'default', 'bare'].includes(kind) &&
          !importer.exports.some(({ from }) => from?.edge === key),
      ),
  );
  return isLive && module !== model.modules[0] && !leadsTo(model, module.id, module.id);
}

/**
 * Would the app wait for itself for ever, by an `await import()` in a cycle?
 *
 * @param {Model} model
 */
function waitsForItself(model) {
  return model.modules.some(({ id, edges }) =>
    edges.some(({ kind, to }) => kind === 'await' && (to === id || leadsTo(model, to, id))),
  );
}

/** What a module copies of another, or computes of it, as it evaluates. */
const COPYING = new Set(['destructure', 'spread', 'optional']);

/**
 * Imports in cycles whose values depend on where the cycle was entered. A fresh process may enter it elsewhere after an
 * edit of a module before it, which is no change of the cycle's own.
 *
 * @param {Model} model
 * @returns {{ module: Module, edge: Edge }[]}
 */
function orderedEdges(model) {
  return model.modules.flatMap((module) =>
    module.edges.flatMap((edge) => {
      const isCopied =
        COPYING.has(edge.kind) || module.exports.some(({ from }) => from?.edge === edge.key);
      return isCopied && leadsTo(model, edge.to, module.id) ? [{ module, edge }] : [];
    }),
  );
}

exports.orderedEdges = orderedEdges;
exports.isEsm = isEsm;
exports.waitsForItself = waitsForItself;
exports.edited = edited;
exports.leadsTo = leadsTo;
exports.moduleOf = moduleOf;
exports.acceptedBy = acceptedBy;
exports.acceptsSelf = acceptsSelf;
exports.EAGER = EAGER;
