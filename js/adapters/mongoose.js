'use strict';

/**
 * Mongoose compiles a model under a name once, and applies each plugin to all schemas that come. Its default connection is
 * one for the process: it is kept, and what `connect()` finds open it leaves open. One to another database, or with other
 * options, would be used by the old version too.
 */

const { inspect } = require('node:util');

/** Of `readyState`. */
const OPEN = new Set([1, 2]);

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'mongoose',
  versions: '>=6',
  adapt(mongoose, { registry, keep }) {
    const { connection } = mongoose;
    registry(mongoose, 'models');
    registry(connection, 'models');
    registry(connection, 'collections');
    registry(mongoose, 'connections', (each) => each.close());
    keep(connection, 'openUri', otherThanOpen(connection));
    adaptPlugins(mongoose, registry);
  },
};

/** @param {any} connection */
function otherThanOpen(connection) {
  /** @type {string | undefined} */
  let opened;
  return (/** @type {unknown[]} */ ...args) => {
    // Options may hold functions, which are new ones each time.
    const asked = inspect(args, { depth: null });
    opened = OPEN.has(connection.readyState) ? (opened ?? asked) : asked;
    return asked !== opened;
  };
}

/**
 * The list of plugins cannot be replaced, so those of hot modules are in one of their own.
 *
 * @param {any} mongoose
 * @param {import('../index').AdapterTools['registry']} registry
 */
function adaptPlugins(mongoose, registry) {
  /** @type {{ plugins: unknown[] }} */
  const own = { plugins: [] };
  registry(own, 'plugins');
  mongoose.plugin = (/** @type {unknown} */ plugin, /** @type {unknown} */ options) => {
    own.plugins.push([plugin, options]);
    return mongoose;
  };
  const apply = mongoose._applyPlugins;
  mongoose._applyPlugins = (/** @type {unknown[]} */ ...args) => {
    const plugins = { value: [...mongoose.plugins, ...own.plugins] };
    return Reflect.apply(apply, Object.create(mongoose, { plugins }), args);
  };
}
