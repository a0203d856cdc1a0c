'use strict';

/**
 * The variables that a module exports, and who imports them. Each is a *slot*; an importer has a variable of its own
 * for each import, and a *link* writes into it whatever the slot comes to hold. So to read an import costs nothing.
 *
 * A link may be *loosened*: then it serves its importer for as long as the importer's own code lives, and keeps nothing
 * alive.
 */

/**
 * What imported values are written to: the variables of an importer, or a namespace object.
 *
 * @typedef {object} Sink
 * @property {(index: number, value: unknown) => void} write
 */

/** How many links a slot may have before it is looked for those whose importer is gone. */
const FIRST_SWEEP = 8;

/**
 * @typedef {object} Variables of a module, by slot
 * @property {(slot: number) => unknown} read throws what the program would see if the variable has no value yet
 * @property {(slot: number) => boolean} isInitialized
 * @property {(slot: number) => boolean} isFinal will it hold the same value for good, once the module has evaluated?
 * @property {(slot: number) => boolean} isConstant does it hold it already, whatever happens?
 */

class Environment {
  /** By slot. @type {(Set<Link> | undefined)[]} */
  #links = [];
  /** By slot: the number of links at which to sweep. @type {number[]} */
  #sweepAt = [];
  #variables;

  /** @param {Variables} variables */
  constructor(variables) {
    this.#variables = variables;
  }

  /** @param {number} slot */
  read(slot) {
    return this.#variables.read(slot);
  }

  /** @param {number} slot */
  isInitialized(slot) {
    return this.#variables.isInitialized(slot);
  }

  /** @param {number} slot */
  isConstant(slot) {
    return this.#variables.isConstant(slot);
  }

  /**
   * From now on the sink has what the slot holds.
   *
   * @param {number} slot
   * @param {Sink} sink
   * @param {number} index the sink's own name for it
   * @returns {Link | undefined} undefined if that never changes
   */
  link(slot, sink, index) {
    if (this.isConstant(slot)) {
      sink.write(index, this.read(slot));
      return undefined;
    }
    const links = (this.#links[slot] ??= new Set());
    if (links.size >= (this.#sweepAt[slot] ?? FIRST_SWEEP)) {
      for (const each of links) if (each.isDead) links.delete(each);
      this.#sweepAt[slot] = Math.max(FIRST_SWEEP, 2 * links.size);
    }
    const link = new Link(links, sink, index, { variables: this.#variables, slot });
    if (this.isInitialized(slot)) sink.write(index, this.read(slot));
    return link;
  }

  /**
   * The slot holds another value, or its first.
   *
   * @param {number} slot
   */
  announce(slot) {
    const links = this.#links[slot];
    if (!links?.size) return;
    const value = this.read(slot);
    for (const link of links) link.write(value);
  }

  /** How many links there are, those included that nobody needs any more. */
  get linkCount() {
    return this.#links.reduce((count, links) => count + (links?.size ?? 0), 0);
  }
}

class Link {
  #siblings;
  #index;
  /** @type {Sink | WeakRef<Sink>} */
  #sink;
  /** What it reads; null once it no longer holds that. @type {{ variables: Variables, slot: number } | null} */
  #source;

  /**
   * @param {Set<Link>} siblings all links of the slot
   * @param {Sink} sink
   * @param {number} index
   * @param {{ variables: Variables, slot: number }} source what it reads
   */
  constructor(siblings, sink, index, source) {
    this.#source = source;
    this.#siblings = siblings;
    this.#sink = sink;
    this.#index = index;
    siblings.add(this);
  }

  get isDead() {
    return this.#target === undefined;
  }

  /** @param {unknown} value */
  write(value) {
    const sink = this.#target;
    if (sink) sink.write(this.#index, value);
    else this.remove();
  }

  /**
   * From now on it keeps neither the sink nor what it reads alive. A `WeakRef` keeps its target for the rest of the job
   * that makes it, so what is final, which needs no link, has none.
   *
   * @returns {boolean} is it of any use still?
   */
  loosen() {
    if (this.#source?.variables.isFinal(this.#source.slot)) this.remove();
    else if (!(this.#sink instanceof WeakRef)) this.#sink = new WeakRef(this.#sink);
    this.#source = null;
    return this.#sink instanceof WeakRef;
  }

  remove() {
    this.#siblings.delete(this);
  }

  get #target() {
    return this.#sink instanceof WeakRef ? this.#sink.deref() : this.#sink;
  }
}

exports.Environment = Environment;
exports.Link = Link;
