'use strict';

/**
 * A registry of a cold package, of which each entry belongs to the version whose evaluation made it. Staged code sees
 * the registry without the entries of what is being replaced, and with its own; everyone else sees it as it was until
 * the commit. So a package that refuses what it holds already does not refuse a new version, and a stage that is taken
 * back has changed nothing.
 */

const { inspect } = require('node:util');
const { contextOrNearest, contextOwner, currentOwner } = require('../resources/ownership');

/**
 * @typedef {import('../resources/ownership').Owner} Owner
 *
 * @typedef {object} Content one state of the registry
 * @property {any} values a plain object, an array, a Map or a Set
 * @property {Map<unknown, Owner>} owners by key; of arrays and sets by the value itself
 *
 * @typedef {object} SharedHost
 * @property {(user: import('../runtime/record').Version, owner: Owner) => void} link the first uses what the second has made, so it depends on it
 *
 * @typedef {(value: any, key: unknown) => unknown} End
 */

/** By what stands in the registry's place, and by what stood there. @type {WeakMap<object, Entries>} */
const known = new WeakMap();

class Entries {
  /** @type {Content} */
  #current;
  /** @type {Content | null} */
  #staged = null;
  /** What there was when the stage began. @type {Map<unknown, unknown>} */
  #before = new Map();
  #host;
  /** @type {End | undefined} */
  #end;

  /**
   * @param {any} values what the package has made
   * @param {SharedHost} host
   * @param {End} [end] ends an entry that goes with its version
   */
  constructor(values, host, end) {
    this.#current = { values, owners: new Map() };
    this.#host = host;
    this.#end = end;
    this.view = this.#makeView(values);
    known.set(values, this);
    known.set(this.view, this);
  }

  /** @param {ReadonlySet<Owner>} replaced */
  begin(replaced) {
    this.#before = new Map(pairsOf(this.#current.values));
    this.#staged = without(this.#current, (owner) => replaced.has(owner));
  }

  /**
   * What staged code has is what there is from now on.
   *
   * @param {ReadonlySet<Owner>} stale
   * @returns {(() => unknown)[]} what ends the entries that went
   */
  commit(stale) {
    const { values, owners } = this.#current;
    const isGone = (/** @type {Owner} */ owner) => stale.has(owner) || owner.isStale;
    const next = without(this.#staged ?? this.#current, isGone);
    for (const [key, value] of pairsOf(values)) {
      const owner = owners.get(key);
      if (this.#before.has(key) || (owner && isGone(owner)) || has(next.values, key)) continue;
      // Made by current code meanwhile.
      put(next.values, key, value);
      if (owner) next.owners.set(key, owner);
    }
    for (const [key, value] of this.#before) {
      if (!has(values, key) && get(next.values, key) === value) drop(next, key);
    }
    const gone = pairsOf(values).filter(([key]) => !has(next.values, key));
    const ends = this.#endsOf(gone, owners, next.values);
    this.#current = next;
    this.#settle();
    return ends;
  }

  /** @returns {(() => unknown)[]} what ends the entries of the staged side */
  abort() {
    if (!this.#staged) return [];
    const { values, owners } = this.#staged;
    const added = pairsOf(values).filter(([key, value]) => this.#before.get(key) !== value);
    const ends = this.#endsOf(added, owners, this.#current.values);
    this.#settle();
    return ends;
  }

  /** The package puts another registry in this one's place. @param {any} values */
  replace(values) {
    const content = this.#content();
    const owner = contextOrNearest();
    content.values = values;
    content.owners = new Map(owner ? pairsOf(values).map(([key]) => [key, owner]) : []);
  }

  #settle() {
    this.#staged = null;
    this.#before = new Map();
  }

  /**
   * @param {[unknown, unknown][]} pairs
   * @param {Map<unknown, Owner>} owners
   * @param {any} left where an entry that stays may be found under another key
   */
  #endsOf(pairs, owners, left) {
    const end = this.#end;
    if (!end) return [];
    const stays = new Set(pairsOf(left).map(([, value]) => value));
    return pairs
      .filter(([key, value]) => owners.has(key) && !stays.has(value))
      .map(
        ([key, value]) =>
          () =>
            end(value, key),
      );
  }

  /** The state that running code has to do with. @returns {Content} */
  #content() {
    const owner = currentOwner();
    if (owner?.state === 'staged' && this.#staged) return this.#staged;
    // What a version that is gone registers is nobody's: it is lost at once.
    return owner?.isStale ? without(this.#current, () => false) : this.#current;
  }

  /** @param {Content} content @param {unknown} key */
  #note(content, key) {
    const owner = contextOrNearest();
    if (owner) content.owners.set(key, owner);
    else content.owners.delete(key);
  }

  /**
   * A module that finds an entry while it evaluates has to be evaluated again when the entry's maker is, whether one
   * imports the other or not.
   *
   * @param {Content} content
   * @param {unknown} key
   */
  #use({ owners }, key) {
    const owner = owners.get(key);
    const user = owner && contextOwner();
    if (user && owner.record !== user.record) this.#host.link(user, owner);
  }

  /** @param {any} values */
  #makeView(values) {
    if (values instanceof Map || values instanceof Set) return this.#makeKeyedView(values);
    const isList = Array.isArray(values);
    const target = isList ? [] : Object.create(Object.getPrototypeOf(values));
    const keyOf = (/** @type {any} */ content, /** @type {PropertyKey} */ name) =>
      isList ? content.values[name] : name;
    /** @type {ProxyHandler<any>} */
    const handler = {
      get: (_, name) => {
        const content = this.#content();
        if (!Object.hasOwn(content.values, name)) return content.values[name];
        this.#use(content, keyOf(content, name));
        return content.values[name];
      },
      set: (_, name, value) => {
        const content = this.#content();
        // What only moves up in a list stays its maker's.
        const isNew = !isList || (name !== 'length' && !content.values.includes(value));
        content.values[name] = value;
        if (isNew) this.#note(content, isList ? value : name);
        return true;
      },
      defineProperty: (_, name, descriptor) => {
        const content = this.#content();
        const isDone = Reflect.defineProperty(content.values, name, descriptor);
        if (!isList || name !== 'length') this.#note(content, keyOf(content, name));
        return isDone;
      },
      deleteProperty: (_, name) => {
        const content = this.#content();
        if (!isList) content.owners.delete(name);
        return Reflect.deleteProperty(content.values, name);
      },
      has: (_, name) => name in this.#content().values,
      ownKeys: () => Reflect.ownKeys(this.#content().values),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(this.#content().values, name);
        const isFixed = Object.hasOwn(target, name);
        return descriptor && (isFixed ? descriptor : { ...descriptor, configurable: true });
      },
    };
    return this.#shown(target, handler);
  }

