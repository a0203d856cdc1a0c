'use strict';

/**
 * Plain Node: loads an app from a folder that no one has loaded before, and tells what it shows. Node knows modules by
 * their files, so each folder is evaluated as in a fresh process, without the time that a process takes to start.
 */

const { pathToFileURL } = require('node:url');

require('./kit.cjs');
const kit = /** @type {any} */ (globalThis).kit;
kit.makesResources = false;

// Of what has failed already.
process.on('unhandledRejection', () => {});
process.on('disconnect', () => process.exit());
process.on('message', async (/** @type {any} */ { id, entry }) => {
  process.send?.({ id, value: await shownBy(entry) });
});

/** @param {string} entry */
async function shownBy(entry) {
  kit.loaded.clear();
  kit.hasLateErrors = false;
  try {
    const main = entry.endsWith('.mjs') ? await import(pathToFileURL(entry).href) : require(entry);
    const answer = await main.answer();
    return { isWhole: true, answer, hasLateErrors: kit.hasLateErrors, loaded: [...kit.loaded] };
  } catch (error) {
    await new Promise((resolve) => setImmediate(resolve));
    return { isWhole: false, error: String(/** @type {any} */ (error)?.stack ?? error) };
  }
}
