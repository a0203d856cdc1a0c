'use strict';

/** The package that a file is of, by its path alone. */

const path = require('node:path');

/** In the path of whatever is of a package. */
const NODE_MODULES = `${path.sep}node_modules${path.sep}`;

/**
 * @param {string} filename absolute
 * @returns {{ name: string, folder: string } | null} null if it is in no `node_modules`
 */
function packageOf(filename) {
  const at = filename.lastIndexOf(NODE_MODULES);
  if (at < 0) return null;
  const start = at + NODE_MODULES.length;
  const end = filename.indexOf(
    path.sep,
    filename[start] === '@' ? filename.indexOf(path.sep, start) + 1 : start,
  );
  const folder = end < 0 ? filename : filename.slice(0, end);
  return { name: folder.slice(start).replaceAll(path.sep, '/'), folder };
}

exports.NODE_MODULES = NODE_MODULES;
exports.packageOf = packageOf;
