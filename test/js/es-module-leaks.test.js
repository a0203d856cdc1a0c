'use strict';

/* The article's problem 4: an ES module that was replaced is let go. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** 800 KB an array: some 500 versions that leak end the process. */
const HEAVY = `const array = new Array(1e5).fill('*');
let count = 0;
export const run = () => array.length + ++count;
`;
/** What becomes garbage while V8 marks stays until it marks again, and much does at this pace. */
const NODE_ARGS = ['--max-old-space-size=400'];
const ROUNDS = 2_000;
const PACKAGE = '{"name":"app","type":"module","safe-hot":{"exclude":["driver.cjs"]}}';

/** Each shape has its modules; `heavy.js` has the array, and `caller.cjs` reloads it. @type {Record<string, object>} */
const SHAPES = {
  'with one importer': {
    'caller.cjs': `let heavy = require('./heavy.js');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy.js'); heavy.run(); };`,
  },
  'under an importer that is evaluated again': {
    'middle.js': "import { run } from './heavy.js'; export const middle = () => run();",
    'caller.cjs': `let middle = require('./middle.js');
      exports.reload = () => {
        require('safe-hot').hotReload('./heavy.js');
        middle = require('./middle.js');
        middle.middle();
      };`,
  },
  'whose importer accepts it': {
    'middle.js': `import { run } from './heavy.js';
      import * as all from './heavy.js';
      export const middle = () => run() + all.run();
      import.meta.hot.accept('./heavy.js');`,
    'caller.cjs': `const { middle } = require('./middle.js');
      exports.reload = () => { require('safe-hot').hotReload('./heavy.js'); middle(); };`,
  },
  'in a cycle of three': {
    'heavy.js': `import { second } from './second.js';\n${HEAVY}export const all = () => second();`,
    'second.js': "import { third } from './third.js'; export const second = () => third();",
    'third.js': "import { run } from './heavy.js'; export const third = () => run();",
    'caller.cjs': `let heavy = require('./heavy.js');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy.js'); heavy.all(); };`,
  },
  'that imports and re-exports a module that stays': {
    'stays.js': 'export let calls = 0; export const call = () => (calls += 1);',
    'heavy.js': `import { call, calls } from './stays.js';
      export * from './stays.js';
      import * as all from './stays.js';
      ${HEAVY.replace('++count', 'call() + calls + all.calls')}`,
    'caller.cjs': `let heavy = require('./heavy.js');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy.js'); heavy.run(); };`,
  },
  'in TypeScript, with CommonJS between': {
    'heavy.js': 'export {};',
    'heavy.ts': HEAVY.replace('const array', 'const array: string[]'),
    'between.cjs': "const { run } = require('./heavy.ts'); exports.run = () => run();",
    'top.ts': "import { run } from './between.cjs'; export const top = (): number => run();",
    'caller.cjs': `let top = require('./top.ts');
      exports.reload = () => {
        require('safe-hot').hotReload('./heavy.ts');
        top = require('./top.ts');
        top.top();
      };`,
  },
};

describe('nothing leaks of ES modules', () => {
  for (const [shape, files] of Object.entries(SHAPES)) {
    it(`over ${ROUNDS} reloads of one ${shape}`, async () => {
      const app = makeApp({ 'package.json': PACKAGE, 'heavy.js': HEAVY, ...files });
      app.write('node_modules/driver-kit/package.json', '{}');

      const alive = await app.drive(
        async ({ require, hot, alive }, { rounds, hasTurns }) => {
          hot.versions();
          const { reload } = require('./caller.cjs');
          for (let round = 0; round < rounds; round += 1) {
            reload();
            // Code of a stale version goes on seeing a variable that changes, by a reference that is weak from the next
            // turn on.
            if (hasTurns && round % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
          }
          return alive();
        },
        {
          data: { rounds: ROUNDS, hasTurns: 'stays.js' in files },
          nodeArgs: NODE_ARGS,
          driver: 'driver.cjs',
        },
      );

      const counts = Object.entries(alive).map(([path, versions]) => [path, versions.length]);
      assert.deepEqual(
        counts.filter(([, count]) => count !== 1),
        [],
      );
      assert.ok(counts.some(([path]) => /heavy/.test(path)));
    });
  }

  it('of one with a variable that its importer, as stale as itself, still follows', async () => {
    const app = makeApp({
      'package.json': PACKAGE,
      'leaf.js': 'export let count = 0;\nexport const add = () => (count += 1);\n',
      'top.js': "import { count } from './leaf.js';\nexport const top = () => count;\n",
    });
    app.write('node_modules/driver-kit/package.json', '{}');

    const alive = await app.drive(
      ({ require, hot, alive }) => {
        require('./top.js').top();
        hot.hotReload('./leaf.js');
        return alive();
      },
      { driver: 'driver.cjs' },
    );

    const counts = Object.entries(alive).map(([path, versions]) => [path, versions.length]);
    assert.deepEqual(counts.sort(), [
      ['leaf.js', 1],
      ['top.js', 1],
    ]);
  });
});
