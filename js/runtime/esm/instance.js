'use strict';

/**
 * The variables of one module while it exists: what of ECMA-262's module environment V8 does not do by itself.
 */

const { createMeta } = require('./import-meta');
const { SafeHotVersion } = require('../token');

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('./environment').Sink} Sink
 * @typedef {import('./compile').Program} Program
 * @typedef {import('./compile').Helper} Helper
 */

/** What stands where the program assigns to an import. */
const CONSTANT = Object.defineProperty({}, '_', {
  set() {
    throw new TypeError('Assignment to constant variable.');
  },
});

class Instance {
  /** Reads a local variable; unset until there are any. @type {((slot: number) => unknown) | undefined} */
  #readLocal;
  /** Writes an import that has a value. @type {(index: number, value: unknown) => void} */
  #writeImport = () => {};
  /** What gives an import its first value, by index; in a cycle only. @type {Map<number, Generator> | null} */
  #pending = null;
  /** By slot. @type {boolean[]} */
  #isInitialized;
  /** Of `export default` with an expression. @type {{ slot: number, value: unknown }} */
  #default;

  /**
   * @param {EsModule} module with a program
   * @param {unknown[]} given what its imports hold at first, in so far as that is known
   * @param {() => void} didInstantiate the functions of the module can be called, and its imports written
   */
  constructor(module, given, didInstantiate) {
    const { locals, program } = module;
    const { wrapper, helpers, variables, isGenerator, pending } = /** @type {Program} */ (program);
    this.#default = {
      slot: locals.findIndex(({ local }) => local === undefined),
      value: undefined,
    };
    this.#isInitialized = locals.map(({ kind }) => kind === 'function' || kind === 'var');
    /** Until it is settled, a module that awaits and that is in a cycle cannot run. @type {Promise<unknown> | null} */
    this.starting = null;
    const own = helpers.map((helper) => this.#helper(helper, module, didInstantiate));
    const body = wrapper(...own, ...Object.values(variables), ...given);
    /** Runs the body; gives a promise if it awaits. @type {() => unknown} */
    this.run = isGenerator ? this.#start(body, pending) : runOf(module, body);
  }

  /** @param {number} slot */
  isInitialized(slot) {
    return this.#readLocal !== undefined && this.#isInitialized[slot] === true;
  }

  /** @param {number} slot */
  read(slot) {
    if (slot !== this.#default.slot) return this.#readLocal?.(slot);
    if (this.#isInitialized[slot]) return this.#default.value;
    throw new ReferenceError("Cannot access 'default' before initialization");
  }

  /**
   * Makes the functions of the module callable; its body has to wait.
   *
   * @param {() => Generator} body
   * @param {number[]} pending
   * @returns {() => unknown}
   */
  #start(body, pending) {
    let generator = body();
    for (const index of pending) {
      (this.#pending ??= new Map()).set(index, generator);
      const { value: inner } = generator.next();
      generator = inner();
    }
    const first = /** @type {unknown} */ (generator.next());
    if (first instanceof Promise) {
      this.starting = first.then(() => {
        this.starting = null;
      });
    }
    return () => generator.next();
  }

  /**
   * What a text is given under the name of a helper.
   *
   * @param {Helper} helper
   * @param {EsModule} module
   * @param {() => void} didInstantiate
   */
  #helper(helper, module, didInstantiate) {
    switch (helper) {
      case 'announce':
        return (/** @type {unknown} */ value, /** @type {number[]} */ ...slots) => {
          for (const slot of slots) this.#announce(slot, module);
          return value;
        };
      case 'setDefault':
        return (/** @type {{ default: unknown }} */ holder) => {
          this.#default.value = holder.default;
          this.#announce(this.#default.slot, module);
        };
      case 'constant':
        return CONSTANT;
      case 'instantiate':
        return this.#instantiate(module, didInstantiate);
      case 'token': {
        const token = new SafeHotVersion();
        module.token = new WeakRef(token);
        return token;
      }
      case 'load':
        return (/** @type {unknown} */ specifier, /** @type {unknown} */ options) =>
          module.importDynamically(specifier, options);
      case 'meta':
        return module.transformed.usesMeta ? createMeta(module) : undefined;
      case 'decorated':
        return module.transformed.usesDecorators ? require('./decorators').decorated : undefined;
      case 'evaluateRequest':
        return (/** @type {number} */ request) => module.commonJs?.evaluateRequest(request);
    }
  }

  /**
   * @param {EsModule} module
   * @param {() => void} didInstantiate
   */
  #instantiate(module, didInstantiate) {
    const { defaultFunction } = module.transformed;
    /** @type {Sink} */
    const sink = { write: (index, value) => this.#write(index, value) };
    module.sink = sink;
    /** @type {(read: (slot: number) => unknown, write: (index: number, value: unknown) => void) => void} */
    const instantiate = (read, write) => {
      this.#readLocal = read;
      this.#writeImport = write;
      if (defaultFunction !== undefined) nameDefault(module, read);
      module.commonJs?.didInstantiate();
      didInstantiate();
    };
    // The module's context holds this function, so what writes the imports lives as long as the module's code.
    return Object.assign(instantiate, { sink });
  }

  /**
   * @param {number} slot
   * @param {EsModule} module
   */
  #announce(slot, { environment }) {
    this.#isInitialized[slot] = true;
    environment.announce(slot);
  }

  /**
   * @param {number} index
   * @param {unknown} value
   */
  #write(index, value) {
    const first = this.#pending?.get(index);
    if (!first) {
      this.#writeImport(index, value);
      return;
    }
    this.#pending?.delete(index);
    first.next(value);
  }
}

/**
 * @param {EsModule} module
 * @param {Function} body
 * @returns {() => unknown}
 */
function runOf({ commonJs }, body) {
  if (!commonJs) return /** @type {() => unknown} */ (body);
  return () => {
    const result = Reflect.apply(body, commonJs.exports, []);
    commonJs.didEvaluate();
    return result;
  };
}

/**
 * @param {EsModule} module
 * @param {(slot: number) => unknown} read
 */
function nameDefault({ locals, transformed }, read) {
  const slot = locals.findIndex(({ local }) => local === transformed.defaultFunction);
  const value = /** @type {object} */ (read(slot));
  Object.defineProperty(value, 'name', { value: 'default', configurable: true });
}

exports.Instance = Instance;
