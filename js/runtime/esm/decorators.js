'use strict';

/**
 * What classes with decorators do at run time: the proposal of TC39, as of November 2023, whose syntax the transform
 * has turned into calls of one object for each evaluation of a class (`src/transform/decorators/`).
 *
 * Elements are numbered in order of their appearance. What is evaluated with the class comes to `add`, `key` and `hold`;
 * `apply` calls the decorators once the class is there; the rest is called by initializers and by private members.
 */

/**
 * @typedef {'method' | 'getter' | 'setter' | 'accessor' | 'field'} Kind
 * @typedef {string | symbol} Key
 * @typedef {(...values: any[]) => any} Fn
 *
 * @typedef {object} Element
 * @property {Kind} kind
 * @property {boolean} isStatic
 * @property {Key} name with `#` if it is private
 * @property {unknown[]} decorators as written
 * @property {{ has: Fn, get?: Fn | undefined, set?: Fn | undefined } | undefined} access of a private member
 * @property {{ get?: Fn, set?: Fn }} functions of a private member, once it is decorated
 * @property {symbol | undefined} symbol that stands for the private name while the class is made
 * @property {Fn | undefined} method
 * @property {Fn[]} initializers turn a value into what the field or accessor starts with
 * @property {Fn[]} extra are called once the field or accessor is there
 */

/** Symbol.metadata is in no version of Node yet. A program that needs it defines it, at any time, or takes this one. */
const metadataKey = () => /** @type {any} */ (Symbol).metadata ?? Symbol.for('Symbol.metadata');

const ORDER = [
  { isStatic: true, isField: false },
  { isStatic: false, isField: false },
  { isStatic: true, isField: true },
  { isStatic: false, isField: true },
];

class DecoratedClass {
  /** @type {Element[]} */
  #elements = [];
  /** Names of elements that have a computed one. @type {Key[]} */
  #names = [];
  /** Of static accessors, by element: who has a value. @type {WeakMap<object, unknown>[]} */
  #values = [];
  #decorators;
  /** Of the class itself. @type {Fn[]} */
  #extra = [];
  /** Of methods, getters and setters. @type {Fn[]} */
  #instanceExtra = [];
  /** @type {Fn[]} */
  #staticExtra = [];
  /** What the decorators have made of the class. @type {any} */
  result;

  /** @param {unknown[]} decorators of the class */
  constructor(decorators) {
    this.#decorators = decorators;
  }

