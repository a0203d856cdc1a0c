'use strict';

/*
 * `npm run bench [name…]`: measures safe-hot and its peers in one run, and writes the figures into bench/README.md.
 */

const { installPackages, runAsScript, setup } = require('../scripts/setup');
const { sectionOf, writeSection } = require('./lib/readme');
const { PEERS } = require('./lib/folder');

/** @type {Record<string, () => { run: () => Promise<import('./lib/readme').Result> }>} */
const BENCHES = {
  'save-to-serving': () => require('./save-to-serving'),
  'hot-reload-cost': () => require('./hot-reload-cost'),
  boot: () => require('./boot'),
  memory: () => require('./memory'),
  throughput: () => require('./throughput'),
  watching: () => require('./watching'),
  leaks: () => require('./leaks'),
  soak: () => require('./soak'),
  heap: () => require('./heap'),
};

async function main() {
  const given = process.argv.slice(2);
  const unknown = given.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    throw new Error(`No bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  }
  setup();
  // The peers are no part of the package, and have a folder of their own.
  installPackages(PEERS);
  for (const name of given.length > 0 ? given : Object.keys(BENCHES)) {
    process.stderr.write(`bench: ${name}\n`);
    const result = await /** @type {Function} */ (BENCHES[name])().run();
    process.stdout.write(`\n${sectionOf(result)}\n`);
    writeSection(name, result);
  }
}

void runAsScript(main);
