'use strict';

/** `module.hot` of a module in CommonJS: there when it is read, and the program's own if it is written. */

const { makeSideTable } = require('../side-table');

/** @type {import('../side-table').SideTable<object, import('../hot-context').HotContext>} */
const contexts = makeSideTable();

/** One for all: objects whose properties have functions of their own take V8 several times the memory. */
const HOT = {
  configurable: true,
  enumerable: false,
  /** @this {any} */
  get() {
    return contexts.get(this)?.api;
  },
  /** @this {any} */
  set(/** @type {unknown} */ value) {
    Object.defineProperty(this, 'hot', { value, writable: true });
  },
};

/**
 * @param {any} module
 * @param {import('../hot-context').HotContext} context
 */
function defineHot(module, context) {
  contexts.set(module, context);
  Object.defineProperty(module, 'hot', HOT);
}

exports.defineHot = defineHot;