  /**
   * A proxy that is printed as what it stands for: Node prints the target.
   *
   * @param {object} target
   * @param {ProxyHandler<any>} handler
   */
  #shown(target, handler) {
    const value = () => this.#content().values;
    Object.defineProperty(target, inspect.custom, { configurable: true, value });
    return new Proxy(target, handler);
  }

  /** @param {Map<unknown, unknown> | Set<unknown>} values */
  #makeKeyedView(values) {
    const isMap = values instanceof Map;
    const own = {
      [isMap ? 'set' : 'add']: (/** @type {unknown[]} */ ...args) => {
        const content = this.#content();
        Reflect.apply(content.values[isMap ? 'set' : 'add'], content.values, args);
        this.#note(content, args[0]);
        return this.view;
      },
      ...(isMap && {
        get: (/** @type {unknown} */ key) => {
          const content = this.#content();
          this.#use(content, key);
          return content.values.get(key);
        },
      }),
      delete: (/** @type {unknown} */ key) => {
        const content = this.#content();
        content.owners.delete(key);
        return content.values.delete(key);
      },
    };
    return this.#shown(isMap ? new Map() : new Set(), {
      get: (_, name) => {
        if (Object.hasOwn(own, name)) return Reflect.get(own, name);
        const { values: now } = this.#content();
        const value = Reflect.get(now, name, now);
        return typeof value === 'function' ? value.bind(now) : value;
      },
    });
  }
}

/**
 * Puts a view in the place of a registry: `holder[key]`.
 *
 * @param {any} holder
 * @param {string} key
 * @param {SharedHost} host
 * @param {End} [end]
 * @returns {Entries | null} null if it is one already, in another place
 * @throws {TypeError} if there is none
 */
function placeEntries(holder, key, host, end) {
  const values = holder?.[key];
  if (typeof values !== 'object' || values === null) {
    throw new TypeError(`there is no registry "${key}"`);
  }
  const before = known.get(values);
  const entries = before ?? new Entries(values, host, end);
  Object.defineProperty(holder, key, {
    configurable: true,
    enumerable: Object.getOwnPropertyDescriptor(holder, key)?.enumerable ?? true,
    get: () => entries.view,
    set: (next) => {
      if (next !== entries.view) entries.replace(next);
    },
  });
  return before ? null : entries;
}

/**
 * A copy that leaves out what belongs to whom `isMeant` names.
 *
 * @param {Content} content
 * @param {(owner: Owner) => boolean} isMeant
 * @returns {Content}
 */
function without({ values, owners }, isMeant) {
  const isLeft = (/** @type {unknown} */ key) => {
    const owner = owners.get(key);
    return !owner || !isMeant(owner);
  };
  const left = pairsOf(values).filter(([key]) => isLeft(key));
  const copy = emptyLike(values);
  for (const [key, value] of left) put(copy, key, value);
  return { values: copy, owners: new Map([...owners].filter(([key]) => isLeft(key))) };
}

/** @param {any} values */
function emptyLike(values) {
  if (values instanceof Map) return new Map();
  if (values instanceof Set) return new Set();
  return Array.isArray(values) ? [] : Object.create(Object.getPrototypeOf(values));
}

/** @param {any} values @returns {[unknown, unknown][]} keys as in `Content.owners` */
function pairsOf(values) {
  if (values instanceof Map || values instanceof Set) return [...values.entries()];
  if (Array.isArray(values)) return values.map((value) => [value, value]);
  return Reflect.ownKeys(values).map((key) => [key, values[key]]);
}

/** @param {any} values @param {unknown} key */
function has(values, key) {
  if (values instanceof Map || values instanceof Set) return values.has(key);
  return Array.isArray(values)
    ? values.includes(key)
    : Object.hasOwn(values, /** @type {PropertyKey} */ (key));
}

/** @param {any} values @param {unknown} key */
function get(values, key) {
  if (values instanceof Map) return values.get(key);
  if (values instanceof Set || Array.isArray(values)) return has(values, key) ? key : undefined;
  return values[/** @type {PropertyKey} */ (key)];
}

/** @param {any} values @param {unknown} key @param {unknown} value */
function put(values, key, value) {
  if (values instanceof Map) values.set(key, value);
  else if (values instanceof Set) values.add(value);
  else if (Array.isArray(values)) values.push(value);
  else values[/** @type {PropertyKey} */ (key)] = value;
}

/** @param {Content} content @param {unknown} key */
function drop({ values, owners }, key) {
  owners.delete(key);
  if (values instanceof Map || values instanceof Set) values.delete(key);
  else if (Array.isArray(values)) values.splice(values.indexOf(key), 1);
  else delete values[/** @type {PropertyKey} */ (key)];
}

exports.placeEntries = placeEntries;
