'use strict';

/**
 * Source maps of hot modules, for whoever asks: V8 tells debuggers the comment in the text that runs, Node maps the
 * lines of stack traces by the name of the file. Node takes a map from the text of a CommonJS module, so it is given one
 * that has nothing but the map, under another URL: debuggers and coverage know scripts by their URL.
 */

const Module = /** @type {any} */ (require('node:module'));
const { pathToFileURL } = require('node:url');
const { makeSideTable } = require('./side-table');

/** Of no file; coverage takes each URL that Node has a map for as one of a file, and packages as none of the program's. */
const SOURCE_URL = new URL('node_modules/source-map.js', pathToFileURL(__filename)).href;
const COMMENT = /\/\/[#@] sourceMappingURL=(\S+)[^\S\n]*$/gm;

/** For a version that has no map after one that had. */
const NO_MAP = `data:application/json,${encodeURIComponent('{"version":3,"sources":[],"names":[],"mappings":""}')}`;

/** Node knows a map for as long as the module lives that brought it. @type {import('./side-table').SideTable<object, unknown>} */
const holders = makeSideTable();
/** Of maps that stay until the process has ended. @type {object[]} */
const lastOwners = [];
/** What Node has had a map for. @type {Set<string>} */
const mapped = new Set();

/**
 * The comment that gives a text its map. Whoever puts it in puts one line before the text too.
 *
 * @param {string} map JSON, from the text to a file that it names by its path
 * @param {string} filename
 */
function commentFor(map, filename) {
  const named = map.replace(JSON.stringify(filename), JSON.stringify(pathToFileURL(filename).href));
  const moved = named.replace('"mappings":"', '"mappings":";');
  const data = Buffer.from(moved).toString('base64');
  return `\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${data}`;
}

/**
 * Makes stack traces show the places of the user's file, whether Node was asked to or not: the text was made here.
 *
 * @param {object} owner for as long as it lives, or until there is another map for the file, Node knows the map
 * @param {string} filename
 * @param {string} comment
 */
function registerMap(owner, filename, comment) {
  // Said by no one else: a program in plain JavaScript pays nothing for it.
  process.setSourceMapsEnabled(true);
  giveToNode(owner, filename, comment);
}

/**
 * The map that a text names itself, as what a compiler has written does: known to Node where it would be.
 *
 * @param {object} owner
 * @param {string} filename
 * @param {string | undefined} ownMap
 */
function registerOwnMap(owner, filename, ownMap) {
  const url = ownMap ?? (mapped.has(filename) ? NO_MAP : undefined);
  if (url) giveToNode(owner, filename, `\n//# sourceMappingURL=${url}`);
}

/**
 * At the end of the process: what Node tells tools of a file, which is with the lengths of the lines that the map is about.
 *
 * @param {string} filename
 * @param {number[]} lineLengths
 * @param {object} map
 */
function replaceMap(filename, lineLengths, map) {
  const lines = lineLengths.map((length) => ' '.repeat(length)).join('\n');
  const data = Buffer.from(JSON.stringify(map)).toString('base64');
  const owner = {};
  lastOwners.push(owner);
  giveToNode(
    owner,
    filename,
    `${lines}\n//# sourceMappingURL=data:application/json;base64,${data}`,
  );
}

/** @param {string} text @returns {string | undefined} the URL of the map that it names */
function ownMapOf(text) {
  // The search takes time on a large text.
  if (!text.includes('sourceMappingURL=')) return undefined;
  return [...text.matchAll(COMMENT)].at(-1)?.[1];
}

/**
 * @param {object} owner
 * @param {string} filename
 * @param {string} text of a module that does nothing, with the comment that names its map
 */
function giveToNode(owner, filename, text) {
  mapped.add(filename);
  const holder = new Module(filename);
  holder.filename = filename;
  holder._compile(`${text}\n//# sourceURL=${SOURCE_URL}`, filename);
  holders.set(owner, holder);
}

exports.commentFor = commentFor;
exports.ownMapOf = ownMapOf;
exports.registerMap = registerMap;
exports.replaceMap = replaceMap;
exports.registerOwnMap = registerOwnMap;
