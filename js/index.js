'use strict';

/** The public API. `index.d.ts` says what each part does. */

const { loadOwn } = require('./own-code');
const { SafeHotError } = /** @type {typeof import('./errors')} */ (loadOwn('errors.js'));
const { isProduction, makeLazyApi } = require('./production');

const api = isProduction() ? makeLazyApi() : begin();

/** Modules are seen from the first `require('safe-hot')` on. */
function begin() {
  /** @type {typeof import('./engine')} */
  const { getEngine } = loadOwn('engine.js');
  getEngine();
  return /** @type {typeof import('./hot-reload')} */ (loadOwn('hot-reload.js'));
}

exports.adapter = api.adapter;
exports.hotReload = api.hotReload;
exports.reload = api.reload;
exports.watch = api.watch;
exports.on = api.on;
exports.graph = api.graph;
exports.versions = api.versions;
exports.resources = api.resources;
exports.diagnose = api.diagnose;
exports.SafeHotError = SafeHotError;
