'use strict';

/**
 * An object that a cold package has one of, and that a hot module sets up by a call: `i18next.init()`. What it holds
 * belongs to the version that made the call. When that one is replaced, staged code finds the object as it is when the
 * package has just been loaded, and everyone else as it was, until the commit.
 */

const { contextOrNearest, contextOwner, currentOwner } = require('../resources/ownership');

/**
 * @typedef {import('../resources/ownership').Owner} Owner
 * @typedef {import('./entries').SharedHost} SharedHost
 *
 * @typedef {{ values: Record<string, any>, owner: Owner | undefined }} State
 */

class Singleton {
  /** @type {State} */
  #current;
  /** @type {State | null} */
  #staged = null;
  #host;
  #fresh;

  /**
   * @param {any} holder
   * @param {string[]} setUpBy methods whose caller owns what the object holds
   * @param {() => Record<string, any>} fresh what its fields are at first; a field that is not among them is not looked after
   * @param {SharedHost} host
   */
  constructor(holder, setUpBy, fresh, host) {
    this.#host = host;
    this.#fresh = fresh;
    const values = fresh();
    const names = Object.keys(values);
    this.#current = {
      values: Object.fromEntries(names.map((name) => [name, holder[name]])),
      owner: undefined,
    };
    for (const name of names) this.#placeField(holder, name);
    for (const name of setUpBy) this.#placeMethod(holder, name);
  }

  /** @param {ReadonlySet<Owner>} replaced */
  begin(replaced) {
    const { owner } = this.#current;
    if (owner && replaced.has(owner)) this.#staged = { values: this.#fresh(), owner: undefined };
  }

  /** @param {ReadonlySet<Owner>} stale */
  commit(stale) {
    const { owner } = this.#current;
    if (this.#staged) this.#current = this.#staged;
    else if (owner && stale.has(owner)) {
      this.#current = { values: this.#fresh(), owner: undefined };
    }
    this.#staged = null;
    return [];
  }

  abort() {
    this.#staged = null;
    return [];
  }

  /** @returns {State} */
  #state() {
    const owner = currentOwner();
    if (owner?.state === 'staged' && this.#staged) return this.#staged;
    if (owner?.isStale) return { ...this.#current, values: { ...this.#current.values } };
    return this.#current;
  }

  /**
   * @param {any} holder
   * @param {string} name
   */
  #placeField(holder, name) {
    Object.defineProperty(holder, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        const { values, owner } = this.#state();
        const user = owner && contextOwner();
        if (user && owner.record !== user.record) this.#host.link(user, owner);
        return values[name];
      },
      set: (value) => {
        this.#state().values[name] = value;
      },
    });
  }

  /**
   * @param {any} holder
   * @param {string} name
   */
  #placeMethod(holder, name) {
    const method = holder[name];
    if (typeof method !== 'function') throw new TypeError(`there is no method "${name}"`);
    const state = () => this.#state();
    /** @this {any} */
    holder[name] = function () {
      state().owner = contextOrNearest();
      return Reflect.apply(method, this, arguments);
    };
  }
}

exports.Singleton = Singleton;
