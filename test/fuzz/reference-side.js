'use strict';

/** A process of plain Node: loads an app, from a folder that no one has loaded before, and tells what it shows. */

const { pathToFileURL } = require('node:url');

require('./kit.cjs');
const kit = /** @type {any} */ (globalThis).kit;
kit.makesResources = false;

// Of what has failed already.
process.on('unhandledRejection', () => {});
process.on('disconnect', () => process.exit());
process.on('message', async (/** @type {any} */ { id, entry, again }) => {
  process.send?.({ id, value: await shownBy(entry, again) });
});

/** @param {string} entry @param {string[]} again */
async function shownBy(entry, again) {
  kit.loaded.clear();
  kit.hasLateErrors = false;
  try {
    const main = entry.endsWith('.mjs') ? await import(pathToFileURL(entry).href) : require(entry);
    const answer = await main.answer();
    const loaded = [...kit.loaded];
    for (const file of again) await import(pathToFileURL(file).href).catch(kit.late);
    return { isWhole: true, answer, hasLateErrors: kit.hasLateErrors, loaded };
  } catch (error) {
    await new Promise((resolve) => setImmediate(resolve));
    return { isWhole: false, error: String(/** @type {any} */ (error)?.stack ?? error) };
  }
}
