'use strict';

/**
 * What `require` of an ES module gives, by Node's rules: an export named `module.exports` is what the caller gets;
 * otherwise the namespace object, with `__esModule` where there is a default export, since that is what transpiled
 * CommonJS looks for.
 */

const { makeSideTable } = require('../side-table');

/** @type {import('../side-table').SideTable<object, object>} */
const views = makeSideTable();

/**
 * @param {any} namespace
 * @returns {any}
 */
function requireView(namespace) {
  if ('module.exports' in namespace) return namespace['module.exports'];
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  const known = views.get(namespace);
  if (known) return known;
  const view = new Proxy(namespace, {
    get: (target, key) => (key === '__esModule' ? true : target[key]),
    has: (target, key) => key === '__esModule' || key in target,
  });
  views.set(namespace, view);
  return view;
}

exports.requireView = requireView;
