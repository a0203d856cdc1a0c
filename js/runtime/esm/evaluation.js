'use strict';

/** How far the evaluation of one module has come: the fields of a Cyclic Module Record, 16.2.1.5 of ECMA-262. */

/** @typedef {import('./module').EsModule} EsModule */

class Evaluation {
  dfsIndex = 0;
  dfsAncestorIndex = 0;
  /** Modules that began to evaluate in one call, while that call runs. @type {EsModule[] | null} */
  stack = null;
  /** What it threw, or what it needs did. @type {{ value: unknown } | null} */
  failure = null;
  /** The cycle that it is in; a module by itself is a cycle of one. @type {Cycle | null} */
  cycle = null;
  /** When it became asynchronous, among all modules; null if it is not, or no longer. @type {number | null} */
  asyncOrder = null;
  pendingAsyncDependencies = 0;
  /** Modules that wait for this one. @type {EsModule[]} */
  asyncParents = [];
  /** What whoever asked for its evaluation waits for. @type {Capability | null} */
  capability = null;
}

/** Modules that evaluate as one. Holds its root only while that evaluates, so that each can be collected alone. */
class Cycle {
  /** @param {EsModule} root */
  constructor(root) {
    /** @type {EsModule | null} */
    this.root = root;
    /** @type {{ value: unknown } | null} */
    this.failure = null;
  }
}

class Capability {
  /** @type {() => void} */
  resolve = () => {};
  /** @type {(reason: unknown) => void} */
  reject = () => {};
  /** @type {Promise<void>} */
  promise = new Promise((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

exports.Capability = Capability;
exports.Cycle = Cycle;
exports.Evaluation = Evaluation;