  /**
   * @param {number} index
   * @param {Kind} kind
   * @param {0 | 1} isStatic
   * @param {unknown} name undefined if `key` or `hold` tells it
   * @param {unknown[]} decorators
   * @param {Fn} [has] that of a private member, as are those that follow
   * @param {Fn | 0} [get]
   * @param {Fn | 0} [set]
   * @param {Fn} [load] gets the value of a private accessor
   * @param {Fn} [store]
   * @returns {string} the key of a method that `apply` undoes
   */
  add(index, kind, isStatic, name, decorators, has, get, set, load, store) {
    if (name !== undefined) this.#names[index] = toPropertyKey(name);
    this.#elements[index] = {
      kind,
      isStatic: isStatic === 1,
      name: '',
      decorators,
      access: has && { has, get: get || undefined, set: set || undefined },
      functions: load && store ? { get: load, set: store } : {},
      symbol: undefined,
      method: undefined,
      initializers: [],
      extra: [],
    };
    return 'constructor';
  }

  /**
   * @param {number} index
   * @param {unknown} key
   * @returns {Key}
   */
  key(index, key) {
    return (this.#names[index] = toPropertyKey(key));
  }

  /**
   * Like `key`, for an element that is defined later.
   *
   * @param {number} index
   * @param {unknown} key
   * @returns {string} the key of a method that `apply` undoes
   */
  hold(index, key) {
    this.key(index, key);
    return 'constructor';
  }

  /** @param {number} index */
  keyOf(index) {
    return /** @type {Key} */ (this.#names[index]);
  }

  /**
   * A name for a private method until the class is there.
   *
   * @param {number} index
   */
  symbol(index) {
    return (this.#element(index).symbol = Symbol(String(this.#names[index])));
  }

  /**
   * Calls the decorators: those of methods and accessors before those of fields, of static members before the others,
   * and of the class last.
   *
   * @param {any} target the class
   * @param {string} [name] of a class with decorators; `target.name` may be a static member
   * @returns {any} what is used in its place
   * @throws {TypeError} for what a decorator gives or is
   */
  apply(target, name = '') {
    Object.defineProperty(target.prototype, 'constructor', { value: target });
    const key = metadataKey();
    const metadata = Object.create(Object.getPrototypeOf(target)[key] ?? null);
    for (const element of this.#elements.filter(Boolean)) this.#takePrivate(element, target);
    for (const { isStatic, isField } of ORDER) {
      this.#elements.forEach((element, index) => {
        if (element.isStatic !== isStatic || (element.kind === 'field') !== isField) return;
        element.name = /** @type {Key} */ (this.#names[index]);
        this.#decorate(element, isStatic ? target : target.prototype, metadata);
      });
    }
    this.result = this.#decorateClass(target, name, metadata);
    const descriptor = { configurable: true, enumerable: true, writable: true, value: metadata };
    Object.defineProperty(this.result, key, descriptor);
    run(this.#staticExtra, this.result);
    return this.result;
  }

  /** After all static members. */
  finish() {
    run(this.#extra, this.result);
  }

  /**
   * Before the fields of an instance.
   *
   * @param {object} instance
   */
  before(instance) {
    run(this.#instanceExtra, instance);
  }

  /**
   * @param {number} index
   * @param {object} object that the field or accessor is being made on
   * @param {unknown} [value]
   */
  init(index, object, value) {
    const { initializers } = this.#element(index);
    return initializers.reduce((given, change) => Reflect.apply(change, object, [given]), value);
  }

  /**
   * @param {number} index
   * @param {object} object
   */
  after(index, object) {
    run(this.#element(index).extra, object);
  }

  /**
   * The private method itself.
   *
   * @param {number} index
   */
  method(index) {
    return this.#element(index).method;
  }

  /**
   * @param {number} index
   * @param {object} object
   */
  get(index, object) {
    return Reflect.apply(/** @type {Fn} */ (this.#element(index).functions.get), object, []);
  }

  /**
   * @param {number} index
   * @param {object} object
   * @param {unknown} value
   */
  set(index, object, value) {
    Reflect.apply(/** @type {Fn} */ (this.#element(index).functions.set), object, [value]);
  }

  /**
   * Runs what stands in the text for a static block.
   *
   * @param {Fn} block
   */
  run(block) {
    Reflect.apply(block, this.result, []);
  }

  /**
   * The value of a static member, whose initializer gives it as a property, so that functions get their names.
   *
   * @param {Fn} initializer
   * @param {number} [index] of a member with decorators
   */
  value(initializer, index) {
    const holder = Reflect.apply(initializer, this.result, []);
    const value = holder[/** @type {Key} */ (Reflect.ownKeys(holder)[0])];
    return index === undefined ? value : this.init(index, this.result, value);
  }

  /**
   * @param {unknown} name
   * @param {Fn} initializer
   * @param {number} [index]
   */
  define(name, initializer, index) {
    const value = this.value(initializer, index);
    const descriptor = { configurable: true, enumerable: true, writable: true, value };
    Object.defineProperty(this.result, toPropertyKey(name), descriptor);
    if (index !== undefined) this.after(index, this.result);
  }

  /**
   * Gives a static accessor its first value.
   *
   * @param {number} index
   * @param {Fn} initializer
   */
  place(index, initializer) {
    const isDecorated = this.#elements[index] !== undefined;
    const value = this.value(initializer, isDecorated ? index : undefined);
    this.#values[index] = new WeakMap([[this.result, value]]);
    if (isDecorated) this.after(index, this.result);
  }

  /**
   * @param {number} index
   * @param {object} object
   */
  load(index, object) {
    return this.#valuesFor(index, object, 'read').get(object);
  }

  /**
   * @param {number} index
   * @param {object} object
   * @param {unknown} value
   */
  store(index, object, value) {
    this.#valuesFor(index, object, 'write').set(object, value);
  }

  /**
   * @param {number} index
   * @param {object} object
   * @param {string} verb
   */
  #valuesFor(index, object, verb) {
    const values = this.#values[index];
    if (values?.has(object)) return values;
    throw new TypeError(
      `Cannot ${verb} accessor ${String(this.#names[index] ?? '')} of an object whose class did not declare it`,
    );
  }

  /** @param {number} index */
  #element(index) {
    return /** @type {Element} */ (this.#elements[index]);
  }

  /**
   * Takes a private method from the class, where it stands under a symbol.
   *
   * @param {Element} element
   * @param {any} target
   */
  #takePrivate(element, target) {
    if (!element.symbol) return;
    const holder = element.isStatic ? target : target.prototype;
    const { value, get, set } = describe(holder, element.symbol);
    delete holder[element.symbol];
    const prefix = get ? 'get ' : set ? 'set ' : '';
    const name = prefix + element.symbol.description;
    Object.defineProperty(value ?? get ?? set, 'name', { value: name, configurable: true });
    element.method = value;
    element.functions = { get, set };
  }

  /**
   * @param {Element} element
   * @param {object} holder has the member if it is public
   * @param {object} metadata
   */
  #decorate(element, holder, metadata) {
    const { kind, name, isStatic, decorators } = element;
    const isPrivate = element.access !== undefined;
    const isOnHolder = !isPrivate && kind !== 'field';
    const descriptor = isOnHolder ? describe(holder, name) : {};
    const parts = isPrivate ? { value: element.method, ...element.functions } : descriptor;
    const isLasting = kind === 'field' || kind === 'accessor';
    const extra = isLasting ? element.extra : isStatic ? this.#staticExtra : this.#instanceExtra;
    for (const decorator of [...decorators].reverse()) {
      const access = accessOf(element);
      const about = { kind, name, static: isStatic, private: isPrivate, access };
      const made = call(decorator, partOf(kind, parts), about, metadata, extra);
      if (made === undefined) continue;
      if (kind === 'accessor') {
        if (typeof made !== 'object' || made === null) throw wrong(about, 'an object');
        const { get, set, init } = /** @type {any} */ (made);
        if (given(get, about)) parts.get = get;
        if (given(set, about)) parts.set = set;
        if (given(init, about)) element.initializers.unshift(init);
      } else if (given(made, about)) {
        if (kind === 'field') element.initializers.unshift(made);
        else parts[PARTS[kind]] = made;
      }
    }
    if (isOnHolder) Object.defineProperty(holder, name, descriptor);
    if (isPrivate) Object.assign(element, { method: parts.value, functions: parts });
  }

  /**
   * @param {any} target
   * @param {string} name
   * @param {object} metadata
   */
  #decorateClass(target, name, metadata) {
    const about = { kind: 'class', name };
    let result = target;
    for (const decorator of [...this.#decorators].reverse()) {
      const made = call(decorator, result, about, metadata, this.#extra);
      if (made !== undefined && given(made, about)) result = made;
    }
    return result;
  }
}

/** Which part of a property descriptor a decorator gets and gives. */
const PARTS = /** @type {const} */ ({ method: 'value', getter: 'get', setter: 'set' });

/**
 * @param {Kind} kind
 * @param {any} parts
 */
function partOf(kind, parts) {
  if (kind === 'field') return undefined;
  if (kind === 'accessor') return { get: parts.get, set: parts.set };
  return parts[PARTS[kind]];
}

/**
 * @param {unknown} decorator
 * @param {unknown} value
 * @param {object} about
 * @param {object} metadata
 * @param {Fn[]} extra gets what the decorator adds
 * @returns {unknown}
 */
function call(decorator, value, about, metadata, extra) {
  let isOver = false;
  /** @param {unknown} initializer */
  const addInitializer = (initializer) => {
    if (isOver) throw new TypeError('addInitializer() is called after the decorator has returned');
    if (typeof initializer !== 'function') {
      throw new TypeError('addInitializer() is called with what is not a function');
    }
    extra.push(/** @type {Fn} */ (initializer));
  };
  const [method, receiver] =
    decorator instanceof Method ? [decorator.method, decorator.receiver] : [decorator, undefined];
  if (typeof method !== 'function')
    throw new TypeError(`A decorator of ${nameOf(about)} is not a function`);
  const made = Reflect.apply(method, receiver, [value, { ...about, addInitializer, metadata }]);
  isOver = true;
  return made;
}

/**
 * @param {Element} element
 * @returns {{ has: Fn, get?: Fn, set?: Fn }}
 */
function accessOf({ access, kind, name }) {
  const { has, get, set } = access ?? {
    has: (object) => name in object,
    get: (object) => object[name],
    set: (object, value) => void (object[name] = value),
  };
  const canGet = kind !== 'setter';
  const canSet = kind !== 'method' && kind !== 'getter';
  return { has, ...(canGet && get ? { get } : {}), ...(canSet && set ? { set } : {}) };
}

/**
 * @param {unknown} made
 * @param {object} about
 * @returns {made is Fn}
 */
function given(made, about) {
  if (made !== undefined && typeof made !== 'function') throw wrong(about, 'a function');
  return made !== undefined;
}

/**
 * @param {object} about
 * @param {string} what
 */
function wrong(about, what) {
  return new TypeError(`A decorator of ${nameOf(about)} must give ${what} or undefined`);
}

/** @param {any} about */
function nameOf({ kind, name }) {
  return `the ${kind} ${String(name)}`;
}

/** @param {Fn[]} functions @param {unknown} receiver */
function run(functions, receiver) {
  for (const each of functions) Reflect.apply(each, receiver, []);
}

/**
 * @param {object} holder
 * @param {Key} name
 * @returns {any} the descriptor of its property
 */
function describe(holder, name) {
  return Object.getOwnPropertyDescriptor(holder, name) ?? {};
}

/** @param {any} key @returns {Key} */
function toPropertyKey(key) {
  return /** @type {Key} */ (Reflect.ownKeys({ [key]: 0 })[0]);
}

/** A decorator that is called as a method. */
class Method {
  /**
   * @param {unknown} receiver
   * @param {unknown} method
   */
  constructor(receiver, method) {
    this.receiver = receiver;
    this.method = method;
  }
}

/**
 * What stands before a class declaration, or around a class expression.
 *
 * @param {unknown[]} [decorators] of the class
 * @param {(decorated: DecoratedClass) => unknown} [evaluate] a class expression
 */
function decorated(decorators = [], evaluate) {
  const object = new DecoratedClass(decorators);
  return evaluate ? evaluate(object) : object;
}

/**
 * The decorator `receiver.name`, or a private one that `read` gets.
 *
 * @param {any} receiver
 * @param {any} name
 * @param {(receiver: unknown) => unknown} [read]
 */
decorated.of = (receiver, name, read) =>
  new Method(receiver, read ? read(receiver) : receiver[name]);

exports.decorated = decorated;
