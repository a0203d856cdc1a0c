'use strict';

/**
 * The smallest host of the ESM runtime: files by URL, loaded once each. What it cannot find is an error of Node's
 * wording.
 */

const fs = require('node:fs');
const Module = require('node:module');
const { fileURLToPath } = require('node:url');
const esm = require('../../js/runtime/esm');
const { transform } = require('../../js/binding');

/** @typedef {import('../../js/runtime/esm/module').Module} EsmModule */

class EsmHost {
  /** @type {Map<string, EsmModule>} */
  #modules = new Map();
  /** In the order in which they were evaluated. @type {string[]} */
  executed = [];

  /** @param {{ isAsync?: boolean }} [options] isAsync: each module takes a turn to load */
  constructor({ isAsync = false } = {}) {
    this.isAsync = isAsync;
  }

  /**
   * @param {string} specifier
   * @param {Record<string, string>} _attributes
   * @param {{ url: string }} referrer
   */
  load(specifier, _attributes, referrer) {
    const url = specifier.startsWith('.') ? new URL(specifier, referrer.url).href : specifier;
    const known = this.#modules.get(url);
    if (known) return known;
    if (!this.isAsync) return this.#create(url, referrer);
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(this.#modules.get(url) ?? this.#create(url, referrer));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** @param {string} url */
  async import(url) {
    return esm.importModule(await this.load(url, {}, { url }));
  }

  /** @param {Record<string, unknown>} meta @param {{ url: string }} module */
  initializeMeta(meta, { url }) {
    meta.url = url;
  }

  /**
   * A new version of a file.
   *
   * @param {string} url
   * @param {string} source
   */
  create(url, source) {
    const transformed = transform(source, { path: url, language: 'js', kind: 'module' });
    if (transformed.type === 'invalid') throw new SyntaxError(transformed.error.message);
    const module = esm.createModule(url, /** @type {any} */ (transformed), this);
    this.#modules.set(url, module);
    return module;
  }

  /** @param {string} url @param {{ url: string }} referrer */
  #create(url, referrer) {
    const module = Module.isBuiltin(url) ? builtin(url) : this.#read(url, referrer);
    this.#modules.set(url, module);
    return module;
  }

  /** @param {string} url @param {{ url: string }} referrer */
  #read(url, referrer) {
    const path = fileURLToPath(url);
    if (!fs.existsSync(path)) throw notFound(path, fileURLToPath(referrer.url));
    const source = fs.readFileSync(path, 'utf8');
    if (path.endsWith('.json')) {
      return esm.createSynthetic(url, ['default'], (set) => set('default', JSON.parse(source)));
    }
    if (path.endsWith('.cjs')) return commonJs(url, path);
    return this.create(url, source);
  }
}

/** @param {string} url */
function builtin(url) {
  const exports = require(url);
  const names = Object.keys(exports).filter((name) => name !== 'default');
  return esm.createSynthetic(url, ['default', ...names], (set) => {
    set('default', exports);
    for (const name of names) set(name, exports[name]);
  });
}

/** @param {string} url @param {string} path of a module that assigns to `exports.name` */
function commonJs(url, path) {
  const source = fs.readFileSync(path, 'utf8');
  const names = [...source.matchAll(/exports\.(\w+) =/g)].map(([, name]) => String(name));
  return esm.createSynthetic(url, ['default', ...names, 'module.exports'], (set) => {
    const exports = require(path);
    set('default', exports);
    set('module.exports', exports);
    for (const name of names) set(name, exports[name]);
  });
}

/** @param {string} path @param {string} from */
function notFound(path, from) {
  const error = new Error(`Cannot find module '${path}' imported from ${from}`);
  return Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}

exports.EsmHost = EsmHost;
