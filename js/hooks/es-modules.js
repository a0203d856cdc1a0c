'use strict';

/**
 * Node's own loader gets a shell for each hot ES module that it is asked for: by a cold module, or as the entry. The
 * hooks are put in place when the first hot ES module is in sight, since they cost every other module something.
 */

const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { register, registerHooks } = require('../runtime/other-hooks');
const { VIEW } = require('../runtime/esm/shells');
const { loadBuiltin, loadUnseen } = require('../resources/builtins');
const { isOnStack } = require('../resources/ownership');

/**
 * @typedef {object} HooksHost
 * @property {(filename: string) => boolean} isHotModule
 * @property {(filename: string, view: { url: string, isDynamic: boolean }) => string} viewOf the URL by which an importer
 *   is to have a hot module
 * @property {(filename: string, url: string) => string} shellFor the text of the shell
 * @property {(filename: string, importer: string) => void} didImport a cold module asks for a hot one
 * @property {{ resolve: import('./cold-imports').ColdImports['resolve'] }} coldImports
 * @property {{ root: string, include: string[], exclude: string[] }} options
 *
 * @typedef {object} Hooks what they have to be told, and asked, where they are in a thread of their own
 * @property {() => void} noteImporters `didImport` of what has been imported so far
 * @property {() => void} willStage
 * @property {() => void} didStage
 * @property {(filename: string) => void} didFail Node keeps the failure under the URL that it had
 */

/**
 * @param {HooksHost} host
 * @returns {Hooks}
 */
function installHooks(host) {
  return registerHooks ? installInThread(host) : installOffThread(host);
}

/**
 * @param {HooksHost} host
 * @returns {Hooks}
 */
function installInThread(host) {
  registerHooks({
    resolve(/** @type {string} */ specifier, /** @type {any} */ context, /** @type {any} */ next) {
      const { parentURL } = context;
      const importer = parentURL && fileOf(parentURL);
      const resolved =
        host.coldImports.resolve(specifier, context, importer) ?? next(specifier, context);
      if (resolved.url.startsWith('node:')) loadBuiltin(resolved.url);
      const filename = fileOf(resolved.url);
      if (!filename || !parentURL || !host.isHotModule(filename)) return resolved;
      if (importer) host.didImport(filename, importer);
      const own = ownUrl(resolved.url);
      if (!own) return resolved;
      const isDynamic = isOnStack([importer]);
      return { ...resolved, url: host.viewOf(filename, { url: own, isDynamic }) };
    },
    load(/** @type {string} */ url, /** @type {any} */ context, /** @type {any} */ next) {
      const filename = fileOf(url);
      if (!filename || !host.isHotModule(filename)) return next(url, context);
      return { format: 'module', source: host.shellFor(filename, url), shortCircuit: true };
    },
  });
  return { noteImporters() {}, willStage() {}, didStage() {}, didFail() {} };
}

/**
 * On Node lines whose hooks run in a thread of their own, which knows nothing of the program: it gives each import that
 * comes while a stage runs a URL of its own, and the shell that is evaluated for it finds out whose it is.
 *
 * @param {HooksHost} host
 * @returns {Hooks}
 */
function installOffThread(host) {
  loadUnseen();
  const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');
  const { root, include, exclude } = host.options;
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  register('./es-modules-thread.mjs', {
    parentURL: pathToFileURL(__filename).href,
    data: { root, include, exclude, port: port2 },
    transferList: [port2],
  });
  return {
    noteImporters() {
      for (;;) {
        const { message } = receiveMessageOnPort(port1) ?? {};
        if (!message) return;
        host.didImport(message.filename, message.importer);
      }
    },
    willStage: () => port1.postMessage({ type: 'will-stage' }),
    didStage: () => port1.postMessage({ type: 'did-stage' }),
    didFail: (filename) => port1.postMessage({ type: 'did-fail', filename }),
  };
}

/**
 * The URL of a module without what we add to it; undefined for one that has a query of the program's own.
 *
 * @param {string} url
 */
function ownUrl(url) {
  const [own = '', ...rest] = url.split(/[?#]/);
  return rest.length === 0 || rest.join().startsWith(`${VIEW}=`) ? own : undefined;
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
exports.ownUrl = ownUrl;
