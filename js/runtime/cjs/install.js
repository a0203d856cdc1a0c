'use strict';

/**
 * The three functions of Node's CommonJS loader that safe-hot stands in. They are short and call Node's own directly,
 * since each call here is a line in the stack traces that people read.
 */

const Module = /** @type {any} */ (require('node:module'));
const { followLoaded, loadUnseen } = require('../../resources/builtins');
const { followHooks, hasLoadHooks } = require('../other-hooks');
const { runAs, switchEvaluation } = require('../../resources/ownership');

/**
 * @typedef {object} Installed
 * @property {() => boolean} readsPlainJavaScript
 * @property {() => boolean} compilesAlone has no tool put its own function over ours?
 * @property {(module: any) => void} forgetExports
 *
 * @param {import('./loader').Loader} loader
 * @returns {Installed}
 */
function install(loader) {
  const nodeLoad = Module._load;
  const nodeModuleLoad = Module.prototype.load;
  const nodeCompile = Module.prototype._compile;
  const nodeJsExtension = Module._extensions['.js'];

  Module._load = function _load(
    /** @type {any} */ request,
    /** @type {any} */ parent,
    /** @type {boolean} */ isMain,
  ) {
    const target = loader.locate(request, parent, isMain);
    if (target.type === 'loaded') return target.exports;
    const exports = nodeLoad(target.request, target.parent, isMain);
    followLoaded();
    if (isMain) loader.didRunMain();
    return exports;
  };

  Module.prototype.load = function load(/** @type {string} */ filename) {
    const version = loader.begin(this, filename);
    let hasLoaded = false;
    const wasCold = switchEvaluation(version === null);
    // No `catch`: Node shows the line that threw last, and that is to be the program's.
    try {
      const result = version
        ? runAs(version, evaluationOf(version, this, filename))
        : nodeModuleLoad.call(this, filename);
      hasLoaded = true;
      return result;
    } finally {
      switchEvaluation(wasCold);
      loader.end(this, filename, version, hasLoaded);
    }
  };

  Module.prototype._compile = function _compile(
    /** @type {string} */ content,
    /** @type {string} */ filename,
    /** @type {string | undefined} */ format,
  ) {
    if (format === 'module') loadUnseen();
    const call = loader.prepareCall(this, content, filename, format);
    return call
      ? Reflect.apply(call.wrapper, this.exports, call.args)
      : nodeCompile.call(this, content, filename, format);
  };

  /**
   * @param {import('../record').Version} version
   * @param {any} module
   * @param {string} filename
   */
  function evaluationOf(version, module, filename) {
    const evaluate = nodeModuleLoad.bind(module, filename);
    return version.state === 'staged'
      ? () => loader.evaluate(version, module) ?? evaluate()
      : evaluate;
  }

  /**
   * Node notes what a module exports when it has loaded, where no one else can reach it: it is to note nothing.
   *
   * @param {any} loaded
   */
  function forgetExports(loaded) {
    const { _extensions: handlers } = Module;
    Module._extensions = new Proxy({}, { get: () => () => {} });
    try {
      loaded.exports = undefined;
      loaded.loaded = false;
      nodeModuleLoad.call(loaded, loaded.filename);
    } finally {
      Module._extensions = handlers;
    }
  }

  followHooks();
  const { _compile: compile } = Module.prototype;
  return {
    compilesAlone: () => Module.prototype._compile === compile,
    forgetExports,
    readsPlainJavaScript: () => Module._extensions['.js'] === nodeJsExtension && !hasLoadHooks(),
  };
}

exports.install = install;
