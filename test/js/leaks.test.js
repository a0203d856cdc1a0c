'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** 800 KB an array: some 500 versions that leak end the process. */
const HEAVY = `const array = new Array(1e5).fill('*');
let count = 0;
module.exports = () => array.length + ++count;
`;
/** What becomes garbage while V8 marks stays until it marks again, and much does at this pace. */
const NODE_ARGS = ['--max-old-space-size=400'];
const ROUNDS = 2_000;

/**
 * Each shape has its modules and a `caller.js` that reloads; `heavy.js` is the module with the array.
 *
 * @type {Record<string, Record<string, string>>}
 */
const SHAPES = {
  'with one parent': {
    'caller.js': `let heavy = require('./heavy');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy'); heavy(); };`,
  },
  'with two parents, one of which requires it on an interval': {
    'other.js': `require('./heavy');
      setInterval(() => require('./heavy')(), 1);`,
    'caller.js': `let heavy = require('./heavy');
      require('./other');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy'); heavy(); };`,
  },
  'as the dependency of a dependency': {
    'middle.js': "const heavy = require('./heavy'); module.exports = () => heavy();",
    'caller.js': `let middle = require('./middle');
      exports.reload = () => {
        require('safe-hot').hotReload('./heavy');
        middle = require('./middle');
        middle();
      };`,
  },
  'in a cycle of three': {
    'heavy.js': `exports.second = require('./second');\n${HEAVY.replace('module.exports', 'exports.run')}`,
    'second.js': "exports.third = require('./third');",
    'third.js': "exports.first = require('./heavy'); exports.run = () => exports.first.run();",
    'caller.js': `let heavy = require('./heavy');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy'); heavy.second.third.run(); };`,
  },
  'that calls import()': {
    'stays.mjs': 'export const call = () => 1;',
    'heavy.js': `const loading = import('./stays.mjs');\n${HEAVY}
      module.exports.later = async () => (await import('./stays.mjs')).call() + (await loading).call();`,
    'caller.js': `let heavy = require('./heavy');
      exports.reload = () => {
        heavy = require('safe-hot').hotReload('./heavy');
        heavy();
        heavy.later();
      };`,
  },
  'as the first loader of a module that stays': {
    'survivor.js': 'exports.calls = 0;',
    'heavy.js': `const survivor = require('./survivor');\n${HEAVY.replace('++count', '++survivor.calls')}`,
    'caller.js': `let heavy = require('./heavy');
      exports.reload = () => { heavy = require('safe-hot').hotReload('./heavy'); heavy(); };`,
  },
};

/** @param {Record<string, number[]>} alive */
function assertOneVersionEach(alive) {
  for (const [path, versions] of Object.entries(alive)) assert.equal(versions.length, 1, path);
}

