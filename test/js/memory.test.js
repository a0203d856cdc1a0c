'use strict';

/* The texts of stale versions, and what is made of them, go: a module of 2 MB is reloaded in a heap that holds a few. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** 2 MB of text, which V8 keeps at two bytes a character, since some are not Latin. */
const LINES = `  '${'→'.padEnd(98, '-')}',\n`.repeat(20_000);

/**
 * The text of a version, a heap, and how many versions fill it if the text alone is kept. Where a smaller heap than the
 * 150 MB that are promised will do, fewer reloads do.
 *
 * @type {Record<string, { text: string, heapMb: number, rounds: number }>}
 */
const FILES = {
  'heavy.cjs': {
    text: `exports.round = ROUND;\nexports.lines = () => [\n${LINES}];\n`,
    heapMb: 75,
    rounds: 20,
  },
  'heavy.mjs': {
    text: `export const round = ROUND;\nexport const lines = () => [\n${LINES}];\n`,
    heapMb: 75,
    rounds: 20,
  },
  // Generated anew, so there is a second text, and a source map that has the first.
  'heavy.ts': {
    text: `enum Round { Now = ROUND }\nexport const round: number = Round.Now;\nexport const lines = () => [\n${LINES}];\n`,
    heapMb: 150,
    rounds: 15,
  },
};

describe('memory is flat over reloads of 2 MB', () => {
  for (const [file, { text, heapMb, rounds }] of Object.entries(FILES)) {
    it(`of ${file}`, async () => {
      const settings = { type: 'module', 'safe-hot': { exclude: ['driver.cjs'] } };
      const app = makeApp({
        'package.json': JSON.stringify(settings),
        [file]: text.replace('ROUND', '0'),
        'node_modules/driver-kit/package.json': '{}',
      });
      app.write('text', text);
      const nodeArgs = [`--max-old-space-size=${heapMb}`];

      const { alive, round } = await app.drive(
        async ({ require, hot, alive, write, at }, { file, rounds }) => {
          const { readFileSync } = require('node:fs');
          hot.versions();
          const name = `./${file}`;
          require(name);
          const text = readFileSync(at('text'));
          const place = text.indexOf('ROUND');
          for (let round = 1; round <= rounds; round += 1) {
            const number = Buffer.from(String(round).padStart('ROUND'.length));
            number.copy(text, place);
            write(file, text);
            hot.hotReload(name);
            // Node knows the source map of a module by a weak reference, which holds it until the next turn.
            await new Promise((resolve) => setImmediate(resolve));
          }
          return { alive: await alive(), round: require(name).round };
        },
        { data: { file, rounds }, nodeArgs, driver: 'driver.cjs' },
      );

      assert.equal(round, rounds);
      assert.deepEqual(alive[file], [rounds + 1]);
    });
  }
});
