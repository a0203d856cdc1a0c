'use strict';

/** Code frames, and the place in the user's files that an error names. */

const fs = require('node:fs');
const { fileURLToPath } = require('node:url');

/**
 * @param {string} source
 * @param {{ line: number, column: number, endLine?: number, endColumn?: number }} place 1-based
 * @returns {string}
 */
function frameAt(source, { line, column, endLine, endColumn }) {
  // Loaded when the first frame is wanted: most runs need none.
  const { codeFrameColumns } = require('@babel/code-frame');
  const start = { line, column };
  const end = endColumn === undefined ? undefined : { line: endLine ?? line, column: endColumn };
  return codeFrameColumns(source, end ? { start, end } : { start }, {
    linesAbove: 2,
    linesBelow: 1,
  });
}

/** `at f (file:1:2)`, `at file:1:2`, and the first line of a syntax error, `file:1`. */
const PLACE = /(?:^|\(|\s)(file:\/\/\S+?|\/[^():]+?|[A-Za-z]:\\[^():]+?):(\d+)(?::(\d+))?\)?$/;

/**
 * The first place of an error's stack in a file that `isUsers` knows.
 *
 * @param {unknown} error
 * @param {(filePath: string) => boolean} isUsers
 * @returns {{ path: string, line: number, column: number, frame: string } | undefined}
 */
function placeOf(error, isUsers) {
  const stack = /** @type {any} */ (error)?.stack;
  if (typeof stack !== 'string') return undefined;
  for (const text of stack.split('\n')) {
    const match = PLACE.exec(text.trimEnd());
    if (!match) continue;
    const name = /** @type {string} */ (match[1]);
    const path = name.startsWith('file:') ? fileURLToPath(name) : name;
    if (!isUsers(path)) continue;
    const line = Number(match[2]);
    const column = Number(match[3] ?? 1);
    return { path, line, column, frame: frameOfFile(path, line, column) };
  }
  return undefined;
}

/**
 * The place that V8 names in the head of a syntax error's stack: `file:line`, the line, and marks under it.
 *
 * @param {unknown} error
 */
function placeOfSyntaxError(error) {
  const { message, stack = '' } = /** @type {SyntaxError} */ (error);
  const [place = '', , marks = ''] = stack.split('\n');
  const column = marks.indexOf('^') + 1 || 1;
  return { message, line: Number(/:(\d+)$/.exec(place)?.[1] ?? 1), column };
}

/**
 * @param {string} path
 * @param {number} line
 * @param {number} column
 */
function frameOfFile(path, line, column) {
  try {
    return frameAt(fs.readFileSync(path, 'utf8'), { line, column });
  } catch {
    return '';
  }
}

exports.frameAt = frameAt;
exports.placeOf = placeOf;
exports.placeOfSyntaxError = placeOfSyntaxError;
