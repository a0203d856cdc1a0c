'use strict';

/* `heap-readers.js <safe-hot | memlab | JSON.parse> <file>`: reads a heap snapshot, finds who holds the stale version in it, and tells what that took. */

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { PEERS } = require('../lib/folder');
const { tell } = require('./peak');

/** @type {Record<string, (file: string) => Promise<void> | void>} */
const READERS = {
  async 'safe-hot'(file) {
    const { diagnoseFile } = require('../../js/diagnose');
    const found = await diagnoseFile(file, path.dirname(file));
    if (found.length !== 1) throw new Error('The leak is not found');
  },
  async memlab(file) {
    const { TraceFinder, utils } = createRequire(path.join(PEERS, 'peer.js'))('@memlab/core');
    const snapshot = await utils.getSnapshotFromFile(file, { buildNodeIdIndex: true });
    /** @type {any} */
    let token;
    snapshot.nodes.forEach((/** @type {any} */ node) => {
      if (node.name !== 'SafeHotVersion') return;
      if (node.getReferenceNode('state')?.name === 'stale') token = node;
    });
    const finder = new TraceFinder();
    finder.annotateShortestPaths(snapshot);
    if (!finder.getPathToGCRoots(snapshot, token)) throw new Error('The leak is not found');
  },
  'JSON.parse'(file) {
    JSON.parse(fs.readFileSync(file, 'utf8'));
  },
};

async function main() {
  const [reader = '', file = ''] = process.argv.slice(2);
  const startMs = performance.now();
  await READERS[reader]?.(file);
  tell(startMs);
}

void main();
