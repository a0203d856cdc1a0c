'use strict';

/** Reads `safe-hot.config.{json,js,mjs,cjs,ts,mts}`: what it exports by default, or what it holds. */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { SafeHotError } = require('./errors');

const NAMES = ['json', 'js', 'mjs', 'cjs', 'ts', 'mts'].map((each) => `safe-hot.config.${each}`);

/**
 * @typedef {object} ConfigFile
 * @property {string} path
 * @property {unknown} settings what it says
 * @property {string[]} files it, and what it has required of the project
 */

/** Each is read once a process, as with all that Node loads: a change asks for a restart. @type {Map<string, ConfigFile>} */
const known = new Map();

/**
 * @param {string} root
 * @returns {ConfigFile | null} null if there is none
 * @throws {SafeHotError} ERR_SAFE_HOT_CONFIG
 */
function readConfigFile(root) {
  const [file, other] = configFiles(root);
  if (file === undefined) return null;
  if (other !== undefined) {
    const reason = `${path.basename(other)} is there too; keep one of them`;
    throw new SafeHotError('ERR_SAFE_HOT_CONFIG', { path: file, reason });
  }
  const found = known.get(file) ?? load(file);
  known.set(file, found);
  return found;
}

/** Those that there are. @param {string} root */
function configFiles(root) {
  return NAMES.map((name) => path.join(root, name)).filter((file) => fs.existsSync(file));
}

/** @param {string} file @returns {ConfigFile} */
function load(file) {
  const before = new Set(Object.keys(Module._cache));
  const settings = evaluate(file);
  const required = Object.keys(Module._cache).filter(
    (name) => !before.has(name) && isOfProject(name),
  );
  // They are no modules of the program.
  for (const name of required) delete Module._cache[name];
  return { path: file, settings, files: [...new Set([file, ...required])] };
}

/** @param {string} filename */
function isOfProject(filename) {
  return (
    !filename.startsWith(__dirname + path.sep) && !filename.split(path.sep).includes('node_modules')
  );
}

/** @param {string} file */
function evaluate(file) {
  try {
    const text = fs.readFileSync(file, 'utf8');
    if (file.endsWith('.json')) return JSON.parse(text);
    return isModule(file, text) ? evaluateModule(file, text) : require(file);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new SafeHotError('ERR_SAFE_HOT_CONFIG', { path: file, reason }, error);
  }
}

/** @param {string} file @param {string} text */
function isModule(file, text) {
  return /\.(?:mjs|m?ts)$/.test(file) || native().hasModuleSyntax(text, file);
}

/**
 * By our own runtime, since Node 20 has no types and warns of an ES module that is required. What it imports, Node loads.
 *
 * @param {string} file
 * @param {string} text
 */
function evaluateModule(file, text) {
  const esm = require('./runtime/esm');
  const language = file.endsWith('ts') ? 'ts' : 'js';
  const transformed = native().transform(text, { path: file, language, kind: 'module' });
  if (transformed.type === 'invalid') {
    const { line, column, message } = transformed.error;
    throw new SyntaxError(`${line}:${column} ${message}`);
  }
  const requireFrom = Module.createRequire(file);
  const url = pathToFileURL(file).href;
  const module = esm.createModule(url, /** @type {any} */ (transformed), {
    load: (specifier) => synthetic(esm, specifier, requireFrom(specifier)),
    initializeMeta: (meta) =>
      Object.assign(meta, { url, filename: file, dirname: path.dirname(file) }),
  });
  esm.loadRequestedSync(module);
  esm.link(module);
  esm.evaluateSync(module);
  return /** @type {any} */ (esm.namespaceOf(module)).default;
}

/**
 * @param {typeof import('./runtime/esm')} esm
 * @param {string} specifier
 * @param {any} exports
 */
function synthetic(esm, specifier, exports) {
  const names = Object.keys(exports).filter((name) => name !== 'default');
  return esm.createSynthetic(specifier, ['default', ...names], (set) => {
    set('default', exports.default ?? exports);
    for (const name of names) set(name, exports[name]);
  });
}

function native() {
  return require('./native').binding;
}

exports.configFiles = configFiles;
exports.readConfigFile = readConfigFile;
