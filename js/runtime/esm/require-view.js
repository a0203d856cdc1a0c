'use strict';

/**
 * What `require` of an ES module gives, by Node's rules: an export named `module.exports` is what the caller gets;
 * otherwise the namespace object, with `__esModule` where there is a default export, since that is what transpiled
 * CommonJS looks for.
 */

const { markedNamespaceOf, namespaceOf } = require('./namespace');

/**
 * @param {import('./module').EsModule} module linked
 * @returns {any}
 */
function requireView(module) {
  const namespace = /** @type {any} */ (namespaceOf(module));
  if ('module.exports' in namespace) return namespace['module.exports'];
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  return markedNamespaceOf(module);
}

exports.requireView = requireView;
