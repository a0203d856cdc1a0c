'use strict';

/**
 * The package where NODE_ENV is `production`: nothing is watched, and nothing is loaded, until the program asks for a reload
 * itself.
 */

/** @typedef {Omit<typeof import('./index'), 'SafeHotError'>} Api */

let isTold = false;

/** Asked before anything else is loaded. */
function isProduction() {
  return process.env['NODE_ENV'] === 'production';
}

/** Once a process, to whoever sets NODE_DEBUG=safe-hot. @param {string} what was asked to do something */
function doNothing(what) {
  if (isTold) return;
  isTold = true;
  require('node:util').debuglog('safe-hot')('%s does nothing, since NODE_ENV is production', what);
}

/** @returns {Api} */
function makeLazyApi() {
  /** Calls of before, which matter once something is reloaded. @type {Set<(api: Api) => void>} */
  const waiting = new Set();
  /** @type {Api | undefined} */
  let loaded;
  const api = () => {
    if (!loaded) {
      loaded = /** @type {Api} */ (require('./hot-reload'));
      for (const call of waiting) call(loaded);
    }
    return loaded;
  };
  return {
    hotReload: (...args) => api().hotReload(...args),
    reload: (...args) => api().reload(...args),
    graph: () => api().graph(),
    versions: (...args) => api().versions(...args),
    resources: (...args) => api().resources(...args),
    diagnose: (...args) => api().diagnose(...args),
    watch(options) {
      const { WATCH_OPTIONS, validate } = require('./options');
      validate(options, WATCH_OPTIONS);
      doNothing('watch()');
      return { ready: () => Promise.resolve(0), folders: () => [], close: () => {} };
    },
    adapter(definition) {
      if (loaded) loaded.adapter(definition);
      else waiting.add((each) => each.adapter(definition));
    },
    on(/** @type {any} */ event, /** @type {any} */ listener) {
      if (loaded) return loaded.on(event, listener);
      /** @type {(() => void) | undefined} */
      let remove;
      const add = (/** @type {Api} */ each) => {
        remove = each.on(event, listener);
      };
      waiting.add(add);
      return () => {
        waiting.delete(add);
        remove?.();
      };
    },
  };
}

exports.doNothing = doNothing;
exports.isProduction = isProduction;
exports.makeLazyApi = makeLazyApi;
