'use strict';

/** Saves a file as editors do. */

const fs = require('node:fs');
const path = require('node:path');

/**
 * @param {string} file
 * @param {string | Buffer | ((text: string) => string)} content all of it, or what makes it of the present text
 * @param {{ mode?: 'in place' | 'rename' }} [options]
 * @throws {Error} if that would change nothing: the test would wait for a reload that never comes
 */
function edit(file, content, { mode = 'in place' } = {}) {
  const before = fs.readFileSync(file);
  const bytes = typeof content === 'function' ? content(before.toString()) : content;
  const after = Buffer.from(/** @type {string} */ (bytes));
  if (before.equals(after)) throw new Error(`The edit changes nothing in ${file}`);
  if (mode === 'in place') {
    fs.writeFileSync(file, after);
    return;
  }
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
  fs.writeFileSync(temporary, after);
  fs.renameSync(temporary, file);
}

exports.edit = edit;
