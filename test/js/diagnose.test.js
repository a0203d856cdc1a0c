'use strict';

/* Who holds an old version is named in the user's words: in planted leaks, and in heap snapshots on disk. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');
const { runScript } = require('../helpers/child');
const { CLEAN_APPS } = require('../helpers/clean-apps');
const { itOnOneLine } = require('../helpers/node-lines');
const { LEAKS } = require('../helpers/planted-leaks');

/** All in one process, a folder each: it is the snapshot that takes the time. */
const FOLDERS = Object.keys(LEAKS).map((_, index) => `leak-${index}`);

function plantedFiles() {
  const files = Object.values(LEAKS).flatMap((leak, index) =>
    Object.entries(leak.files).map(([name, text]) => [`${FOLDERS[index]}/${name}`, text]),
  );
  return Object.fromEntries(files);
}

describe('diagnose()', () => {
  describe('names who holds an old version', () => {
    /** @type {Record<string, import('../../js/index').Diagnosis[]>} */
    const found = {};

    before(async () => {
      const app = makeApp(plantedFiles());
      /** @type {import('../../js/index').Diagnosis[]} */
      const diagnoses = await app.drive(
        async ({ require, hot }, folders) => {
          hot.versions();
          for (const folder of folders) {
            require(`./${folder}/leaky`).start?.();
            hot.hotReload(`./${folder}/leaky`);
          }
          return hot.diagnose();
        },
        { data: FOLDERS },
      );
      for (const each of diagnoses) (found[each.path] ??= []).push(each);
    });

    Object.entries(LEAKS).forEach(([what, { kind, file, text }], index) => {
      it(what, () => {
        const [diagnosis] = found[`${FOLDERS[index]}/leaky.js`] ?? [];
        const texts = JSON.stringify(diagnosis?.holders, null, 1);

        assert.equal(diagnosis?.version, 1, texts);
        const holder = diagnosis.holders.find((each) => text.test(each.text));
        assert.ok(holder, texts);
        assert.equal(holder.kind, kind);
        if (file) assert.equal(holder.file, `${FOLDERS[index]}/${file}`);
        assert.ok(holder.advice.length > 0 && holder.path.length > 0);
      });
    });
  });

  itOnOneLine(
    'finds nothing in ten programs that hold nothing, after 1,000 reloads',
    async function () {
      this.timeout(150_000);
      const apps = Object.values(CLEAN_APPS);
      const files = apps.flatMap((own, index) =>
        Object.entries(own).map(([name, text]) => [`app-${index}/${name}`, text]),
      );
      const app = makeApp(Object.fromEntries(files));

      const { found, alive, told } = await app.drive(
        async ({ require, hot, alive }, /** @type {string[]} */ tops) => {
          /** @type {any[]} */
          const told = [];
          hot.on('retained', (report) => void told.push(report));
          for (const [index, top] of tops.entries()) require(`./app-${index}/${top}`);
          // All in one transaction, which takes less time than ten.
          const paths = tops.map((_, index) => `./app-${index}/hot.js`);
          for (let round = 0; round < 1_000; round += 1) {
            const { outcome, error } = await hot.reload(paths);
            if (outcome !== 'committed') throw new Error(error?.message ?? outcome);
          }
          return { alive: await alive(), found: await hot.diagnose(), told };
        },
        {
          data: apps.map((own) => ('top.js' in own ? 'top.js' : 'hot.js')),
          timeoutMs: 140_000,
        },
      );

      assert.deepEqual(found, []);
      assert.deepEqual(told, []);
      for (const index of apps.keys()) {
        assert.deepEqual(alive[`app-${index}/hot.js`], [1_001], Object.keys(CLEAN_APPS)[index]);
      }
      assert.deepEqual(
        Object.values(alive).filter((versions) => versions.length !== 1),
        [],
      );
    },
  );

  it('names the holders of ES modules and TypeScript by their own files and lines', async () => {
    const app = makeApp({
      'esm/package.json': '{"type":"module"}',
      'esm/holder.ts': `interface Job { (): number }
const list: Job[] = [];

export const add = (job: Job): number => list.push(job);
`,
      'esm/leaky.js': "import { add } from './holder.ts';\n\nadd(function run() {});\n",
      'caller.js': `require('./esm/leaky.js');
        exports.reload = () => require('safe-hot').hotReload('./esm/leaky.js');\n`,
    });

    const found = await app.drive(async ({ require, hot }) => {
      hot.versions();
      require('./caller').reload();
      return hot.diagnose();
    });

    assert.deepEqual(
      found.map((/** @type {any} */ { version, holders }) => [version, holders[0].text]),
      [[1, 'function run (esm/leaky.js:3) is `list[0]` of esm/holder.ts:2']],
    );
  });

  it('tells what all ways to a version lead over, and how much goes with it', async () => {
    const app = makeApp({
      'cache.js': 'const cache = { list: [], last: null };\n\nmodule.exports = () => cache;\n',
      'leaky.js': `const cache = require('./cache')();
        const numbers = Array.from({ length: 100_000 }, (_, index) => index + 0.5);
        const sum = () => numbers.length;
        cache.last = { sum, more: Array.from({ length: 50_000 }, (_, index) => index + 0.5) };
        for (let index = 0; index < 5; index += 1) cache.list.push({ run() { return sum(); } });\n`,
    });

    const [found] = await app.drive(async ({ require, hot }) => {
      hot.versions();
      require('./leaky');
      require('./cache')().last = null;
      hot.hotReload('./leaky');
      return hot.diagnose();
    });

    assert.equal(found.holders.length, 4);
    assert.equal(found.dominator, '`cache.list` of cache.js:1');
    // Numbers with a fraction in an array of them: eight bytes each.
    assert.ok(found.retainedBytes > 800_000 && found.retainedBytes < 900_000, found.retainedBytes);
    for (const { retainedBytes, path } of found.holders) {
      assert.ok(retainedBytes > 0 && retainedBytes < 1_000, path.join('\n'));
      assert.match(path.at(-1), /@\d+ .*, \d+ bytes$/);
    }
  });

  it('tells of one module when it is asked for it', async () => {
    const held = '(globalThis.held ??= []).push(() => 1);\n';
    const app = makeApp({ 'a.js': held, 'b.js': held });

    const found = await app.drive(async ({ require, hot }) => {
      hot.versions();
      for (const name of ['./a', './b']) require(name);
      for (const name of ['./a', './b']) hot.hotReload(name);
      return (await hot.diagnose('./a')).map(({ path, version }) => ({ path, version }));
    });

    assert.deepEqual(found, [{ path: 'a.js', version: 1 }]);
  });
});

