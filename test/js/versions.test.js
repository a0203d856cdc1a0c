'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

const FILES = {
  'src/leaf.js': 'exports.value = {};\n',
  'src/middle.js': "exports.leaf = require('./leaf');\nmodule.hot?.accept('./leaf', () => {});\n",
  'entry.js': "exports.middle = require('./src/middle');\nrequire('lib');\n",
  'node_modules/lib/index.js': '1;\n',
};

describe('versions()', () => {
  it('lists the versions whose code is reachable', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, collect }) => {
      hot.versions();
      const { value: held } = require('./src/leaf');
      hot.hotReload('./src/leaf');
      hot.hotReload('./src/leaf');
      // An object literal of a version does not reach its code; a function would.
      await collect(() => hot.versions('./src/leaf').length === 1);
      const literal = hot.versions('./src/leaf');
      return { literal, none: hot.versions('./entry'), held };
    });

    assert.deepEqual(result.literal, [{ path: 'src/leaf.js', version: 3, state: 'current' }]);
    assert.deepEqual(result.none, []);
  });

  it('shows a stale version for as long as the program holds on to it', async () => {
    const app = makeApp({ 'a.js': 'module.exports = class A {};\n' });

    const result = await app.drive(async ({ require, hot, collect }) => {
      hot.versions();
      const held = [require('./a')];
      hot.hotReload('./a');
      hot.hotReload('./a');
      await collect(() => hot.versions('./a').length === 2);
      const during = hot.versions('./a');
      held.length = 0;
      await collect(() => hot.versions('./a').length === 1);
      return { during, after: hot.versions('./a') };
    });

    assert.deepEqual(result.during, [
      { path: 'a.js', version: 1, state: 'stale' },
      { path: 'a.js', version: 3, state: 'current' },
    ]);
    assert.deepEqual(result.after, [{ path: 'a.js', version: 3, state: 'current' }]);
  });

  it('shows the staged version beside the current one', async () => {
    const app = makeApp({
      'a.js': "module.exports = require('safe-hot').versions('./a.js');\n",
    });

    const states = await app.drive((kit) => {
      kit.hot.versions();
      const first = kit.require('./a');
      return [first, kit.hot.hotReload('./a')];
    });

    assert.deepEqual(states, [
      [{ path: 'a.js', version: 1, state: 'current' }],
      [
        { path: 'a.js', version: 1, state: 'current' },
        { path: 'a.js', version: 2, state: 'staged' },
      ],
    ]);
  });
});

describe('graph()', () => {
  it('has each loaded hot module with its edges, and no cold one', async () => {
    const app = makeApp(FILES);

    const graph = await app.drive(({ require, hot }) => {
      hot.versions();
      require('./entry');
      hot.hotReload('./src/leaf');
      return hot.graph();
    });

    const byPath = Object.fromEntries(graph.map((/** @type {any} */ each) => [each.path, each]));
    assert.deepEqual(Object.keys(byPath).sort(), ['entry.js', 'src/leaf.js', 'src/middle.js']);
    assert.deepEqual(byPath['src/middle.js'], {
      path: 'src/middle.js',
      version: 1,
      imports: ['src/leaf.js'],
      importers: ['entry.js'],
      accepts: ['src/leaf.js'],
      selfAccepts: false,
      isRoot: false,
    });
    assert.equal(byPath['entry.js'].isRoot, true);
    assert.equal(byPath['src/leaf.js'].version, 2);
  });

  it('takes modules that are required later, and lets go of those that are not any more', async () => {
    const app = makeApp({
      'entry.js': "require('./old');\nexports.later = () => require('./later');\n",
      'old.js': '1;\n',
      'later.js': '1;\n',
    });

    const result = await app.drive(async ({ require, hot, edit }) => {
      const paths = () =>
        hot
          .graph()
          .map(({ path }) => path)
          .sort();
      hot.versions();
      require('./entry');
      const seen = [paths()];
      require('./entry').later();
      seen.push(paths());
      edit('entry.js', (/** @type {string} */ text) => text.replace("require('./old');", ''));
      await hot.reload();
      seen.push(paths());
      return seen;
    });

    assert.deepEqual(result, [
      ['entry.js', 'old.js'],
      ['entry.js', 'later.js', 'old.js'],
      ['entry.js', 'later.js'],
    ]);
  });
});

