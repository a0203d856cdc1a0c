'use strict';

/** The file that called a function of the public API, so that a relative path is relative to it, as with `require`. */

const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** It calls for the program, where there is nothing to call yet. */
const IN_BETWEEN = path.join(__dirname, 'production.js');

/**
 * @param {Function} callee the public function; its caller is wanted
 * @returns {string | undefined} absolute path; undefined when no file called (the REPL, `node -e`)
 */
function callerFile(callee) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  /** @type {{ stack?: NodeJS.CallSite[] }} */
  const holder = {};
  try {
    Error.stackTraceLimit = 2;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, callee);
    const names = holder.stack?.map((site) => site.getFileName()) ?? [];
    const name = names[0] === IN_BETWEEN ? names[1] : names[0];
    if (typeof name !== 'string' || name.startsWith('node:')) return undefined;
    const file = name.startsWith('file:') ? fileURLToPath(name) : name;
    return path.isAbsolute(file) ? file : undefined;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

exports.callerFile = callerFile;
