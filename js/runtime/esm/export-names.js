'use strict';

/**
 * The names that a module exports, as far as its text tells: of CommonJS what Node's own lexer finds, of an ES module
 * what it declares, through `export *` and re-exports of other files. The text is that of the file, or where the module is
 * loaded that of which it was made.
 */

const Module = require('node:module');
const { derived } = require('../kept');
const { readText } = require('../read-text');

/**
 * @typedef {object} NamesHost
 * @property {import('../formats').Formats} formats
 * @property {(importer: string, specifier: string) => string | null} resolveImport the file, null for what is none
 * @property {(source: string, filename: string) => any} transform
 * @property {(filename: string) => Known | undefined} [known] undefined where the file is to be read
 *
 * @typedef {object} Known what a module was made of, or is to be
 * @property {string} [text] undefined where it has been transformed
 * @property {any} [transformed]
 * @property {boolean} [isCommonJs] of what has been transformed
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
  const { text, transformed, isCommonJs } = host.known?.(filename) ?? {};
  const format = transformed ? undefined : host.formats.of(filename, text);
  if (format === 'commonjs') return namesOfCommonJs(host, filename).add('default');
  if (format === 'json' || format === 'other') return new Set(['default']);
  const scanned = transformed ?? host.transform(text ?? readText(filename), filename);
  const names = namesOfScanned(host, filename, scanned, visited);
  return isCommonJs || format === 'commonjs-typescript' ? names.add('default') : names;
}

/**
 * @param {NamesHost} host
 * @param {string} filename
 * @param {any} scanned
 * @param {Set<string>} visited
 */
function namesOfScanned(host, filename, scanned, visited) {
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

/**
 * @param {NamesHost} host
 * @param {string} filename
 * @param {Set<string>} [visited]
 * @returns {Set<string>}
 */
function namesOfCommonJs(host, filename, visited = new Set()) {
  /** @type {Set<string>} */
  const names = new Set();
  if (visited.has(filename) || !/\.c?js$/.test(filename)) return names;
  visited.add(filename);
  const text = host.known?.(filename)?.text;
  const { exports, reexports } = text === undefined ? lexedFile(filename) : lexed(text);
  for (const name of exports) names.add(name);
  const { resolve } = Module.createRequire(filename);
  for (const specifier of reexports) {
    for (const name of namesOfReexport(host, specifier, resolve, visited)) names.add(name);
  }
  return names;
}

/** @param {string} code */
function assignedNames(code) {
  return lexed(code).exports;
}

/** @typedef {{ exports: string[], reexports: string[] }} Lexed */

/** @param {string} filename */
function lexedFile(filename) {
  return derived(filename, 'lexed', lexed);
}

/** @type {((source: string) => Lexed) | undefined} */
let parse;

/** @param {string} source @returns {Lexed} */
function lexed(source) {
  // Loaded when it is first wanted: a program in CommonJS never does.
  const lex = (parse ??= initialized());
  try {
    return lex(source);
  } catch {
    return { exports: [], reexports: [] };
  }
}

function initialized() {
  const lexer = require('cjs-module-lexer');
  lexer.initSync?.();
  return /** @type {any} */ (lexer.parse);
}

/**
 * @param {NamesHost} host
 * @param {string} specifier
 * @param {(specifier: string) => string} resolve
 * @param {Set<string>} visited
 * @returns {Iterable<string>}
 */
function namesOfReexport(host, specifier, resolve, visited) {
  try {
    if (Module.isBuiltin(specifier)) return Object.keys(require(specifier));
    return namesOfCommonJs(host, resolve(specifier), visited);
  } catch {
    return [];
  }
}

exports.exportNames = exportNames;
