'use strict';

/** `import.meta`: made for modules that name it only. */

/**
 * @param {import('./module').EsModule} module
 * @returns {Record<string, unknown>}
 */
function createMeta(module) {
  const meta = Object.create(null);
  module.host.initializeMeta?.(meta, module);
  return meta;
}

exports.createMeta = createMeta;
