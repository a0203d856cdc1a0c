'use strict';

/* What the disk can do to the files of a running program, on the real file system. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { SERVER, useApps } = require('../helpers/cli-app');

const FILES = { 'server.js': SERVER, 'value.js': "module.exports = 'one';\n" };
const TWO = "module.exports = 'two';\n";
const THREE = "module.exports = 'three';\n";

/** These look into `/proc`. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('watch', () => {
  const apps = useApps();

  /** Saves a marker and gives the reloads before it: what came of the edits so far, and nothing else did. */
  async function reloadsUntilNow(app) {
    const marker = `marker ${Math.random()}`;
    app.write('value.js', `module.exports = '${marker}';\n`);
    const reloads = [];
    for (;;) {
      const report = await app.nextReload();
      if ((await app.get()) === marker) return reloads;
      reloads.push(report);
    }
  }

  describe('a save', () => {
    it('in place is served', async () => {
      const app = await apps.serve(FILES);

      app.write('value.js', TWO);

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.changed, ['value.js']);
      assert.deepEqual(report.evaluated, ['value.js', 'server.js']);
      assert.equal(await app.get(), 'two');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('by rename is served, and so is a second one 20 ms later', async () => {
      const app = await apps.serve(FILES);

      for (const text of [TWO, THREE]) {
        app.write('.value.js.tmp', text);
        fs.renameSync(app.path('.value.js.tmp'), app.path('value.js'));
        if (text === TWO) await pause(20);
      }

      do assert.equal((await app.nextReload()).outcome, 'committed');
      while ((await app.get()) !== 'three');
    });

    it('by delete and create is served', async () => {
      const app = await apps.serve(FILES);

      fs.unlinkSync(app.path('value.js'));
      app.write('value.js', TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('with a backup file is served, and the backup is not', async () => {
      const app = await apps.serve(FILES);

      for (const text of [TWO, THREE]) {
        fs.renameSync(app.path('value.js'), app.path('value.js~'));
        app.write('value.js', text);

        const report = await app.nextReload();
        assert.equal(report.outcome, 'committed');
        assert.deepEqual(report.changed, ['value.js']);
      }
      assert.equal(await app.get(), 'three');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('in two parts through one descriptor is one reload', async () => {
      const app = await apps.serve(FILES);

      const descriptor = fs.openSync(app.path('value.js'), 'w');
      fs.writeSync(descriptor, "module.exports = 'tw';\n");
      await pause(50);
      fs.writeSync(descriptor, "module.exports += 'o';\n");
      fs.closeSync(descriptor);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('that truncates first and writes through a second descriptor is one reload', async () => {
      const app = await apps.serve(FILES);

      fs.writeFileSync(app.path('value.js'), '');
      await pause(50);
      fs.writeFileSync(app.path('value.js'), TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('without a change evaluates nothing', async () => {
      const app = await apps.serve(FILES);

      fs.utimesSync(app.path('value.js'), new Date(), new Date());
      app.write('value.js', FILES['value.js']);

      const report = await app.nextReload();
      assert.equal(report.outcome, 'unchanged');
      assert.deepEqual(report.changed, ['value.js']);
      assert.deepEqual(report.evaluated, []);
    });

    onLinux('of 300 files at once is one transaction', async () => {
      const names = Array.from({ length: 300 }, (_, index) => `parts/part-${index}.js`);
      const requires = names.map((name) => `require('./${name}')`).join(',\n');
      const app = await apps.serve({
        'server.js': SERVER,
        'value.js': `module.exports = [${requires}].reduce((a, b) => a + b);\n`,
        ...Object.fromEntries(names.map((name) => [name, 'module.exports = 1;\n'])),
      });
      assert.equal(await app.get(), '300');

      pauseProcess(app.pid);
      for (const name of names) app.write(name, 'module.exports = 2;\n');
      process.kill(app.pid, 'SIGCONT');

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.equal(report.changed.length, 300);
      assert.equal(report.evaluated.length, 302);
      assert.equal(await app.get(), '600');
      assert.deepEqual(await reloadsUntilNow(app), []);
    });

    it('of a symlink target is served', async () => {
      const folder = apps.makeFolder({ 'server.js': SERVER, 'shared/real.js': FILES['value.js'] });
      fs.symlinkSync(path.join('shared', 'real.js'), path.join(folder, 'value.js'));
      const app = await apps.launch(folder).serving();

      app.write('shared/real.js', TWO);

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.changed, ['shared/real.js']);
      assert.equal(await app.get(), 'two');
    });

    it('of a symlink that now leads elsewhere is served', async () => {
      const folder = apps.makeFolder({
        'server.js': SERVER,
        'one.js': FILES['value.js'],
        'two.js': TWO,
      });
      fs.symlinkSync('one.js', path.join(folder, 'value.js'));
      const app = await apps.launch(folder).serving();

      fs.symlinkSync('two.js', app.path('next'));
      fs.renameSync(app.path('next'), app.path('value.js'));

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('during a stage that waits supersedes it: both are in one', async () => {
      const slow = SERVER.replace(
        /server.listen.*/,
        `const gate = require('node:fs').existsSync('gate') ? new Promise(() => console.log('waiting')) : null;
        (async () => { if (gate) await gate; server.listen(0, () => console.log('listening', server.address().port, process.pid)); })();`,
      );
      const app = await apps.serve({ ...FILES, 'server.js': slow, 'other.js': '' });

      app.write('gate', '');
      app.write('value.js', TWO);
      await app.nextLine('waiting');
      assert.equal(await app.get(), 'one');
      fs.unlinkSync(app.path('gate'));
      app.edit('server.js', 'String(value)', 'String(value) + " and more"');

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.changed.sort(), ['server.js', 'value.js']);
      assert.equal(await app.get(), 'two and more');
      assert.deepEqual(
        app.reports.filter(({ type }) => type === 'reload'),
        [report],
      );
    });
  });

  describe('a file that new code writes and then loads', () => {
    const asCommonJs = (/** @type {string} */ text) =>
      text
        .replace(/import \{ (\w+) \} from (.*);/g, 'const { $1 } = require($2);')
        .replace(/import (\w+) from (.*);/g, 'const $1 = require($2);')
        .replace(/export const (\w+)/g, 'exports.$1')
        .replace('await import(', 'require(');
    const files = {
      'leaf.js': 'export const leaf = 1;\n',
      'part.js': "import { leaf } from './leaf.js';\nexport const part = 'old ' + leaf;\n",
      'server.js': `import fs from 'node:fs';
import http from 'node:http';
import { leaf } from './leaf.js';
if (leaf === 2) fs.writeFileSync('part.js', fs.readFileSync('part.js', 'utf8').replace('old', 'new'));
const { part } = await import('./part.js');
const server = http.createServer((req, res) => res.end(part));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
    };

    for (const [type, as] of Object.entries({ module: String, commonjs: asCommonJs })) {
      it(`is taken as it is then (${type})`, async () => {
        const texts = Object.entries(files).map(([name, text]) => [name, as(text)]);
        const app = await apps.serve({
          ...Object.fromEntries(texts),
          'package.json': JSON.stringify({ type }),
        });
        assert.equal(await app.get(), 'old 1');

        app.edit('leaf.js', '= 1', '= 2');

        do assert.notEqual((await app.nextReload()).outcome, 'rolled-back');
        while ((await app.get()) !== 'new 2');
      });
    }
  });

  describe('a new file', () => {
    it('that wins a resolution takes over', async () => {
      const app = await apps.serve({
        'server.js': SERVER.replace('./value', './foo'),
        'foo/index.js': "module.exports = 'the folder';\n",
      });
      assert.equal(await app.get(), 'the folder');

      app.write('foo.js', "module.exports = 'the file';\n");

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.evaluated, ['foo.js', 'server.js']);
      assert.deepEqual(report.pruned, ['foo/index.js']);
      assert.equal(await app.get(), 'the file');

      fs.unlinkSync(app.path('foo.js'));
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'the folder');
    });

    it('that an import has missed ends the refusal', async () => {
      const app = await apps.serve(FILES);

      app.write('value.js', "module.exports = require('./part');\n");
      const refused = await app.nextReload();
      assert.equal(refused.outcome, 'refused');
      assert.equal(refused.error.code, 'ERR_SAFE_HOT_UNRESOLVED');
      assert.match(refused.error.frame, /> 1 \| module.exports = require\('.\/part'\);/);
      assert.equal(await app.get(), 'one');
      app.write('part.js', TWO);

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that comes in the moment of the refusal ends it', async () => {
      const app = await apps.serve({
        ...FILES,
        'server.js': `${SERVER}
          module.hot.addStatusHandler((status) => {
            const fs = require('node:fs');
            if (status === 'idle' && fs.existsSync('part.tmp')) fs.renameSync('part.tmp', 'part.js');
          });`,
      });

      app.write('part.tmp', TWO);
      app.write('value.js', "module.exports = require('./part');\n");

      assert.equal((await app.nextReload()).outcome, 'refused');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that an import has missed may come with its folder', async () => {
      const app = await apps.serve(FILES);

      app.write('value.js', "module.exports = require('./lib/deep/part');\n");
      assert.equal((await app.nextReload()).outcome, 'refused');
      app.write('lib/deep/part.js', TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('of a package that an import has missed ends the refusal', async () => {
      const app = await apps.serve({ ...FILES, 'node_modules/other/index.js': '' });

      app.write('value.js', "module.exports = require('package');\n");
      assert.equal((await app.nextReload()).outcome, 'refused');
      app.write('.package/lib/main.js', TWO);
      app.write('.package/package.json', '{ "main": "lib/main" }');
      fs.renameSync(app.path('.package'), app.path('node_modules/package'));

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that a module has missed while it evaluated ends the rollback', async () => {
      const app = await apps.serve(FILES);

      app.write('value.js', "const name = './part';\nmodule.exports = require(name);\n");
      const report = await app.nextReload();
      assert.equal(report.outcome, 'rolled-back');
      assert.match(report.error.message, /Cannot find module '.\/part'/);
      app.write('part.js', TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that an optional import has missed is loaded', async () => {
      const app = await apps.serve({
        ...FILES,
        'value.js':
          "try { module.exports = require('./local'); } catch { module.exports = 'none'; }\n",
      });
      assert.equal(await app.get(), 'none');

      app.write('local.js', TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that mends an optional import is loaded', async () => {
      const app = await apps.serve({
        ...FILES,
        'value.js':
          "try { module.exports = require('./local'); } catch { module.exports = 'none'; }\n",
        'local.js': "throw new Error('no');\n",
      });
      assert.equal(await app.get(), 'none');

      app.write('local.js', TWO);

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('that nobody names changes nothing', async () => {
      const app = await apps.serve(FILES);

      app.write('notes.js', 'throw new Error();\n');
      app.write('value.test.js', 'throw new Error();\n');

      assert.deepEqual(await reloadsUntilNow(app), []);
    });
  });

  describe('a new file that cannot be imported', () => {
    for (const [name, broken, whole] of [
      ['fresh.mjs', 'export const n = ;', 'export const n = 2;'],
      ['fresh.mjs', 'export const other = 2;', 'export const n = 2;'],
      ['fresh.mjs', "import './nowhere.mjs';", 'export const n = 2;'],
      ['fresh.cjs', 'exports.other = 2;', 'exports.n = 2;'],
    ]) {
      it(`is taken once it is mended: ${broken}`, async () => {
        const app = await apps.serve(
          {
            'server.mjs': `import http from 'node:http';
import { n } from './value.mjs';
const server = http.createServer((request, response) => response.end(String(n)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
            'value.mjs': 'export const n = 1;\n',
          },
          { entry: 'server.mjs' },
        );
        const { port } = app;
        app.write(name, broken);
        app.write('value.mjs', `export { n } from './${name}';\n`);
        assert.equal((await app.nextReload()).outcome, 'refused');
        assert.equal(await app.get('/', { port }), '1');

        app.write(name, whole);
        while ((await app.nextReload()).outcome !== 'committed');

        assert.equal(await app.get('/', { port }), '2');
      });
    }
  });

  describe('a file that goes', () => {
    it('is refused while it is required, and fine once it is back', async () => {
      const app = await apps.serve(FILES);

      fs.unlinkSync(app.path('value.js'));
      const refused = await app.nextReload();
      assert.equal(refused.outcome, 'refused');
      assert.equal(refused.error.code, 'ERR_SAFE_HOT_DELETED');
      assert.equal(await app.get(), 'one');
      app.write('value.js', FILES['value.js']);
      assert.equal((await app.nextReload()).outcome, 'unchanged');

      app.write('value.js', TWO);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('with its folder is refused, and fine once the folder is back', async () => {
      const app = await apps.serve({
        'server.js': SERVER.replace('./value', './lib/value'),
        'lib/value.js': FILES['value.js'],
      });

      fs.renameSync(app.path('lib'), app.path('away'));
      const refused = await app.nextReload();
      assert.equal(refused.outcome, 'refused');
      assert.equal(refused.error.code, 'ERR_SAFE_HOT_DELETED');
      assert.equal(await app.get(), 'one');
      fs.renameSync(app.path('away'), app.path('lib'));
      assert.equal((await app.nextReload()).outcome, 'unchanged');

      app.write('lib/value.js', TWO);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });
  });

  it('asked for by an entry under plain node survives a reload of that entry', async () => {
    const hot = JSON.stringify(path.join(__dirname, '..', '..'));
    const start = `require(${hot}).watch({ report: 'json' }).ready().then(() => console.log('watching'));`;
    const app = apps.run({ ...FILES, 'server.js': `${start}\n${SERVER}` }, { how: 'plain' });
    await app.nextLine('watching');

    for (const text of [TWO, THREE]) {
      app.write('value.js', text);
      assert.equal((await app.nextReload()).outcome, 'committed');
    }
  });

  it('a link to a folder that leads to another one is followed', async () => {
    const folder = apps.makeFolder({
      'server.js': SERVER.replace('./value', './lib/value'),
      'v1/value.js': FILES['value.js'],
      'v2/value.js': TWO,
    });
    fs.symlinkSync('v1', path.join(folder, 'lib'), 'junction');
    const app = await apps.launch(folder).serving();

    fs.symlinkSync('v2', app.path('next'), 'junction');
    fs.renameSync(app.path('next'), app.path('lib'));
    do assert.equal((await app.nextReload()).outcome, 'committed');
    while ((await app.get()) !== 'two');
    app.write('v2/value.js', THREE);
    do assert.equal((await app.nextReload()).outcome, 'committed');
    while ((await app.get()) !== 'three');
    fs.unlinkSync(app.path('lib'));
    fs.symlinkSync('v1', app.path('lib'), 'junction');
    while ((await app.get()) !== 'one') await app.nextReload();
  });

  describe('a cold file', () => {
    it('that was loaded makes the command line restart the program', async () => {
      const app = await apps.serve({
        'server.js': SERVER.replace('./value', 'package'),
        'node_modules/package/index.js': FILES['value.js'],
      });
      const { pid } = app;

      app.write('node_modules/package/index.js', TWO);

      const report = await app.nextReload();
      assert.equal(report.outcome, 'restart-required');
      assert.equal(report.error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
      assert.deepEqual(report.changed, ['node_modules/package/index.js']);
      await app.serving();
      assert.notEqual(app.pid, pid);
      assert.equal(await app.get(), 'two');
    });
  });

  describe('a package.json', () => {
    const PACKAGES = {
      'server.js': `require('package');\n${SERVER}`,
      'value.js': FILES['value.js'],
      'package.json': '{ "main": "server.js", "scripts": {} }',
      'node_modules/package/index.js': '',
      'node_modules/package/package.json': '{ "version": "1.0.0" }',
    };

    for (const [field, text] of Object.entries({
      type: '{ "main": "server.js", "type": "commonjs" }',
      exports: '{ "main": "server.js", "exports": "./server.js" }',
      imports: '{ "main": "server.js", "imports": { "#value": "./value.js" } }',
      main: '{ "main": "other.js" }',
    })) {
      it(`with another "${field}" makes the command line restart the program`, async () => {
        const app = await apps.serve(PACKAGES);
        const { pid } = app;

        app.write('package.json', text);

        const report = await app.nextReload();
        assert.equal(report.outcome, 'restart-required');
        assert.equal(report.error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
        assert.deepEqual(report.changed, ['package.json']);
        await app.serving();
        assert.notEqual(app.pid, pid);
      });
    }

    it('with other scripts, or half written, changes nothing', async () => {
      const app = await apps.serve(PACKAGES);

      for (const text of ['{ "main": "server.js", "scripts": { "a": "b" } }', '{ "main": ']) {
        app.write('package.json', text);

        const report = await app.nextReload();
        assert.equal(report.outcome, 'unchanged');
      }
    });

    it('of a package that was loaded makes the command line restart the program', async () => {
      const app = await apps.serve(PACKAGES);

      // It is looked for when the program has started.
      const isOver = { now: false };
      const report = app.nextReload().finally(() => (isOver.now = true));
      for (let n = 0; !isOver.now; n += 1) {
        app.write('node_modules/package/package.json', `{ "main": "index.js", "version": "${n}" }`);
        await pause(50);
        if (!isOver.now) app.write('node_modules/package/package.json', '{ "version": "1.0.0" }');
        await pause(50);
      }

      assert.equal((await report).outcome, 'restart-required');
    });
  });

  describe('the folders', () => {
    onLinux('are those of the loaded files, whatever else there is', async function () {
      const app = await apps.serve(
        {
          'server.js': `require('./lib/deep/part');\nrequire('package');\n${SERVER}`,
          'value.js': FILES['value.js'],
          'lib/deep/part.js': '// part',
          'lib/not-loaded.js': '',
          'other/not-loaded.js': '',
          'node_modules/package/index.js': "require('./lib/inner');\n",
          'node_modules/package/lib/inner.js': '',
          'node_modules/other/index.js': '',
        },
        { how: 'register' },
      );
      const expected = ['.', 'lib/deep', 'node_modules/package', 'node_modules/package/lib'];

      assert.deepEqual(watchedFolders(app), expected);
      assert.equal(app.reports[0].folders, expected.length);
    });

    onLinux('are no more with 50,000 files that are not loaded', async function () {
      this.timeout(120_000);
      const folder = apps.makeFolder({
        'server.js': SERVER.replace('./value', 'package'),
        'node_modules/package/index.js': FILES['value.js'],
      });
      for (let index = 0; index < 1_000; index += 1) {
        const lib = path.join(folder, 'node_modules', `package-${index}`, 'lib');
        fs.mkdirSync(lib, { recursive: true });
        for (let file = 0; file < 50; file += 1) fs.writeFileSync(path.join(lib, `${file}.js`), '');
      }
      const app = await apps.launch(folder, { how: 'register' }).serving();

      assert.deepEqual(watchedFolders(app), ['.', 'node_modules/package']);
      assert.equal(app.reports[0].folders, 2);
      console.log(`        ready in ${app.reports[0].durationMs} ms beside 50,000 files`);
    });
  });
});

/** Stops every thread of a process; `SIGCONT` lets it go on. */
function pauseProcess(pid) {
  process.kill(pid, 'SIGSTOP');
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  const isStopped = (thread) =>
    fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').includes(') T ');
  while (!threads.every(isStopped));
}

/** The folders that inotify watches for the program, from the kernel's own account. */
function watchedFolders(app) {
  const descriptors = fs.readdirSync(`/proc/${app.pid}/fd`);
  const inodes = descriptors.flatMap((descriptor) => {
    const text = textOf(`/proc/${app.pid}/fdinfo/${descriptor}`);
    return [...text.matchAll(/^inotify wd:\w+ ino:(\w+)/gm)].map(([, inode]) =>
      parseInt(inode, 16),
    );
  });
  const folders = new Map();
  for (const entry of ['.', ...fs.readdirSync(app.folder, { recursive: true })]) {
    folders.set(fs.statSync(app.path(entry)).ino, entry);
  }
  return inodes.map((inode) => folders.get(inode) ?? `inode ${inode}`).sort();
}

/** What a file holds: nothing if it is gone, as that of a descriptor may be by the time that it is read. */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return '';
  }
}
