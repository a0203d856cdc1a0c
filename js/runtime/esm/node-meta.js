'use strict';

/** `import.meta` of hot ES modules, as Node has it, and with it `hot` and `webpackHot`. */

const path = require('node:path');
const { pathToFileURL } = require('node:url');

/**
 * @typedef {object} MetaOf what of a module its `import.meta` says
 * @property {string} filename
 * @property {boolean} isMain
 * @property {(specifier: string) => import('./imports').Target} locate
 * @property {import('../hot-context').HotContext} hot
 */

/** `import.meta.main`, on Node 24.2 and up. */
const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number);
const HAS_MAIN = MAJOR > 24 || (MAJOR === 24 && MINOR >= 2);

/**
 * @param {Record<string, any>} meta
 * @param {MetaOf} of
 */
function initializeMeta(meta, { filename, isMain, locate, hot }) {
  meta['dirname'] = path.dirname(filename);
  meta['filename'] = filename;
  if (HAS_MAIN) meta['main'] = isMain;
  meta['resolve'] = (/** @type {string} */ specifier) => resolveUrl(filename, specifier, locate);
  meta['url'] = pathToFileURL(filename).href;
  lazy(meta, 'hot', () => require('../vite-hot').makeViteHot(hot));
  lazy(meta, 'webpackHot', () => hot.api);
}

/**
 * @param {string} filename
 * @param {string} specifier
 * @param {MetaOf['locate']} locate
 */
function resolveUrl(filename, specifier, locate) {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, pathToFileURL(filename)).href;
  const target = locate(specifier);
  if (target.type === 'file') return pathToFileURL(target.path).href;
  return target.name.startsWith('node:') ? target.name : `node:${target.name}`;
}

/**
 * A property that is made when it is first read.
 *
 * @param {object} target
 * @param {string} name
 * @param {() => unknown} make
 */
function lazy(target, name, make) {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(target, name, { value, writable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(target, name, { value, writable: true });
    },
  });
}

exports.initializeMeta = initializeMeta;
