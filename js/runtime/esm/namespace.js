'use strict';

/**
 * Module namespace objects, 10.4.6 of ECMA-262, as proxies.
 *
 * The values are data properties of the proxy's target, written by the same links that write the variables of
 * importers. So there is no trap in the way of a read, but while an export has no value yet.
 */

const { NAMESPACE, Resolver } = require('./resolve-export');
const { SyntheticModule } = require('./synthetic');

/**
 * @typedef {import('./module').Module} Module
 * @typedef {import('./resolve-export').Resolution} Resolution
 * @typedef {[name: string, resolution: Resolution][]} Entries sorted by name
 */

/**
 * The one namespace object of a linked module.
 *
 * @param {Module} module
 * @returns {object}
 */
function namespaceOf(module) {
  if (module.givenNamespace) return module.givenNamespace;
  if (!module.namespace) {
    const entries = entriesOf(module);
    module.namespace = new Namespace(entries);
    // Only now: one of the values may be this very object.
    connectAs(module, module.namespace, entries);
  }
  return module.namespace.object;
}

/** Most modules export what is their own. @param {Module} module @returns {Entries} */
function entriesOf(module) {
  const isPlain =
    !(module instanceof SyntheticModule) &&
    module.stars.length === 0 &&
    module.indirects.size === 0;
  if (!isPlain) return new Resolver().namespaceEntries(module);
  const names = [...module.slots.keys()].sort();
  return names.map((name) => [
    name,
    { module, slot: /** @type {number} */ (module.slots.get(name)) },
  ]);
}

/** Node's `require` gives a module that has a default export this export besides. */
const MARK = '__esModule';
const marked = new SyntheticModule('', [MARK], (set) => set(MARK, true));
marked.evaluate();

/**
 * The exports, and `__esModule`, which tells transpiled CommonJS that the default export is one.
 *
 * @param {import('./module').EsModule} module linked, with a default export
 * @returns {object} one for as long as the names are the same
 */
function markedNamespaceOf(module) {
  module.markedNamespace ??= newNamespace(
    module,
    withMark(new Resolver().namespaceEntries(module)),
  );
  return module.markedNamespace.object;
}

/** @param {Entries} entries @returns {Entries} */
function withMark(entries) {
  const at = entries.findIndex(([name]) => name > MARK);
  return entries.toSpliced(at < 0 ? entries.length : at, 0, [MARK, { module: marked, slot: 0 }]);
}

/**
 * What the module exports comes from elsewhere now. A namespace object cannot change its names: if they are others,
 * the module gets another object, and whoever holds the one before sees there what there still is.
 *
 * @param {import('./module').EsModule} module
 * @param {Entries} entries
 * @returns {boolean} is it another object?
 */
function relinkNamespace(module, entries) {
  const { namespace, markedNamespace } = module;
  const markedEntries = withMark(entries);
  module.formerNamespaces = module.formerNamespaces.filter((each) => each.deref());
  for (const each of module.formerNamespaces) each.deref()?.connectLoosely(markedEntries);
  if (markedNamespace) module.markedNamespace = relinked(module, markedNamespace, markedEntries);
  if (namespace)
    module.namespace = relinked(module, namespace, entries) ?? newNamespace(module, entries);
  return module.namespace !== namespace;
}

/**
 * @param {import('./module').EsModule} module
 * @param {Namespace} namespace
 * @param {Entries} entries
 * @returns {Namespace | null} null if its names are others
 */
function relinked(module, namespace, entries) {
  if (namespace.hasNamesOf(entries)) {
    namespace.connect(entries);
    return namespace;
  }
  namespace.connectLoosely(entries);
  module.formerNamespaces.push(new WeakRef(namespace));
  return null;
}

/** @param {Module} module @param {Entries} entries */
function newNamespace(module, entries) {
  const namespace = new Namespace(entries);
  connectAs(module, namespace, entries);
  return namespace;
}

/**
 * What a stale module is asked for, by what waited for it, does not keep it alive.
 *
 * @param {Module} module
 * @param {Namespace} namespace
 * @param {Entries} entries
 */
function connectAs({ isUnlinked }, namespace, entries) {
  if (isUnlinked) namespace.connectLoosely(entries);
  else namespace.connect(entries);
}

const TAG = { value: 'Module' };

const refuse = () => false;

