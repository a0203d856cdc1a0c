'use strict';

/**
 * `import.meta.hot` of one version, by Vite's rules, with safe-hot's own `keep`, `use` and `watch`. It stands on the same
 * context as `module.hot`.
 */

const { EventEmitter } = require('node:events');

/** @typedef {import('./hot-context').HotContext} HotContext */

/** Of all modules: `hot.send` of one reaches `hot.on` of the others. */
const events = new EventEmitter().setMaxListeners(0);

/** The attributes of an import that accepts what it leads to. */
const BOUNDARY = { with: { hot: 'true' } };

/** @param {HotContext} context */
function makeViteHot(context) {
  const { version, api } = context;
  const { record } = version;
  return {
    get data() {
      return record.viteData;
    },
    /** @param {any} [dependencies] @param {any} [callback] */
    accept(dependencies, callback) {
      if (dependencies === undefined || typeof dependencies === 'function') {
        if (dependencies) context.selfCallbacks.push(dependencies);
        api.accept();
      } else {
        context.acceptModules(dependencies, callback);
      }
    },
    /** @param {unknown} _names @param {any} [callback] */
    acceptExports(_names, callback) {
      if (callback) context.selfCallbacks.push(callback);
      api.accept();
    },
    /** @param {(data: any) => unknown} handler */
    dispose: (handler) => api.dispose(() => handler(record.viteData)),
    /** @param {(data: any) => unknown} handler */
    prune: (handler) => void context.pruneHandlers.push(() => handler(record.viteData)),
    decline: () => api.decline(),
    /** It is for its importers to take then; what calls this may be a callback of the version before. */
    invalidate() {
      const { hot } = (version.isStale && record.current) || version;
      hot?.unaccept();
      api.invalidate();
    },
    /** @param {string} event @param {(data: any) => void} listener */
    on(event, listener) {
      events.on(event, listener);
      const remove = () => void events.off(event, listener);
      const what = () => `listener of ${event}`;
      version.resources.add({ kind: 'listener', what, release: remove });
      return remove;
    },
    /** @param {string} event @param {(data: any) => void} listener */
    off: (event, listener) => void events.off(event, listener),
    /** @param {string} event @param {any} data */
    send: (event, data) => void events.emit(event, data),
    keep: api.keep,
    use: api.use,
    watch: api.watch,
    get active() {
      return api.active;
    },
    /** Of hot-hook: the second argument of an `import()` that is made again for each new version. */
    boundary: BOUNDARY,
  };
}

exports.makeViteHot = makeViteHot;
