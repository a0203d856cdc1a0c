'use strict';

/** The errors of what is refused before any code of the program runs, each with its place in the user's text. */

const { SafeHotError } = require('../errors');
const { frameAt } = require('../report/frame');

/**
 * @param {{ path: string, version: number | undefined }} details
 * @param {string} source
 * @param {{ message: string, line: number, column: number, endLine?: number, endColumn?: number }} place
 */
function syntaxError(details, source, place) {
  const { line, column, message } = place;
  const error = new SafeHotError('ERR_SAFE_HOT_SYNTAX', {
    ...details,
    line,
    column,
    reason: message,
  });
  error.frame = frameAt(source, place);
  return error;
}

/**
 * @param {{ path: string, importer: string, version: number | undefined }} details path: the changed module; importer:
 *   the module that has the import; the changed module itself, unless that is gone
 * @param {{ specifier: string, line: number, column: number, endColumn: number }} request
 * @param {string} source of the importer
 */
function unresolved(details, request, source) {
  const isGone = details.path !== details.importer;
  const code = isGone ? 'ERR_SAFE_HOT_DELETED' : 'ERR_SAFE_HOT_UNRESOLVED';
  const error = new SafeHotError(code, { ...details, specifier: request.specifier });
  error.frame = frameAt(source, request);
  return error;
}

/**
 * @param {{ specifier: string, startUtf16: number, endUtf16: number }} request
 * @param {string} source
 */
function placed(request, source) {
  const before = source.slice(0, request.startUtf16).split('\n');
  const column = /** @type {string} */ (before.at(-1)).length + 1;
  const endColumn = column + request.endUtf16 - request.startUtf16;
  return { specifier: request.specifier, line: before.length, column, endColumn };
}

exports.placed = placed;
exports.syntaxError = syntaxError;
exports.unresolved = unresolved;
