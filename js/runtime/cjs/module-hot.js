'use strict';

/** `module.hot` of a module in CommonJS: there when it is read, and the program's own if it is written. */

/**
 * @param {any} module
 * @param {import('../hot-context').HotContext} context
 */
function defineHot(module, context) {
  Object.defineProperty(module, 'hot', {
    configurable: true,
    enumerable: false,
    get: () => context.api,
    set(value) {
      Object.defineProperty(module, 'hot', { value, writable: true });
    },
  });
}

exports.defineHot = defineHot;
