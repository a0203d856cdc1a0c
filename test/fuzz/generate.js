'use strict';

/** Random apps, and random edits of them. The same seed gives the same case. */

const { makeRandom } = require('../helpers/random');
const { edited, isEsm, moduleOf, orderedEdges, waitsForItself } = require('./model');
const { RESOURCES } = require('./render');

/**
 * @typedef {import('./model').Model} Model
 * @typedef {import('./model').Module} Module
 * @typedef {import('./model').Operation} Operation
 * @typedef {ReturnType<typeof makeRandom>} Random
 *
 * @typedef {'told' | 'asked' | 'watched'} Way how safe-hot comes to know of an edit: as its watcher tells it, by
 *   `reload()`, or by its watcher itself
 * @typedef {{ seed: number, way: Way, model: Model, edits: Operation[][] }} Case
 */

const FORMATS = /** @type {const} */ (['cjs', 'js', 'cts', 'mjs', 'mts']);
const KINDS = /** @type {const} */ (['const', 'let', 'function', 'class', 'derived']);

/** Edges of ES modules, and of CommonJS: the frequent ones more than once. */
const ESM_EDGES = /** @type {const} */ ([
  ...['named', 'named', 'named', 'namespace', 'namespace', 'default', 'bare'],
  ...['star', 'star', 'reexport', 'reexport', 'later', 'await'],
]);
const CJS_EDGES = /** @type {const} */ ([
  ...['require', 'require', 'require', 'destructure', 'destructure', 'lazy', 'lazy'],
  ...['optional', 'spread', 'bare', 'later'],
]);

/** What is computed or copied when a module evaluates must be the other module's own. */
const COPIES = new Set(['destructure']);

/**
 * @param {number} seed
 * @param {{ edits: number }} options
 * @returns {Case}
 */
function randomCase(seed, { edits: count }) {
  const random = makeRandom(seed);
  const generator = new Generator(random);
  const model = generator.model();
  const way = random.pick(/** @type {Way[]} */ (['told', 'told', 'told', 'asked', 'watched']));
  if (way === 'asked') forgetReads(model);
  /** @type {Operation[][]} */
  const edits = [];
  let current = model;
  while (edits.length < count) {
    const operations = generator.edit(current, way);
    edits.push(operations);
    current = edited(current, operations);
  }
  return { seed, way, model, edits };
}

/** `reload()` looks at modules, not at what they have read. @param {Model} model */
function forgetReads({ modules }) {
  for (const module of modules) module.edges = module.edges.filter(({ kind }) => kind !== 'read');
}

class Generator {
  #random;
  /** Of all names in this case, so that none is used twice. */
  #serial = 0;
  #withAwait;
  #withHot;
  #withResources;
  #formats;

