'use strict';

/**
 * Source maps of hot modules whose text had to be made anew. Node maps the lines of stack traces by the name of the file,
 * and takes a map from the text of a CommonJS module: so it is given one that has nothing but the map.
 */

const Module = /** @type {any} */ (require('node:module'));
const { makeSideTable } = require('../side-table');

/** Node knows a map for as long as the module lives that brought it. @type {import('../side-table').SideTable<object, unknown>} */
const holders = makeSideTable();

/**
 * @param {object} owner for as long as it lives, or until there is another map for the file, Node knows the map
 * @param {string} filename as it stands in the stack traces of the module
 * @param {string} map JSON
 */
function registerMap(owner, filename, map) {
  // Said by no one else: a program in plain JavaScript pays nothing for it.
  process.setSourceMapsEnabled(true);
  const holder = new Module(filename);
  holder.filename = filename;
  const data = Buffer.from(map).toString('base64');
  holder._compile(`\n//# sourceMappingURL=data:application/json;base64,${data}`, filename);
  holders.set(owner, holder);
}

exports.registerMap = registerMap;
