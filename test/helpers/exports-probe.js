'use strict';

/*
 * Preloaded into a program: tells the test, when it asks, what each of the program's own modules exports. Functions are
 * told by their text, so that two processes can be compared.
 */

const path = require('node:path');
const { inspect } = require('node:util');

process.on('message', () => process.send(exportsByModule()));
process.channel.unref();

function exportsByModule() {
  const own = Object.values(require.cache).filter(
    ({ filename }) =>
      filename.startsWith(process.cwd() + path.sep) && !filename.includes('node_modules'),
  );
  const entries = own.map(({ filename, exports }) => [
    path.relative(process.cwd(), filename),
    describe(exports),
  ]);
  return Object.fromEntries(entries.sort());
}

function describe(value) {
  if (typeof value === 'function') return String(value);
  if (value === null || typeof value !== 'object') return inspect(value);
  const isPlain = [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));
  if (!isPlain) return `instance of ${value.constructor?.name}`;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, describe(each)]));
}
