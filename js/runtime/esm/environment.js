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

class Environment {
  /** By slot. @type {(Set<Link> | undefined)[]} */
  #links = [];
  /** By slot: the number of links at which to sweep. @type {number[]} */
  #sweepAt = [];

  /**
   * @param {(slot: number) => unknown} read throws what the program would see if the variable has no value yet
   * @param {(slot: number) => boolean} isInitialized
   */
  constructor(read, isInitialized) {
    this.read = read;
    this.isInitialized = isInitialized;
  }

  /**
   * From now on the sink has what the slot holds.
   *
   * @param {number} slot
   * @param {Sink} sink
   * @param {number} index the sink's own name for it
   * @returns {Link}
   */
  link(slot, sink, index) {
    const links = (this.#links[slot] ??= new Set());
    if (links.size >= (this.#sweepAt[slot] ?? FIRST_SWEEP)) {
      for (const each of links) if (each.isDead) links.delete(each);
      this.#sweepAt[slot] = Math.max(FIRST_SWEEP, 2 * links.size);
    }
    const link = new Link(links, sink, index);
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

  /**
   * @param {Set<Link>} siblings all links of the slot
   * @param {Sink} sink
   * @param {number} index
   */
  constructor(siblings, sink, index) {
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

  loosen() {
    if (!(this.#sink instanceof WeakRef)) this.#sink = new WeakRef(this.#sink);
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