describe('nothing leaks', () => {
  for (const [shape, files] of Object.entries(SHAPES)) {
    it(`over ${ROUNDS} reloads of a module ${shape}`, async () => {
      const app = makeApp({ 'heavy.js': HEAVY, ...files });

      const { alive, children } = await app.drive(
        async ({ require, hot, alive }, { rounds, isShared }) => {
          hot.versions();
          const { reload } = require('./caller');
          for (let round = 1; round <= rounds; round += 1) {
            reload();
            // The interval of the other parent has its turns, and so have promises; a loop without any must not leak either.
            if (isShared && round % 20 === 0)
              await new Promise((resolve) => setTimeout(resolve, 1));
          }
          const modules = Object.values(require.cache).filter((each) => each !== undefined);
          return { alive: await alive(), children: modules.map((each) => each.children.length) };
        },
        {
          data: { rounds: ROUNDS, isShared: 'other.js' in files || 'stays.mjs' in files },
          nodeArgs: NODE_ARGS,
        },
      );

      assert.deepEqual(alive['heavy.js'], [ROUNDS + 1]);
      assertOneVersionEach(alive);
      assert.ok(Math.max(...children) < 50);
    });
  }

  it('over 2000 reloads of a module with an interval: one timer, one version', async () => {
    const app = makeApp({
      'ticking.js': `const start = new Date().toLocaleString();
        setInterval(() => void start, 1000);`,
      'caller.js': `require('./ticking');
        exports.reload = () => require('safe-hot').hotReload('./ticking');`,
    });

    const { alive, timers } = await app.drive(
      async ({ require, hot, alive }, { rounds }) => {
        hot.versions();
        const countTimers = () =>
          process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
        const ofTheDriver = countTimers();
        const { reload } = require('./caller');
        for (let round = 1; round <= rounds; round += 1) reload();
        const timers = countTimers() - ofTheDriver;
        return { alive: await alive(), timers };
      },
      { data: { rounds: ROUNDS } },
    );

    assert.equal(timers, 1);
    assert.deepEqual(alive['ticking.js'], [ROUNDS + 1]);
  });

  it('over 2000 reloads of a module that was loaded before safe-hot', async () => {
    const app = makeApp({ 'heavy.js': HEAVY });

    const alive = await app.drive(
      async (kit, rounds) => {
        kit.require('./heavy')();
        for (let round = 1; round <= rounds; round += 1) {
          kit.hot.hotReload('./heavy')();
        }
        return kit.alive();
      },
      { data: ROUNDS, nodeArgs: NODE_ARGS },
    );

    assert.deepEqual(alive, { 'heavy.js': [ROUNDS + 1] });
  });

  it('over 200 reloads that fail, in each module of a path', async () => {
    const app = makeApp({
      'leaf.js': `if (global.failing === 'leaf') throw new Error('leaf');\n${HEAVY}`,
      'middle.js': `const leaf = require('./leaf');
        const held = setInterval(leaf, 1000);
        if (global.failing === 'middle') throw new Error('middle');
        module.exports = () => leaf();`,
      'top.js': `module.exports = require('./middle');
        if (global.failing === 'top') throw new Error('top');`,
    });

    const { alive, values, codes } = await app.drive(
      async ({ require, hot, alive, errorOf }) => {
        hot.versions();
        const top = require('./top');
        const values = [top()];
        const codes = new Set();
        for (let round = 0; round < 200; round += 1) {
          global.failing = ['leaf', 'middle', 'top'][round % 3];
          codes.add((await errorOf(() => hot.hotReload('./leaf')))?.code);
        }
        values.push(require('./top')());
        return { alive: await alive(), values, codes: [...codes] };
      },
      { nodeArgs: NODE_ARGS },
    );

    assert.deepEqual(codes, ['ERR_SAFE_HOT_EVALUATE']);
    assert.deepEqual(alive, { 'leaf.js': [1], 'middle.js': [1], 'top.js': [1] });
    assert.deepEqual(values, [100_001, 100_002]);
  });

  it('over 200 saves that the watcher sees', async () => {
    const app = makeApp({
      'leaf.js': HEAVY,
      'top.js': "const leaf = require('./leaf'); setInterval(leaf, 10); exports.leaf = leaf;",
    });

    const { alive, outcomes } = await app.drive(
      async ({ require, hot, alive, edit }, text) => {
        const { once } = require('node:events');
        const reports = new (require('node:events'))();
        hot.on('reload', (report) => reports.emit('reload', report));
        require('./top');
        await hot.watch().ready();
        const outcomes = new Set();
        for (let round = 0; round < 200; round += 1) {
          const reloaded = once(reports, 'reload');
          edit('leaf.js', `${text}// ${round}\n`, { mode: round % 2 ? 'rename' : 'in place' });
          const [report] = await reloaded;
          outcomes.add(report.outcome);
        }
        return { alive: await alive(), outcomes: [...outcomes] };
      },
      { data: HEAVY, nodeArgs: NODE_ARGS },
    );

    assert.deepEqual(outcomes, ['committed']);
    assertOneVersionEach(alive);
    assert.deepEqual(alive['leaf.js'], [201]);
  });
});