describe('safe-hot doctor', () => {
  const CLI = path.resolve(__dirname, '..', '..', 'bin', 'safe-hot.js');

  it('names the children of the parent, in a program that purges modules by hand', async () => {
    const app = makeApp({
      'plugin.js': 'module.exports = () => 1;\n',
      'main.js': `const file = require.resolve('./plugin');
for (let round = 0; round < 3; round += 1) {
  require('./plugin');
  delete require.cache[file];
}
require('./plugin');
require('node:v8').writeHeapSnapshot('main.heapsnapshot');
`,
    });
    await app.run('main.js');

    const { lines, code } = await runScript(CLI, {
      cwd: app.root,
      args: ['doctor', 'main.heapsnapshot'],
    });

    assert.equal(code, 1);
    assert.match(lines[0] ?? '', /^plugin\.js: 3 old module objects are still reachable/);
    assert.equal(lines[1], '  the module object is in the `children` array of main.js');
  });

  it('tells what is no snapshot from one, with the position', async () => {
    const app = makeApp({ 'cut.heapsnapshot': '{"snapshot":{"meta":' });

    const cut = await runScript(CLI, { cwd: app.root, args: ['doctor', 'cut.heapsnapshot'] });
    const missing = await runScript(CLI, { cwd: app.root, args: ['doctor', 'none.heapsnapshot'] });

    assert.equal(cut.code, 2);
    assert.match(cut.stderr, /cut off at byte 20 \(ERR_SAFE_HOT_SNAPSHOT\)/);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /ENOENT.*\(ERR_SAFE_HOT_UNREADABLE\)/);
  });
});