  /** @param {Random} random */
  constructor(random) {
    this.#random = random;
    this.#withAwait = random.below(4) === 0;
    this.#withHot = random.below(3) === 0;
    this.#withResources = random.below(2) === 0;
    this.#formats = random.pick([
      FORMATS,
      FORMATS,
      FORMATS,
      /** @type {const} */ (['cjs', 'js']),
      /** @type {const} */ (['mjs']),
      /** @type {const} */ (['mts', 'mjs']),
    ]);
  }

  /** @returns {Model} */
  model() {
    const random = this.#random;
    const count = this.#size();
    /** @type {Model} */
    const model = { modules: [], serves: random.below(3) === 0 };
    // Neighbours have one language each, so that cycles, which stay among neighbours, do too.
    let format = random.pick([...this.#formats]);
    for (let index = 0; index < count; index += 1) {
      if (index === 0 || random.below(4) === 0) format = random.pick([...this.#formats]);
      else if (random.below(2) === 0) format = this.#sibling(format);
      model.modules.push(this.#module(index === 0 ? 'main' : `m${index}`, format));
    }
    for (let index = 0; index < random.below(3); index += 1) {
      model.modules.push(this.#data(`d${index}`));
    }
    for (const module of model.modules) this.#connect(model, module);
    for (const { edges } of waitsForItself(model) ? model.modules : []) {
      for (const edge of edges) if (edge.kind === 'await') edge.kind = 'namespace';
    }
    for (const module of model.modules) this.#derive(module, model);
    for (const { module, edge } of orderedEdges(model)) {
      if (!isEsm(module.format)) edge.kind = 'require';
      module.exports = module.exports.filter(({ from }) => from?.edge !== edge.key);
    }
    if (this.#withHot) for (const module of model.modules) this.#accept(module);
    return model;
  }

  #size() {
    const random = this.#random;
    const kind = random.below(40);
    if (kind === 0) return 100 + random.below(101);
    if (kind < 5) return 30 + random.below(40);
    return 5 + random.below(16);
  }

  /** Another format of the same kind of modules. @param {import('./model').Format} format */
  #sibling(format) {
    return this.#random.pick([...this.#formats].filter((each) => isEsm(each) === isEsm(format)));
  }

  /** @param {string} id @param {import('./model').Format} format @returns {Module} */
  #module(id, format) {
    const random = this.#random;
    const folder = id === 'main' ? '' : random.pick(['', '', 'lib/', 'lib/deep/']);
    /** @type {Module} */
    const module = {
      id,
      place: folder + id,
      format,
      isDeleted: false,
      edition: 0,
      exports: [],
      edges: [],
      resources: [],
      accepts: [],
      acceptsSelf: false,
      disposes: this.#withHot && random.below(6) === 0,
      keeps: this.#withHot && random.below(6) === 0,
      awaits: this.#withAwait && isEsm(format) && random.below(4) === 0,
      fault: null,
    };
    for (let index = 0; index < 1 + random.below(3); index += 1) {
      module.exports.push(this.#export(module));
    }
    if (this.#withResources && random.below(4) === 0) module.resources = this.#resources();
    return module;
  }

  #resources() {
    const random = this.#random;
    return Array.from({ length: 1 + random.below(3) }, () => random.pick(RESOURCES));
  }

  /** @param {string} id @returns {Module} */
  #data(id) {
    const none = { exports: [], edges: [], resources: [], accepts: [], acceptsSelf: false };
    const flags = { isDeleted: false, disposes: false, keeps: false, awaits: false, fault: null };
    return { id, place: id, format: 'json', edition: 1, ...none, ...flags };
  }

  /** @param {Module} module @returns {import('./model').Export} */
  #export(module) {
    const random = this.#random;
    this.#serial += 1;
    const hasDefault = module.exports.some(({ name }) => name === 'default');
    if (isEsm(module.format) && !hasDefault && random.below(4) === 0) {
      return { name: 'default', kind: 'default', value: 1 };
    }
    const isShared = random.below(6) === 0;
    const shared = `shared${random.below(3)}`;
    const isFree = !module.exports.some(({ name }) => name === shared);
    const name = isShared && isFree ? shared : `x${this.#serial}`;
    const kinds = KINDS.filter((kind) => kind !== 'derived');
    return { name, kind: random.pick([...kinds]), value: 1 };
  }

  /** @param {Model} model @param {Module} module */
  #connect(model, module) {
    if (module.format === 'json') return;
    const random = this.#random;
    const index = model.modules.indexOf(module);
    const next = model.modules[index + 1];
    // A backbone, so that much of the app can be reached.
    if (next && random.below(8) > 0) this.#connectTo(model, module, next);
    const isSmall = model.modules.length < 30;
    const count = module.id === 'main' ? 3 : random.below(isSmall ? 3 : 2);
    for (let many = 0; many < count; many += 1) {
      const target = random.pick(model.modules);
      if (this.#mayImport(model, module, target)) this.#connectTo(model, module, target);
    }
  }

  /** Cycles are among modules of one kind: Node itself refuses most of the others. @param {Model} model @param {Module} from @param {Module} to */
  #mayImport({ modules }, from, to) {
    if (from === to || to === modules[0]) return false;
    const [a, b] = [modules.indexOf(from), modules.indexOf(to)];
    if (b > a) return true;
    return modules.slice(b, a + 1).every(({ format }) => isEsm(format) === isEsm(from.format));
  }

  /** @param {Model} model @param {Module} from @param {Module} to */
  #connectTo(model, from, to) {
    const edge = this.#edge(model, from, to);
    if (edge) from.edges.push(edge);
  }

  /** @param {Model} model @param {Module} from @param {Module} to @returns {import('./model').Edge | undefined} */
  #edge(model, from, to) {
    const random = this.#random;
    this.#serial += 1;
    const key = `e${this.#serial}`;
    if (to.format === 'json') {
      const kind = random.pick(isEsm(from.format) ? ['default', 'read'] : ['require', 'read']);
      return { key, to: to.id, kind: /** @type {'read'} */ (kind), names: [] };
    }
    let kind = random.pick([...(isEsm(from.format) ? ESM_EDGES : CJS_EDGES)]);
    const isBackward = model.modules.indexOf(to) <= model.modules.indexOf(from);
    if (kind === 'await' && (!this.#withAwait || isBackward)) kind = 'namespace';
    // What awaits cannot be required.
    if (this.#withAwait && !isEsm(from.format) && isEsm(to.format)) kind = 'later';
    // When it comes is nobody's to say in a cycle.
    if (kind === 'later' && isBackward) kind = isEsm(from.format) ? 'named' : 'lazy';
    const names = this.#names(to, COPIES.has(kind));
    const hasDefault = !isEsm(to.format) || to.exports.some(({ name }) => name === 'default');
    if (kind === 'default' && !hasDefault) kind = 'namespace';
    if (kind === 'reexport' && names.length === 0) kind = 'star';
    return { key, to: to.id, kind: /** @type {any} */ (kind), names };
  }

  /** Names to ask a module for, rarely one that it does not have. @param {Module} to @param {boolean} isCopied */
  #names({ exports: exported, edges }, isCopied) {
    const random = this.#random;
    const passedOn = isCopied
      ? []
      : edges.flatMap(({ key, kind, names }) =>
          kind === 'reexport' ? names.map((name) => `${key}_${name}`) : [],
        );
    const all = [...exported.map(({ name }) => name), ...passedOn];
    const names = random.shuffle(all).slice(0, 1 + random.below(2));
    if (random.below(200) === 0) names.push('shared0');
    return [...new Set(names)];
  }

  /** Exports that are computed of what is imported. @param {Module} module @param {Model} model */
  #derive(module, model) {
    const random = this.#random;
    for (const edge of module.edges) {
      const to = moduleOf(model, edge.to);
      if (!to || random.below(4) > 0) continue;
      const exported = this.#derived(edge, to);
      if (exported) module.exports.push(exported);
    }
  }

  /** @param {import('./model').Edge} edge @param {Module} to @returns {import('./model').Export | undefined} */
  #derived({ key, kind, names }, to) {
    const random = this.#random;
    this.#serial += 1;
    const own = to.exports.map(({ name }) => name).filter((name) => name !== 'default');
    const whole = kind === 'require' || kind === 'namespace';
    const usable = whole ? own : names.filter((name) => own.includes(name));
    if (usable.length === 0 || !['require', 'namespace', 'named', 'destructure'].includes(kind)) {
      return undefined;
    }
    const from = { edge: key, name: random.pick(usable) };
    return { name: `x${this.#serial}`, kind: 'derived', value: 1, from };
  }

  /** @param {Module} module */
  #accept(module) {
    const random = this.#random;
    if (module.edges.length > 0 && random.below(4) === 0) {
      module.accepts = [random.pick(module.edges).to];
    }
    module.acceptsSelf = random.below(6) === 0;
  }

  /**
   * @param {Model} model
   * @param {import('./generate').Way} way
   * @returns {Operation[]}
   */
  edit(model, way) {
    const random = this.#random;
    // With a watcher of its own an edit may be seen in parts; the parts of one operation fit together or are refused.
    const most = way === 'watched' ? 1 : random.pick([1, 1, 1, 2, 3, 8]);
    /** @type {Operation[]} */
    const operations = [];
    let current = model;
    for (let count = 0; count < most; count += 1) {
      const next = this.#change(current, way);
      const changed = edited(current, next);
      if (waitsForItself(changed) || orderedEdges(changed).length > 0) continue;
      operations.push(...next);
      current = changed;
    }
    return operations;
  }

  /** @param {Model} model @param {Way} way @returns {Operation[]} */
  #change(model, way) {
    const random = this.#random;
    const broken = model.modules.filter(({ fault, isDeleted }) => fault !== null || isDeleted);
    // Most edits are of an app that works.
    if (broken.length > 0 && random.below(5) > 1) {
      const { id, isDeleted } = random.pick(broken);
      return [isDeleted ? ['restore', id] : ['mend', id]];
    }
    const module = random.pick(model.modules);
    if (module.format === 'json') return this.#changeOfData(module);
    const { id } = module;
    switch (random.below(24)) {
      case 0:
      case 1:
        return [['export', id, this.#export(module)]];
      case 2: {
        const gone = random.pick(module.exports.filter(({ from }) => !from));
        if (!gone) break;
        return [...this.#unused(model, module, gone.name), ['unexport', id, gone.name]];
      }
      case 3:
      case 4:
      case 5: {
        const target = random.pick(model.modules);
        if (!this.#mayImport(model, module, target)) break;
        const edge = this.#edge(model, module, target);
        if (!edge || (way === 'asked' && edge.kind === 'read')) break;
        const derived = random.below(3) === 0 ? this.#derived(edge, target) : undefined;
        return [
          ['import', id, edge],
          ...(derived ? [/** @type {Operation} */ (['export', id, derived])] : []),
        ];
      }
      case 6:
      case 7: {
        const edge = random.pick(module.edges);
        if (edge) return [['unimport', id, edge.key]];
        break;
      }
      case 8:
        if (module === model.modules[0]) break;
        this.#serial += 1;
        return [
          ['move', id, random.pick([`${id}_${this.#serial}`, `lib/${id}`, id, `${id}/index`])],
        ];
      case 9:
        if (module === model.modules[0]) break;
        return random.below(3) === 0 ? [['delete', id]] : [...this.#let(model, id), ['delete', id]];
      case 10:
      case 11:
      case 12:
        return [['break', id, random.pick(this.#faults(module))]];
      case 13:
        return this.#withResources
          ? [['resources', id, this.#resources()]]
          : [['comment', id, this.#next()]];
      case 14:
        return this.#withHot && module.edges.length > 0
          ? [['accept', id, random.below(2) === 0 ? [] : [random.pick(module.edges).to]]]
          : [['comment', id, this.#next()]];
      case 15:
        return this.#withHot
          ? [['flag', id, random.pick(['acceptsSelf', 'disposes', 'keeps']), random.below(2) === 0]]
          : [['comment', id, this.#next()]];
      case 16:
        return [['comment', id, this.#next()]];
      case 17:
        return this.#added(model);
      default:
        break;
    }
    const { name } = random.pick(module.exports) ?? {};
    return name === undefined ? [['comment', id, this.#next()]] : [['set', id, name, this.#next()]];
  }

  #next() {
    this.#serial += 1;
    return this.#serial;
  }

  /** @param {Module} module @returns {Operation[]} */
  #changeOfData({ id }) {
    const random = this.#random;
    if (random.below(8) === 0) return [['break', id, 'syntax']];
    return [['set-data', id, this.#next()]];
  }

  /** @param {Module} module @returns {import('./model').Fault[]} */
  #faults({ format }) {
    if (!isEsm(format)) return ['syntax', 'throw', 'throw', 'unresolved'];
    return [
      'syntax',
      'throw',
      'throw',
      'unresolved',
      'unexported',
      ...(this.#withAwait ? [/** @type {const} */ ('reject')] : []),
    ];
  }

  /** Takes what is imported by this name out of most importers. @param {Model} model @param {Module} module @param {string} name @returns {Operation[]} */
  #unused({ modules }, module, name) {
    return modules.flatMap((importer) =>
      importer.edges.flatMap(({ key, to, names }) => {
        const isUsed = to === module.id && names.includes(name);
        if (!isUsed || this.#random.below(6) === 0) return [];
        return [/** @type {Operation} */ (['unimport', importer.id, key])];
      }),
    );
  }

  /** Takes all imports of a module away. @param {Model} model @param {string} id @returns {Operation[]} */
  #let({ modules }, id) {
    return modules.flatMap((importer) =>
      importer.edges
        .filter(({ to }) => to === id)
        .map(({ key }) => /** @type {Operation} */ (['unimport', importer.id, key])),
    );
  }

  /** A new module, and one that imports it. @param {Model} model @returns {Operation[]} */
  #added(model) {
    const random = this.#random;
    const importer = random.pick(model.modules.filter(({ format }) => format !== 'json'));
    const added = this.#module(`n${this.#next()}`, random.pick([...this.#formats]));
    if (this.#withAwait && !isEsm(importer.format) && isEsm(added.format)) return [];
    const edge = this.#edge({ ...model, modules: [...model.modules, added] }, importer, added);
    return [
      ['add', importer.id, added],
      ...(edge ? [/** @type {Operation} */ (['import', importer.id, edge])] : []),
    ];
  }
}

exports.randomCase = randomCase;
