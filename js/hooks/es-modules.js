'use strict';

/**
 * Node's own loader gets a shell for each hot ES module that it is asked for: by a cold module, or as the entry. The
 * hooks are put in place when the first hot ES module is in sight, since they cost every other module something.
 */

const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { register, registerHooks } = require('../runtime/other-hooks');

/**
 * @typedef {object} HooksHost
 * @property {(filename: string) => boolean} isHotModule
 * @property {(filename: string, url: string) => string} shellFor the text of the shell
 * @property {(filename: string, importer: string) => void} didImport a cold module asks for a hot one
 * @property {{ resolve: import('./cold-imports').ColdImports['resolve'] }} coldImports
 * @property {{ root: string, include: string[], exclude: string[] }} options
 */

let isInstalled = false;

/** @param {HooksHost} host */
function installHooks(host) {
  if (isInstalled) return;
  isInstalled = true;
  if (registerHooks) installInThread(host);
  else installOffThread(host);
}

/** @param {HooksHost} host */
function installInThread(host) {
  registerHooks({
    resolve(/** @type {string} */ specifier, /** @type {any} */ context, /** @type {any} */ next) {
      const importer = context.parentURL && fileOf(context.parentURL);
      const resolved =
        host.coldImports.resolve(specifier, context, importer) ?? next(specifier, context);
      const filename = fileOf(resolved.url);
      if (filename && importer && host.isHotModule(filename)) host.didImport(filename, importer);
      return resolved;
    },
    load(/** @type {string} */ url, /** @type {any} */ context, /** @type {any} */ next) {
      const filename = fileOf(url);
      if (!filename || !host.isHotModule(filename)) return next(url, context);
      return { format: 'module', source: host.shellFor(filename, url), shortCircuit: true };
    },
  });
}

/** On Node lines whose hooks run in a thread of their own. @param {HooksHost} host */
function installOffThread(host) {
  const { root, include, exclude } = host.options;
  const parentURL = pathToFileURL(__filename).href;
  register('./es-modules-thread.mjs', { parentURL, data: { root, include, exclude } });
}

/** @param {string} url */
function fileOf(url) {
  if (!url.startsWith('file:')) return undefined;
  try {
    return path.normalize(fileURLToPath(url));
  } catch {
    return undefined;
  }
}

exports.fileOf = fileOf;
exports.installHooks = installHooks;