describe('on()', () => {
  it("gives the same report as reload() and the channel 'safe-hot', for hotReload() too", async () => {
    const app = makeApp({ 'a.js': 'exports.value = 1;\n' });

    const result = await app.drive(async ({ require, hot, edit }) => {
      const heard = [];
      const onChannel = [];
      require('node:diagnostics_channel').subscribe('safe-hot', (report) => onChannel.push(report));
      hot.on('reload', (report) => heard.push(report));
      require('./a');
      edit('a.js', 'exports.value = 2;\n');
      const report = await hot.reload();
      hot.hotReload('./a');
      const isSame = heard.every((each, index) => each === onChannel[index]) && heard[0] === report;
      return { isSame, heard };
    });

    assert.equal(result.isSame, true);
    assert.equal(result.heard.length, 2);
    const [{ durationMs, stale, ...first }] = result.heard;
    assert.equal(typeof durationMs, 'number');
    assert.equal(stale.length, 1);
    assert.deepEqual(first, {
      type: 'reload',
      outcome: 'committed',
      changed: ['a.js'],
      evaluated: ['a.js'],
      pruned: [],
      traces: [],
      disposed: [],
      handedOver: [],
      chains: [['a.js']],
    });
  });

  it('goes on when a listener throws, and stops when it is taken away', async () => {
    const app = makeApp({ 'a.js': 'exports.value = 1;\n' });

    const result = await app.drive(async ({ require, hot }) => {
      const warnings = [];
      process.on('warning', ({ message }) => warnings.push(message));
      let count = 0;
      hot.on('reload', () => {
        throw new Error('listener');
      });
      const remove = hot.on('reload', () => void (count += 1));
      require('./a');
      await hot.reload('./a');
      remove();
      await hot.reload('./a');
      await new Promise((resolve) => setImmediate(resolve));
      return { count, warnings };
    });

    assert.deepEqual(result, { count: 1, warnings: ['listener', 'listener'] });
  });

  it('of a hot module goes with the version that called it', async () => {
    const app = makeApp({
      'listener.js': "require('safe-hot').on('reload', () => global.heard.push('v'));\n",
      'a.js': '1;\n',
    });

    const { heard, alive } = await app.drive(async ({ require, hot, alive }) => {
      global.heard = [];
      hot.versions();
      require('./listener');
      require('./a');
      for (let round = 0; round < 3; round += 1) await hot.reload('./listener');
      global.heard = [];
      await hot.reload('./a');
      return { heard: global.heard, alive: await alive() };
    });

    assert.deepEqual(heard, ['v']);
    assert.deepEqual(alive['listener.js'], [4]);
  });

  it('prints one JSON object a line with SAFE_HOT_REPORT=json', async () => {
    const app = makeApp({
      'index.js': `const { hotReload } = require('safe-hot');
        require('./a');
        hotReload('./a');
        require('fs').writeFileSync(__dirname + '/a.js', 'const;');
        try { hotReload('./a'); } catch {}\n`,
      'a.js': '1;\n',
    });

    const { stderr } = await app.run('index.js', { env: { SAFE_HOT_REPORT: 'json' } });

    const reports = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      reports.map(({ type, outcome, error }) => [type, outcome, error?.code]),
      [
        ['reload', 'committed', undefined],
        ['reload', 'refused', 'ERR_SAFE_HOT_SYNTAX'],
      ],
    );
    assert.match(reports[1].error.frame, /const;/);
  });
});
