'use strict';

/**
 * The names that a module exports, as far as its text tells: of CommonJS what Node's own lexer finds, of an ES module
 * what it declares, through `export *` and re-exports of other files.
 */

const Module = require('node:module');
const { readText } = require('../read-text');

/**
 * @typedef {object} NamesHost
 * @property {import('../formats').Formats} formats
 * @property {(importer: string, specifier: string) => string | null} resolveImport the file, null for what is none
 * @property {(source: string, filename: string) => any} transform
 */

/**
 * @param {NamesHost} host
 * @param {string} filename
 * @param {Set<string>} [visited]
 * @returns {Set<string>} with `default`
 */
function exportNames(host, filename, visited = new Set()) {
  if (visited.has(filename)) return new Set();
  visited.add(filename);
  const format = host.formats.of(filename);
  if (format === 'module') return namesOfModule(host, filename, visited);
  if (format === 'commonjs-typescript') {
    return namesOfModule(host, filename, visited).add('default');
  }
  const names = format === 'commonjs' ? namesOfCommonJs(filename, new Set()) : new Set();
  return names.add('default');
}

/**
 * @param {NamesHost} host
 * @param {string} filename
 * @param {Set<string>} visited
 */
function namesOfModule(host, filename, visited) {
  const source = readText(filename);
  const scanned = host.transform(source, filename);
  // What is no module says so itself when it is loaded.
  if (scanned.type !== 'module') return new Set();
  /** @type {Set<string>} */
  const names = new Set(scanned.hasModuleSyntax ? [] : assignedNames(scanned.code));
  for (const { names: all } of scanned.locals) for (const name of all) names.add(name);
  for (const { name } of scanned.indirects) names.add(name);
  for (const request of scanned.stars) {
    for (const name of namesOfStar(host, filename, scanned.requests[request].specifier, visited)) {
      if (name !== 'default') names.add(name);
    }
  }
  return names;
}

/**
 * @param {NamesHost} host
 * @param {string} filename
 * @param {string} specifier
 * @param {Set<string>} visited
 * @returns {Iterable<string>}
 */
function namesOfStar(host, filename, specifier, visited) {
  if (Module.isBuiltin(specifier)) return Object.keys(require(specifier));
  const file = host.resolveImport(filename, specifier);
  return file === null ? [] : exportNames(host, file, visited);
}

/** @type {((source: string) => { exports: string[], reexports: string[] }) | undefined} */
let parse;

/**
 * @param {string} filename
 * @param {Set<string>} visited
 * @param {string} [source]
 * @returns {Set<string>}
 */
function namesOfCommonJs(filename, visited, source) {
  /** @type {Set<string>} */
  const names = new Set();
  if (visited.has(filename) || !/\.c?js$/.test(filename)) return names;
  visited.add(filename);
  // Loaded when it is first wanted: a program in CommonJS never does.
  parse ??= initialized();
  const { exports, reexports } = lexed(source ?? readText(filename));
  for (const name of exports) names.add(name);
  const { resolve } = Module.createRequire(filename);
  for (const specifier of reexports) {
    for (const name of namesOfReexport(specifier, resolve, visited)) names.add(name);
  }
  return names;
}

function initialized() {
  const lexer = require('cjs-module-lexer');
  lexer.initSync?.();
  return /** @type {any} */ (lexer.parse);
}

/** @param {string} code */
function assignedNames(code) {
  parse ??= initialized();
  return lexed(code).exports;
}

/** @param {string} source */
function lexed(source) {
  try {
    return /** @type {Function} */ (parse)(source);
  } catch {
    return { exports: [], reexports: [] };
  }
}

/**
 * @param {string} specifier
 * @param {(specifier: string) => string} resolve
 * @param {Set<string>} visited
 * @returns {Iterable<string>}
 */
function namesOfReexport(specifier, resolve, visited) {
  try {
    if (Module.isBuiltin(specifier)) return Object.keys(require(specifier));
    return namesOfCommonJs(resolve(specifier), visited);
  } catch {
    return [];
  }
}

exports.exportNames = exportNames;
exports.namesOfCommonJs = namesOfCommonJs;
