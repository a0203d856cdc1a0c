'use strict';

/* The differential fuzzer, on seeds that are always the same; `npm run fuzz` goes on from there. */

const assert = require('node:assert/strict');
const { fuzz } = require('../fuzz/main');
const { checkMutation, findMutation, mutations } = require('../fuzz/mutations');
const { skip } = require('../helpers/library-app');
const { isLowestLine } = require('../helpers/node-lines');

const SEEDS = [1, 2, 5, 7, 20, 31];
const EDITS = 8;

describe('random apps and edits', () => {
  for (const seed of SEEDS) {
    it(`show what a fresh process does (seed ${seed})`, async () => {
      const outcome = await fuzz({ seed, edits: EDITS, apps: 1, untilMs: Infinity });

      assert.deepEqual(outcome.failures, []);
      assert.equal(outcome.apps, 1);
      assert.equal(outcome.edits, EDITS);
    });
  }

  it('can be tried with each of the mistakes that `npm run fuzz:mutations` plants', function () {
    if (!isLowestLine) skip(this, 'a patch of ours is the same on each Node line');

    assert.equal(mutations().length, 12);
    for (const name of mutations()) checkMutation(name);
  });

  it('show a mistake that is planted', async function () {
    if (!isLowestLine) skip(this, 'a patch of ours is the same on each Node line');

    const { failures } = await findMutation('orphans-are-not-pruned');

    assert.deepEqual(
      failures.map(({ failure }) => failure.what),
      ['the same modules are loaded'],
    );
  });
});
