'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** The first line of a module that says when its evaluation begins. */
const COUNTING = (/** @type {string} */ name) =>
  `globalThis.ran = [...(globalThis.ran ?? []), '${name}'];\n`;

describe('hotReload()', () => {
  describe('finds the module by', () => {
    const leaf = 'let count = 0;\nmodule.exports = () => ++count;\n';

    it('a path relative to the calling file', async () => {
      const app = makeApp({
        'lib/plugins/a.js': leaf,
        'lib/reloader.js': "exports.run = () => require('safe-hot').hotReload('./plugins/a');\n",
      });

      const counts = await app.drive(({ require }) => {
        const first = require('./lib/plugins/a.js');
        first();
        return [first(), require('./lib/reloader').run()()];
      });

      assert.deepEqual(counts, [2, 1]);
    });

    it('an absolute path, a file: URL as text and as an object', async () => {
      const app = makeApp({ 'a b.js': leaf });

      const counts = await app.drive(({ require, hot, at }) => {
        const { pathToFileURL } = require('node:url');
        const url = pathToFileURL(at('a b.js'));
        require('./a b.js')();
        return [at('a b.js'), url, url.href].map((each) => hot.hotReload(each)());
      });

      assert.deepEqual(counts, [1, 1, 1]);
    });

    it('the name of a package, which is hot from then on', async () => {
      const app = makeApp({
        'node_modules/plugin/package.json': '{ "name": "plugin", "main": "./lib/index.js" }',
        'node_modules/plugin/lib/index.js': `${COUNTING('plugin')}exports.value = 1;\n`,
        'app.js': "exports.plugin = require('plugin');\n",
      });

      const result = await app.drive(({ require, hot, edit }) => {
        const before = require('./app').plugin.value;
        edit('node_modules/plugin/lib/index.js', (/** @type {string} */ text) =>
          text.replace('= 1', '= 2'),
        );
        const { value } = hot.hotReload('plugin');
        return { before, value, inApp: require('./app').plugin.value };
      });

      assert.deepEqual(result, { before: 1, value: 2, inApp: 2 });
    });

    it('the name of a linked workspace package', async () => {
      const workspace = makeApp({
        'packages/shared/package.json': '{ "name": "shared", "main": "index.js" }',
        'packages/shared/index.js': 'exports.value = 1;\n',
      });
      const app = makeApp({ 'app.js': "exports.shared = require('shared');\n" });
      app.link('node_modules/shared', workspace.path('packages/shared'));

      const result = await app.drive(
        ({ require, hot }, shared) => {
          const before = require('./app').shared.value;
          require('node:fs').writeFileSync(shared, 'exports.value = 2;\n');
          const { value } = hot.hotReload('shared');
          return { before, value, inApp: require('./app').shared.value };
        },
        { data: workspace.path('packages/shared/index.js') },
      );

      assert.deepEqual(result, { before: 1, value: 2, inApp: 2 });
    });
  });

  it('returns the exports of a new version, which require gives too', async () => {
    const app = makeApp({ 'a.js': 'module.exports = { at: process.hrtime.bigint() };\n' });

    const same = await app.drive(({ require, hot }) => {
      const first = require('./a');
      const second = hot.hotReload('./a');
      return [first === second, require('./a') === second, second instanceof Promise];
    });

    assert.deepEqual(same, [false, true, false]);
  });

  it('loads a module that is not loaded yet', async () => {
    const app = makeApp({ 'a.js': `${COUNTING('a')}exports.value = 1;\n` });

    const result = await app.drive(({ require, hot }) => {
      const { value } = hot.hotReload('./a.js');
      return { value, ran: global.ran, same: require('./a').value };
    });

    assert.deepEqual(result, { value: 1, ran: ['a'], same: 1 });
  });

  it('reloads JSON', async () => {
    const app = makeApp({ 'a.json': '{ "value": 1 }', 'b.js': "module.exports = require('./a');" });

    const result = await app.drive(({ require, hot, edit }) => {
      const before = require('./b').value;
      edit('a.json', '{ "value": 2 }');
      return [before, hot.hotReload('./a.json').value, require('./b').value];
    });

    assert.deepEqual(result, [1, 2, 2]);
  });

  it('reloads modules that were loaded before safe-hot, and their importers', async () => {
    const app = makeApp({
      'leaf.js': `${COUNTING('leaf')}exports.value = 1;\n`,
      'middle.js': `${COUNTING('middle')}exports.leaf = require('./leaf');\n`,
    });

    const result = await app.drive((kit) => {
      kit.require('./middle');
      kit.edit('leaf.js', (/** @type {string} */ text) => text.replace('= 1', '= 2'));
      const { value } = kit.hot.hotReload('./leaf');
      return { value, seen: kit.require('./middle').leaf.value, ran: global.ran };
    });

    assert.deepEqual(result, { value: 2, seen: 2, ran: ['middle', 'leaf', 'middle', 'leaf'] });
  });

  it('names the package that keeps the old version of another one', async () => {
    const app = makeApp({
      'node_modules/plugin/index.js': 'exports.value = 1;\n',
      'node_modules/host/index.js': "exports.plugin = require('plugin');\n",
    });

    const stale = await app.drive(({ require, hot }) => {
      let report;
      hot.on('reload', (/** @type {any} */ given) => (report = given));
      require('host');
      hot.hotReload('plugin');
      return /** @type {any} */ (report).stale;
    });

    assert.equal(stale.length, 1);
    assert.equal(stale[0].path, 'node_modules/plugin/index.js');
    assert.match(stale[0].reason, /node_modules\/host\/index\.js/);
  });

  it('asks for a restart where what was loaded before safe-hot becomes an ES module', async () => {
    const app = makeApp({ 'leaf.js': 'exports.value = 1;\n' });

    const { outcome, error, value } = await app.drive(async (kit) => {
      kit.require('./leaf');
      kit.hot.versions();
      kit.edit('leaf.js', 'export const value = 2;\n');
      return { ...(await kit.hot.reload()), value: kit.require('./leaf').value };
    });

    assert.equal(outcome, 'restart-required');
    assert.equal(error.code, 'ERR_SAFE_HOT_ES_MODULE');
    assert.equal(value, 1);
  });

  describe('in the place of', () => {
    /** As the README of each tool has it, with the call replaced. */
    const program = (/** @type {string} */ reload) => `'use strict';
const { hotReload } = require('safe-hot');
let mod = require('./mod');
console.log(JSON.stringify([mod(), mod()].reduce((seen, n) => ({ seen: n }), {})));
require('node:fs').writeFileSync(__dirname + '/mod.js', 'let n = 10; module.exports = () => ++n;');
${reload}
console.log(JSON.stringify({ seen: mod() }));
console.log(JSON.stringify({ seen: require('./mod')() }));
console.log(JSON.stringify({ same: require.cache[require.resolve('./mod')].exports === mod }));
console.log(JSON.stringify({ children: module.children.filter((each) => each.id.endsWith('mod.js')).length }));
`;
    for (const [tool, reload] of [
      ['decache and require', "hotReload('./mod'); mod = require('./mod');"],
      ['clear-module and require', "mod = hotReload(require.resolve('./mod'));"],
    ]) {
      it(`${tool}, a program works the same`, async () => {
        const app = makeApp({
          'index.js': program(/** @type {string} */ (reload)),
          'mod.js': 'let n = 0; module.exports = () => ++n;',
        });

        const { values, code, stderr } = await app.run('index.js');

        assert.equal(stderr, '');
        assert.equal(code, 0);
        assert.deepEqual(values, [
          { seen: 2 },
          { seen: 11 },
          { seen: 12 },
          { same: true },
          { children: 1 },
        ]);
      });
    }
  });

  describe('the other importers', () => {
    const files = {
      'leaf.js': `${COUNTING('leaf')}exports.value = {};\n`,
      'middle.js': `${COUNTING('middle')}exports.value = require('./leaf').value;\n`,
      'upper.js': `${COUNTING('upper')}exports.value = require('./middle').value;\n`,
      'aside.js': `${COUNTING('aside')}exports.value = 1;\n`,
      'caller.js': `${COUNTING('caller')}
        let leaf = require('./leaf');
        const upper = require('./upper');
        require('./aside');
        exports.reload = () => { leaf = require('safe-hot').hotReload('./leaf'); return leaf; };
        exports.now = () => ({ same: leaf.value === require('./upper').value, old: upper.value === leaf.value });
      `,
    };

    it('are evaluated again, and theirs, but not the caller', async () => {
      const app = makeApp(files);

      const result = await app.drive(({ require, hot }) => {
        const caller = require('./caller');
        hot.versions();
        global.ran = [];
        caller.reload();
        return { ran: global.ran, ...caller.now() };
      });

      assert.deepEqual(result, { ran: ['leaf', 'upper', 'middle'], same: true, old: false });
    });

    it('are evaluated once in a cycle of three', async () => {
      const app = makeApp({
        'a.js': `${COUNTING('a')}exports.name = 'a'; exports.next = require('./b');\n`,
        'b.js': `${COUNTING('b')}exports.name = 'b'; exports.next = require('./c');\n`,
        'c.js': `${COUNTING('c')}exports.name = 'c'; exports.next = require('./a');\n`,
      });

      const result = await app.drive(({ require, hot }) => {
        const old = require('./a');
        hot.versions();
        global.ran = [];
        const b = hot.hotReload('./b');
        const a = require('./a');
        return {
          ran: global.ran.sort(),
          closed: b.next.next === a && a.next === b && require('./c') === b.next,
          fresh: a !== old,
        };
      });

      assert.deepEqual(result, { ran: ['a', 'b', 'c'], closed: true, fresh: true });
    });

    it('see a dependency of a dependency that was reloaded', async () => {
      const app = makeApp({
        'deep.js': 'exports.value = 1;\n',
        'lib.js': "exports.deep = require('./deep');\n",
        'main.js': "exports.lib = require('./lib');\n",
      });

      const value = await app.drive(({ require, hot, edit }) => {
        require('./main');
        edit('deep.js', 'exports.value = 2;\n');
        hot.hotReload('./deep');
        return require('./main').lib.deep.value;
      });

      assert.equal(value, 2);
    });
  });

  describe('with isolated: true', () => {
    it('reloads a module that one module imports', async () => {
      const app = makeApp({
        'plugin.js': 'exports.value = {};\n',
        'host.js': `
          let plugin = require('./plugin');
          exports.reload = () => plugin !== (plugin = require('safe-hot').hotReload('./plugin', { isolated: true }));
        `,
      });

      assert.equal(await app.drive(({ require }) => require('./host').reload()), true);
    });

    it('refuses, with each reason, before anything is touched', async () => {
      const app = makeApp({
        'plugin.js': `${COUNTING('plugin')}module.hot?.dispose(() => ran.push('disposed'));\n`,
        'one.js': "require('./plugin');\n",
        'two.js': `require('./plugin');
          exports.reload = () => require('safe-hot').hotReload('./plugin', { isolated: true });\n`,
      });

      const { error, ran, versions } = await app.drive(async ({ require, hot, errorOf }) => {
        hot.versions();
        require('./one');
        const { reload } = require('./two');
        const error = await errorOf(reload);
        return { error, ran: global.ran, versions: hot.versions('./plugin') };
      });

      assert.equal(error.code, 'ERR_SAFE_HOT_NOT_ISOLATED');
      assert.deepEqual(error.details.reasons.sort(), ['one.js imports it', 'two.js imports it']);
      assert.deepEqual(ran, ['plugin']);
      assert.deepEqual(versions, [{ path: 'plugin.js', version: 1, state: 'current' }]);
    });
  });

  describe('when the new version fails', () => {
    const counter = 'let count = 0;\nmodule.exports = () => ++count;\n';

    it('throws with the error of the user as its cause, and the old one keeps its state', async () => {
      const app = makeApp({ 'a.js': counter, 'b.js': "module.exports = require('./a');\n" });

      const { error, counts } = await app.drive(async ({ require, hot, edit, errorOf }) => {
        const counts = [require('./b')(), require('./a')()];
        edit('a.js', "\nthrow Object.assign(new RangeError('no'), { code: 'MINE' });\n");
        const error = await errorOf(() => hot.hotReload('./a'));
        counts.push(require('./a')(), require('./b')());
        edit('a.js', 'let count = 10;\nmodule.exports = () => ++count;\n');
        counts.push(hot.hotReload('./a')(), require('./b')());
        return { error, counts };
      });

      assert.equal(error.name, 'SafeHotError');
      assert.equal(error.code, 'ERR_SAFE_HOT_EVALUATE');
      assert.equal(error.message, 'Evaluating a.js failed: no; version 1 stays in use');
      assert.match(error.frame, /> 2 \| throw Object/);
      assert.equal(error.cause.name, 'RangeError');
      assert.equal(error.cause.code, 'MINE');
      assert.deepEqual(counts, [1, 2, 3, 4, 11, 12]);
    });

    it('shows a syntax error in a code frame', async () => {
      const app = makeApp({ 'a.js': counter });

      const { error, counts } = await app.drive(async ({ require, hot, edit, errorOf }) => {
        const counts = [require('./a')()];
        edit('a.js', 'const a = 1;\nconst = 2;\n');
        const error = await errorOf(() => hot.hotReload('./a'));
        counts.push(require('./a')());
        return { error, counts };
      });

      assert.equal(error.code, 'ERR_SAFE_HOT_SYNTAX');
      assert.match(error.message, /^a\.js:2:7 .*; version 1 stays in use$/);
      assert.match(error.frame, /> 2 \| const = 2;\n\s+\|\s+\^/);
      assert.deepEqual(counts, [1, 2]);
    });

    it('to be there at once, it says what to call', async () => {
      const app = makeApp({
        'a.mjs': 'export const value = 1;\n',
        'main.mjs': `
          import fs from 'node:fs';
          import { hotReload } from 'safe-hot';
          import { value } from './a.mjs';
          const url = new URL('./a.mjs', import.meta.url);
          fs.writeFileSync(url, 'await null;\\nexport const value = 2;\\n');
          try {
            hotReload(url);
          } catch ({ code, message }) {
            console.log(JSON.stringify({ code, message, value }));
          }
          process.exit();
        `,
      });

      const { values, stderr } = await app.run('main.mjs', {
        nodeArgs: ['-r', 'safe-hot/register'],
      });

      const message =
        'a.mjs, or what it imports, awaits at the top level, so it cannot be reloaded synchronously; version 1 stays in use';
      assert.deepEqual(values, [{ code: 'ERR_SAFE_HOT_ASYNC', message, value: 1 }], stderr);
    });

    it('of an importer, all of them stay', async () => {
      const app = makeApp({
        'leaf.js': 'exports.value = {};\n',
        'good.js': "exports.leaf = require('./leaf');\n",
        'bad.js': "if (global.isBad) throw new Error('bad');\nexports.leaf = require('./leaf');\n",
      });

      const result = await app.drive(async ({ require, hot, errorOf }) => {
        hot.versions();
        const seen = () => ['./leaf', './good', './bad'].map((each) => require(each));
        const before = seen();
        global.isBad = true;
        const { code, cause } = (await errorOf(() => hot.hotReload('./leaf'))) ?? {};
        return { code, cause: cause?.message, same: seen().every((each, i) => each === before[i]) };
      });

      assert.deepEqual(result, { code: 'ERR_SAFE_HOT_EVALUATE', cause: 'bad', same: true });
    });
  });

  it('refuses an ES module that Node has loaded', async function () {
    const { features } = /** @type {any} */ (process);
    if (!features.require_module) return this.skip();
    const app = makeApp({
      'node_modules/plugin/package.json': '{ "name": "plugin", "exports": "./index.mjs" }',
      'node_modules/plugin/index.mjs': 'export const value = 1;\n',
    });

    const { code, message } = await app.drive(({ require, hot, errorOf }) => {
      hot.graph();
      require('plugin');
      return errorOf(() => hot.hotReload('plugin'));
    });

    assert.equal(code, 'ERR_SAFE_HOT_ES_MODULE');
    assert.equal(
      message,
      'node_modules/plugin/index.mjs is an ES module, which this version loads but does not reload',
    );
  });

  it('is the same from an ES module', async () => {
    const app = makeApp({
      'leaf.js': 'let count = 0;\nmodule.exports = () => ++count;\n',
      'main.mjs': `
        import { createRequire } from 'node:module';
        import { hotReload, versions } from 'safe-hot';
        const leaf = createRequire(import.meta.url)('./leaf.js');
        leaf();
        console.log(JSON.stringify({ seen: [leaf(), hotReload('./leaf.js')(), versions('./leaf.js').at(-1).version] }));
      `,
    });

    const { values, stderr } = await app.run('main.mjs');

    assert.deepEqual(values, [{ seen: [2, 1, 2] }], stderr);
  });
});

