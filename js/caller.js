'use strict';

/** The file that called a function of the public API, so that a relative path is relative to it, as with `require`. */

const { fileURLToPath } = require('node:url');

/**
 * @param {Function} callee the public function; its caller is wanted
 * @returns {string | undefined} absolute path; undefined when no file called (the REPL, `node -e`)
 */
function callerFile(callee) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  /** @type {{ stack?: NodeJS.CallSite[] }} */
  const holder = {};
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, callee);
    const name = holder.stack?.[0]?.getFileName();
    if (typeof name !== 'string' || name.startsWith('node:')) return undefined;
    const file = name.startsWith('file:') ? fileURLToPath(name) : name;
    return require('node:path').isAbsolute(file) ? file : undefined;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

exports.callerFile = callerFile;