class Namespace {
  #target;
  /** Reads an export that has no value yet, by name; null where all have. @type {Map<PropertyKey, () => unknown> | null} */
  #uninitialized = null;
  /** @type {import('./environment').Link[]} */
  #links = [];
  /** @type {ProxyHandler<any>} */
  #traps;

  /** @param {Entries} entries */
  constructor(entries) {
    this.names = entries.map(([name]) => name);
    const target = Object.create(null);
    for (const name of this.names) target[name] = undefined;
    Object.defineProperty(target, Symbol.toStringTag, TAG);
    this.#target = Object.seal(target);
    this.#traps = {
      set: refuse,
      defineProperty: (_, key, descriptor) => this.#acceptsProperty(key, descriptor),
    };
    this.object = new Proxy(target, this.#traps);
  }

  /** @param {Entries} entries */
  hasNamesOf(entries) {
    const { names } = this;
    return names.length === entries.length && entries.every(([name], at) => name === names[at]);
  }

  /**
   * From now on the exports are these. A name that is not among them is undefined.
   *
   * @param {Entries} entries
   */
  connect(entries) {
    for (const link of this.#links.splice(0)) link.remove();
    if (this.hasNamesOf(entries)) {
      entries.forEach(([name, resolution], index) => this.#connectOne(name, index, resolution));
      return;
    }
    const resolutions = new Map(entries);
    this.names.forEach((name, index) => this.#connectOne(name, index, resolutions.get(name)));
  }

  /**
   * The same, and what it imports does not keep it alive.
   *
   * @param {Entries} entries
   */
  connectLoosely(entries) {
    this.connect(entries);
    this.loosen();
  }

  get links() {
    return this.#links;
  }

  /** From now on nothing that it imports keeps it alive. */
  loosen() {
    for (const link of this.#links) link.loosen();
  }

  /**
   * @param {number} index
   * @param {unknown} value
   */
  write(index, value) {
    const name = /** @type {string} */ (this.names[index]);
    this.#target[name] = value;
    if (this.#uninitialized?.delete(name) && this.#uninitialized.size === 0) {
      this.#uninitialized = null;
      delete this.#traps.get;
      delete this.#traps.getOwnPropertyDescriptor;
    }
  }

  /**
   * @param {string} name
   * @param {number} index
   * @param {Resolution | undefined} resolution
   */
  #connectOne(name, index, resolution) {
    if (!resolution) {
      this.write(index, undefined);
      return;
    }
    const { module, slot } = resolution;
    if (slot === NAMESPACE) {
      this.write(index, namespaceOf(module));
      return;
    }
    const { environment } = module;
    if (environment.isConstant(slot)) {
      this.write(index, environment.read(slot));
      return;
    }
    if (!environment.isInitialized(slot)) this.#await(name, () => environment.read(slot));
    const link = environment.link(slot, this, index);
    if (link) this.#links.push(link);
  }

  /**
   * @param {string} name
   * @param {() => unknown} read throws as long as there is no value
   */
  #await(name, read) {
    const uninitialized = (this.#uninitialized ??= new Map());
    uninitialized.set(name, () => {
      try {
        return read();
      } catch {
        throw new ReferenceError(`Cannot access '${name}' before initialization`);
      }
    });
    this.#traps.get = (target, key) => (uninitialized.get(key) ?? (() => target[key]))();
    this.#traps.getOwnPropertyDescriptor = (target, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      const readNow = uninitialized.get(key);
      return descriptor && readNow ? { ...descriptor, value: readNow() } : descriptor;
    };
  }

  /**
   * Would defining this change nothing? All else is refused.
   *
   * @param {PropertyKey} key
   * @param {PropertyDescriptor} wanted
   */
  #acceptsProperty(key, wanted) {
    const target = this.#target;
    if (typeof key === 'symbol') return Reflect.defineProperty(target, key, wanted);
    const current = Reflect.getOwnPropertyDescriptor(this.object, key);
    if (!current || 'get' in wanted || 'set' in wanted) return false;
    if (wanted.configurable || wanted.enumerable === false || wanted.writable === false) {
      return false;
    }
    return !('value' in wanted) || Object.is(wanted.value, current.value);
  }
}

exports.Namespace = Namespace;
exports.markedNamespaceOf = markedNamespaceOf;
exports.namespaceOf = namespaceOf;
exports.relinkNamespace = relinkNamespace;