describe('reload()', () => {
  it('has a report where there is nothing to reload', async () => {
    const app = makeApp({ 'a.js': '', 'later.js': '' });

    const outcomes = await app.drive(async ({ require, hot }) => {
      require('./a');
      const reports = [await hot.reload('./later'), await hot.reload([]), await hot.reload()];
      return reports.map(({ outcome }) => outcome);
    });

    assert.deepEqual(outcomes, ['unchanged', 'unchanged', 'unchanged']);
  });
});

describe('hotReload() in the middle of a save', () => {
  it('waits for what the writer has yet to write', async () => {
    const app = makeApp({ 'a.js': 'module.exports = 1;' });

    const exports = await app.drive(async ({ require, hot, write, at }) => {
      require('./a');
      write('a.js', '');
      // Another process writes on, since this one is blocked meanwhile.
      const script = `setTimeout(() => require('fs').writeFileSync(${JSON.stringify(at('a.js'))}, 'module.exports = 2;'), 15)`;
      const { Worker } = require('node:worker_threads');
      const writer = new Worker(
        `require('node:worker_threads').parentPort.once('message', () => { ${script} })`,
        { eval: true },
      );
      await new Promise((resolve) => writer.once('online', resolve));
      writer.postMessage('go');
      const exports = hot.hotReload('./a');
      await writer.terminate();
      return exports;
    });

    assert.equal(exports, 2);
  });
});
