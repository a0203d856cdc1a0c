'use strict';

/** What a driver works with; see `temp-app.js`. */

const fs = require('node:fs');
const path = require('node:path');
const { edit } = require('./edit');
const { collect } = require('./gc');

/**
 * @param {NodeJS.Require} require of the driver
 */
function makeKit(require) {
  const root = path.dirname(/** @type {string} */ (process.argv[1]));
  const at = (/** @type {string} */ name) => path.join(root, name);
  return {
    /** Loads safe-hot when it is first used, so that a driver may load modules before. */
    get hot() {
      return /** @type {typeof import('../../js/index')} */ (require('safe-hot'));
    },
    require,
    root,
    at,
    collect,
    edit: (/** @type {string} */ name, /** @type {any} */ content, /** @type {any} */ options) =>
      edit(at(name), content, options),
    write: (/** @type {string} */ name, /** @type {string} */ content) =>
      fs.writeFileSync(at(name), content),
    remove: (/** @type {string} */ name) => fs.rmSync(at(name), { recursive: true }),
    /** What `call` throws, or resolves to be rejected with, as data; undefined if nothing. */
    async errorOf(/** @type {() => unknown} */ call) {
      try {
        await call();
        return undefined;
      } catch (error) {
        return describeError(error);
      }
    },
    /** Numbers of the versions whose code is reachable, after garbage collection, by path. */
    async alive() {
      const { versions } = /** @type {typeof import('../../js/index')} */ (require('safe-hot'));
      await collect(() => versions().every(({ state }) => state === 'current'));
      /** @type {Record<string, number[]>} */
      const byPath = {};
      for (const each of versions()) (byPath[each.path] ??= []).push(each.version);
      return byPath;
    },
  };
}

/** @typedef {ReturnType<typeof makeKit>} Kit */

/** @param {any} error @returns {any} */
function describeError(error) {
  const { name, code, message, frame, details, cause } = error;
  return { name, code, message, frame, details, cause: cause && describeError(cause) };
}

/**
 * @param {NodeJS.Require} require
 * @param {(kit: Kit, data: any) => unknown} driver
 * @param {unknown} data
 */
async function drive(require, driver, data) {
  // Nothing of safe-hot keeps a process alive, and a driver may wait for something of safe-hot.
  setInterval(() => {}, 2 ** 31 - 1);
  // Node remembers what it saw on the disk for as long as the main module evaluates.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    end({ returned: { value: await driver(makeKit(require), data) } });
  } catch (error) {
    end({ thrown: error instanceof Error ? error.stack : String(error) });
  }
}

/** @param {object} outcome */
function end(outcome) {
  process.stdout.write(`\n${JSON.stringify(outcome)}\n`, () => process.exit());
}

exports.drive = drive;
