'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** `entry → middle → leaf`, and `aside`, which is off the path. Each counts its calls and says when it ran. */
const FILES = {
  'leaf.js': module_('leaf', 'none'),
  'middle.js': module_('middle', './leaf'),
  'aside.js': module_('aside', 'none'),
  'entry.js': `require('./aside');\n${module_('entry', './middle')}`,
};

/** @param {string} name @param {string} imported */
function module_(name, imported) {
  const next = imported === 'none' ? '() => []' : `require('${imported}')`;
  return `const next = ${next};
(global.ran ??= []).push('${name}');
let calls = 0;
module.exports = () => ['${name} ' + ++calls, ...next()];
`;
}

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} make statements; `file` is the absolute path
 * @property {'refused' | 'rolled-back'} outcome
 * @property {string} code
 * @property {RegExp} message
 * @property {boolean} [entryMay] the entry may do without it
 */

/** @type {Fault[]} */
const FAULTS = [
  {
    name: 'a throw',
    make: "fs.writeFileSync(file, `\\nthrow new TypeError('mine');\\n`)",
    outcome: 'rolled-back',
    code: 'ERR_SAFE_HOT_EVALUATE',
    message: /^Evaluating NAME failed: mine; version 1 stays in use$/,
  },
  {
    name: 'a syntax error',
    make: "fs.writeFileSync(file, 'const a = 1;\\nmodule.exports = a +;\\n')",
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_SYNTAX',
    message: /^NAME:2:21 .*; version 1 stays in use$/,
  },
  {
    name: 'a missing import',
    make: "fs.writeFileSync(file, `exports.a = require('./nowhere');\\n`)",
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_UNRESOLVED',
    message: /^NAME requires "\.\/nowhere", which was not found; version 1 stays in use$/,
  },
  {
    name: 'an empty file',
    make: "fs.writeFileSync(file, '')",
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_EMPTY',
    message: /^NAME is empty, .*; version 1 stays in use$/,
  },
  {
    name: 'random bytes',
    make: "fs.writeFileSync(file, Buffer.from('00ff807b9dc3287f450a1fbb', 'hex'))",
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_SYNTAX',
    message: /^NAME:\d+:\d+ .*; version 1 stays in use$/,
  },
  {
    name: 'a folder in its place',
    make: 'fs.rmSync(file); fs.mkdirSync(file)',
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_DIRECTORY',
    message: /^NAME is a folder now; version 1 stays in use$/,
  },
  {
    name: 'no file',
    make: 'fs.rmSync(file)',
    outcome: 'refused',
    code: 'ERR_SAFE_HOT_DELETED',
    message: /^NAME was deleted and is still required; version 1 stays in use$/,
  },
];

describe('transaction', () => {
  for (const fault of FAULTS) {
    for (const name of ['leaf', 'middle', 'entry']) {
      it(`of ${fault.name} in the ${name} changes nothing, and the fix is taken`, async () => {
        const app = makeApp(FILES);

        const result = await app.drive(
          async ({ require, hot, at, alive }, { file: name, make }) => {
            const fs = require('node:fs');
            hot.versions();
            require('./entry')();
            const text = fs.readFileSync(at(name), 'utf8');
            global.ran = [];

            const file = at(name);
            new Function('fs', 'file', make)(fs, file);
            const failed = await hot.reload();
            const served = require('./entry')();
            const during = global.ran.splice(0);

            fs.rmSync(file, { recursive: true, force: true });
            fs.writeFileSync(file, text.replace(" ' + ++", ".2 ' + ++"));
            const mended = await hot.reload();
            const after = require('./entry')();
            return { failed, served, during, mended, after, ran: global.ran, alive: await alive() };
          },
          { data: { file: `${name}.js`, make: fault.make } },
        );

        const { failed, mended } = result;
        assert.equal(failed.outcome, fault.outcome);
        assert.equal(failed.error.code, fault.code);
        assert.match(
          failed.error.message,
          new RegExp(fault.message.source.replace('NAME', `${name}\\.js`)),
        );
        assert.deepEqual(failed.changed, [`${name}.js`]);
        assert.deepEqual(failed.evaluated, []);
        assert.deepEqual(result.served, ['entry 2', 'middle 2', 'leaf 2']);
        const path = ['leaf', 'middle', 'entry'].slice(['leaf', 'middle', 'entry'].indexOf(name));
        assert.equal(mended.outcome, 'committed', mended.error?.message);
        assert.deepEqual(
          mended.evaluated,
          path.map((each) => `${each}.js`),
        );
        assert.deepEqual(result.ran, path);
        assert.ok(result.after.some((/** @type {string} */ each) => each === `${name}.2 1`));
        for (const versions of Object.values(result.alive))
          assert.equal(/** @type {any} */ (versions).length, 1);
      });
    }
  }

  it('shows the place of a failure in a frame', async () => {
    const app = makeApp(FILES);

    const frames = await app.drive(async ({ require, hot, edit }) => {
      require('./entry');
      const frames = [];
      for (const text of ['\nnull.x;\n', '\nconst = 1;\n', "\nrequire('./nowhere');\n"]) {
        edit('leaf.js', text);
        frames.push((await hot.reload()).error?.frame);
      }
      return frames;
    });

    assert.match(frames[0], /> 2 \| null\.x;/);
    assert.match(frames[1], /> 2 \| const = 1;/);
    assert.match(frames[2], /> 2 \| require\('\.\/nowhere'\);\n\s+\|\s+\^+/);
  });

  it('evaluates what is on the path, in the order of a cold start', async () => {
    const app = makeApp(FILES);

    const { report, ran, again } = await app.drive(async ({ require, hot, edit }) => {
      require('./entry');
      global.ran = [];
      edit('leaf.js', (/** @type {string} */ text) => `${text}//`);
      const report = await hot.reload();
      const ran = global.ran.splice(0);
      edit('middle.js', (/** @type {string} */ text) => `${text}//`);
      await hot.reload();
      return { report, ran, again: global.ran };
    });

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.changed, ['leaf.js']);
    assert.deepEqual(report.evaluated, ['leaf.js', 'middle.js', 'entry.js']);
    assert.deepEqual(report.chains, [['leaf.js', 'middle.js', 'entry.js']]);
    assert.deepEqual(ran, ['leaf', 'middle', 'entry']);
    assert.deepEqual(again, ['middle', 'entry']);
  });

  it('takes several files at once, or none of them', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, edit }) => {
      require('./entry')();
      edit('leaf.js', (/** @type {string} */ text) => text.replace("'leaf '", "'LEAF '"));
      edit('aside.js', (/** @type {string} */ text) => `${text}//`);
      edit('middle.js', "throw new Error('broken');\n");
      const broken = await hot.reload();
      const served = require('./entry')();
      edit('middle.js', "module.exports = () => ['MIDDLE', ...require('./leaf')()];\n");
      const mended = await hot.reload();
      return { broken, served, mended, after: require('./entry')() };
    });

    assert.equal(result.broken.outcome, 'rolled-back');
    assert.deepEqual(result.broken.changed.sort(), ['aside.js', 'leaf.js', 'middle.js']);
    assert.deepEqual(result.served, ['entry 2', 'middle 2', 'leaf 2']);
    assert.equal(result.mended.outcome, 'committed');
    assert.deepEqual(result.mended.changed.sort(), ['aside.js', 'leaf.js', 'middle.js']);
    assert.deepEqual(result.after, ['entry 1', 'MIDDLE', 'LEAF 1']);
  });

  it('ends as unchanged when a broken edit is undone, or a save has the same content', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, at, edit }) => {
      const fs = require('node:fs');
      require('./entry')();
      global.ran = [];
      const text = fs.readFileSync(at('leaf.js'), 'utf8');
      edit('leaf.js', 'const;\n');
      const outcomes = [(await hot.reload()).outcome];
      edit('leaf.js', text);
      outcomes.push((await hot.reload()).outcome);
      fs.writeFileSync(at('leaf.js'), text);
      outcomes.push((await hot.reload()).outcome);
      return { outcomes, ran: global.ran, served: require('./entry')() };
    });

    assert.deepEqual(result.outcomes, ['refused', 'unchanged', 'unchanged']);
    assert.deepEqual(result.ran, []);
    assert.deepEqual(result.served, ['entry 2', 'middle 2', 'leaf 2']);
  });

  it('prunes what is not required any more, and loads it anew when it is again', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, edit, at, alive }) => {
      const fs = require('node:fs');
      require('./entry')();
      const text = fs.readFileSync(at('middle.js'), 'utf8');
      edit('middle.js', "module.exports = () => ['middle'];\n");
      const { pruned } = await hot.reload();
      const without = require('./entry')();
      const left = Object.keys(await alive());
      edit('middle.js', text);
      const { evaluated } = await hot.reload();
      return { pruned, without, left, evaluated, after: require('./entry')() };
    });

    assert.deepEqual(result.pruned, ['leaf.js']);
    assert.deepEqual(result.without, ['entry 1', 'middle']);
    assert.deepEqual(result.left.sort(), ['aside.js', 'entry.js', 'middle.js']);
    assert.deepEqual(result.evaluated, ['leaf.js', 'middle.js', 'entry.js']);
    assert.deepEqual(result.after, ['entry 1', 'middle 1', 'leaf 1']);
  });

  it('takes a module that is gone and not required any more in one change', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, edit, remove }) => {
      require('./entry')();
      edit('middle.js', "module.exports = () => ['middle'];\n");
      remove('leaf.js');
      const { outcome, pruned } = await hot.reload();
      return { outcome, pruned, after: require('./entry')() };
    });

    assert.deepEqual(result, {
      outcome: 'committed',
      pruned: ['leaf.js'],
      after: ['entry 1', 'middle'],
    });
  });

  it('reloads the modules that it is given, changed or not', async () => {
    const app = makeApp(FILES);

    const result = await app.drive(async ({ require, hot, at }) => {
      require('./entry');
      global.ran = [];
      const { pathToFileURL } = require('node:url');
      const one = await hot.reload('./aside');
      const two = await hot.reload(['./leaf', pathToFileURL(at('aside.js'))]);
      return { one: one.evaluated, two: two.evaluated };
    });

    assert.deepEqual(result.one, ['aside.js', 'entry.js']);
    assert.deepEqual(result.two.sort(), ['aside.js', 'entry.js', 'leaf.js', 'middle.js']);
  });

  it('names who keeps the old version', async () => {
    const app = makeApp(FILES);

    const { stale } = await app.drive(async ({ require, hot, edit }) => {
      require('./entry');
      edit('leaf.js', (/** @type {string} */ text) => `${text}//`);
      return hot.reload();
    });

    assert.equal(stale.length, 1);
    assert.deepEqual([stale[0].path, stale[0].version], ['entry.js', 1]);
    assert.match(stale[0].reason, /^loaded by cold code, .*driver\.js, which keeps what it got$/);
  });

  it('names what the caller of hotReload() keeps, by the version that went', async () => {
    const app = makeApp({
      'leaf.js': 'exports.value = {};\n',
      'middle.js': "if (global.fails) throw new Error('no');\nexports.leaf = require('./leaf');\n",
      'caller.js': `require('./leaf');
        require('./middle');
        exports.reload = () => require('safe-hot').hotReload('./leaf');\n`,
    });

    const { stale } = await app.drive(async ({ require, hot, errorOf }) => {
      hot.versions();
      const { reload } = require('./caller');
      global.fails = true;
      await errorOf(reload);
      global.fails = false;
      const reported = new Promise((resolve) => hot.on('reload', resolve));
      reload();
      return reported;
    });

    assert.equal(stale.length, 1);
    assert.deepEqual([stale[0].path, stale[0].version], ['middle.js', 1]);
    assert.match(stale[0].reason, /^imported by .*caller\.js, which called hotReload\(\)/);
  });

  it('undoes what a failed stage made', async () => {
    const app = makeApp({
      'leaf.js': 'exports.value = 1;\n',
      'ticks.js': "require('./leaf');\nsetInterval(() => ticks.push(global.round), 1);\n",
      'entry.js': "require('./ticks');\nif (global.fails) throw new Error('no');\n",
    });

    const { rounds, alive } = await app.drive(async ({ require, hot, edit, alive }) => {
      global.ticks = [];
      global.round = 0;
      hot.versions();
      require('./entry');
      global.fails = true;
      for (let round = 1; round <= 10; round += 1) {
        edit('leaf.js', `exports.value = ${round + 1};\n`);
        await hot.reload();
      }
      global.ticks.length = 0;
      const started = Date.now();
      while (global.ticks.length < 5) await new Promise((resolve) => setImmediate(resolve));
      const perTick = (Date.now() - started) / global.ticks.length;
      const handles = process.getActiveResourcesInfo().filter((each) => each === 'Timeout');
      return { perTick, rounds: handles.length, alive: await alive() };
    });

    // The driver's own timer, and the one of the version in use.
    assert.equal(rounds, 2);
    assert.deepEqual(alive, { 'leaf.js': [1], 'ticks.js': [1], 'entry.js': [1] });
  });

  it('treats a rejection and an exit of a new version as its failure', async () => {
    const app = makeApp({ 'a.js': 'exports.value = 1;\n' });

    const result = await app.drive(async ({ require, hot, edit }) => {
      require('./a');
      edit('a.js', 'process.exit(3);\n');
      const exit = await hot.reload();
      return { exit, value: require('./a').value };
    });

    assert.equal(result.exit.outcome, 'rolled-back');
    assert.equal(result.exit.error.code, 'ERR_SAFE_HOT_EXIT');
    assert.equal(
      result.exit.error.message,
      'The new version called process.exit(3) while it started; version 1 stays in use',
    );
    assert.equal(result.value, 1);
  });

  it('asks for a restart when something cold has changed', async () => {
    const app = makeApp({
      'node_modules/lib/index.js': 'exports.value = 1;\n',
      'entry.js': "module.exports = require('lib').value;\n",
    });

    const report = await app.drive(async ({ require, hot, edit }) => {
      require('./entry');
      const watcher = hot.watch();
      await watcher.ready();
      const reported = new Promise((resolve) => hot.on('reload', resolve));
      edit('node_modules/lib/index.js', 'exports.value = 2;\n');
      return reported;
    });

    assert.equal(report.outcome, 'restart-required');
    assert.equal(report.error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
    assert.deepEqual(report.changed, ['node_modules/lib/index.js']);
  });

  for (const [unaccepted, outcome] of [
    ['reload', 'committed'],
    ['restart', 'restart-required'],
    ['ignore', 'refused'],
  ]) {
    it(`with unaccepted: '${unaccepted}' ends as ${outcome}, and what is accepted is taken`, async () => {
      const app = makeApp({
        ...FILES,
        'aside.js': 'exports.value = 1;\nmodule.hot?.accept();\n',
      });

      const { unaccepted: first, accepted } = await app.drive(
        async ({ require, hot, edit }, unaccepted) => {
          hot.watch({ unaccepted }).close();
          require('./entry');
          edit('leaf.js', (/** @type {string} */ text) => `${text}//`);
          const report = await hot.reload('./leaf');
          return { unaccepted: report, accepted: await hot.reload('./aside') };
        },
        { data: unaccepted },
      );

      assert.equal(first.outcome, outcome);
      assert.equal(
        first.error?.code,
        outcome === 'committed' ? undefined : 'ERR_SAFE_HOT_UNACCEPTED',
      );
      assert.equal(accepted.outcome, 'committed');
      assert.deepEqual(accepted.evaluated, ['aside.js']);
    });
  }

  it('with dryRun: true reports the plan and evaluates nothing', async () => {
    const app = makeApp(FILES);

    const { report, ran } = await app.drive(async ({ require, hot, edit }) => {
      require('./entry');
      global.ran = [];
      hot.watch({ dryRun: true }).close();
      edit('leaf.js', (/** @type {string} */ text) => `${text}//`);
      return { report: await hot.reload(), ran: global.ran };
    });

    assert.equal(report.outcome, 'planned');
    assert.deepEqual(report.chains, [['leaf.js', 'middle.js', 'entry.js']]);
    assert.deepEqual(ran, []);
  });

  it('with dryRun: true does what a call of hotReload asks, and only that', async () => {
    const app = makeApp(FILES);

    const { report, ran } = await app.drive(async ({ require, hot, edit, at }) => {
      require('./entry');
      global.ran = [];
      hot.watch({ dryRun: true }).close();
      edit('aside.js', (/** @type {string} */ text) => `${text}//`);
      const report = await hot.reload();
      hot.hotReload(at('leaf.js'));
      return { report, ran: global.ran };
    });

    assert.equal(report.outcome, 'planned');
    assert.ok(ran.includes('leaf'), ran.join());
    assert.ok(!ran.includes('aside'), ran.join());
  });

  it('reload() sees a new file that a require has not found before', async () => {
    const app = makeApp({
      'entry.js': "try { global.part = require('./part'); } catch { global.part = 'none'; }",
    });

    const seen = await app.drive(async ({ require, hot, write }) => {
      hot.graph();
      require('./entry');
      const before = global.part;
      const idle = await hot.reload();
      write('part.js', "module.exports = 'here';");
      const { outcome } = await hot.reload();
      return [before, idle.outcome, outcome, global.part];
    });

    assert.deepEqual(seen, ['none', 'unchanged', 'committed', 'here']);
  });

  it('finds that a file is gone that was pruned before', async () => {
    const app = makeApp({
      'entry.js': "require('./middle');",
      'middle.js': "require('./leaf');",
      'leaf.js': '',
    });

    const seen = await app.drive(async ({ require, hot, write, at }) => {
      hot.graph();
      require('./entry');
      write('entry.js', '// nothing');
      await hot.reload();
      require('fs').rmSync(at('leaf.js'));
      write('entry.js', "try { require('./middle'); } catch ({ code }) { global.code = code; }");
      const { outcome } = await hot.reload();
      return [outcome, global.code];
    });

    assert.deepEqual(seen, ['committed', 'MODULE_NOT_FOUND']);
  });

  it('ends what code makes that was given up while it waited', async () => {
    const app = makeApp({
      'start.js': "global.started = import('./entry.mjs');",
      'entry.mjs': 'export {};',
      'makes.txt': `import { spawn } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import fs from 'node:fs';
import readline from 'node:readline';
import { PassThrough } from 'node:stream';
import { Worker } from 'node:worker_threads';
await globalThis.gate;
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
const watcher = fs.watch('.');
const { port1 } = new MessageChannel();
const ends = [[child, 'exit'], [worker, 'exit'], [watcher, 'close'], [port1, 'close']];
diagnostics.subscribe('given up', () => {});
const polled = fs.watchFile('none', () => {});
const lines = readline.createInterface({ input: new PassThrough() });
globalThis.made = {
  ended: Promise.all([...ends, [lines, 'close']].map(([each, name]) => once(each, name))),
  fd: fs.openSync('package.json'),
  polled,
};
`,
    });

    const seen = await app.drive(async ({ require, hot, write, at }) => {
      const fs = require('fs');
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      hot.graph();
      require('./start');
      await global.started;
      global.gate = new Promise((resolve) => (global.open = resolve));
      write('entry.mjs', fs.readFileSync(at('makes.txt'), 'utf8'));
      void hot.reload();
      await turn();
      write('entry.mjs', 'export const isBack = true;');
      const { outcome } = await hot.reload();
      global.open();
      while (!global.made) await turn();
      const { ended, fd, polled } = global.made;
      await ended;
      let code;
      try {
        fs.fstatSync(fd);
      } catch (error) {
        code = error.code;
      }
      const isHeard = require('diagnostics_channel').hasSubscribers('given up');
      return [outcome, code, polled.listenerCount('change'), isHeard];
    });

    assert.deepEqual(seen, ['committed', 'EBADF', 0, false]);
  });

  it('ends what a new module made that failed where it may', async () => {
    const app = makeApp({
      'entry.js': '',
      'part.mjs': `import net from 'node:net';
globalThis.server = net.createServer().listen(0);
globalThis.timer = setInterval(() => {}, 1e6);
throw new Error('no');
`,
    });

    const seen = await app.drive(async ({ require, hot, write }) => {
      require('./entry');
      hot.graph();
      write('entry.js', "import('./part.mjs').catch(() => (global.hasFailed = true));");
      const { outcome } = await hot.reload();
      const { server, timer, hasFailed } = global;
      if (server.listening) await require('node:events').once(server, 'close');
      return [outcome, hasFailed, server.listening, timer._destroyed];
    });

    assert.deepEqual(seen, ['committed', true, false, true]);
  });

  /** @type {[name: string, broken: string, mended: string][]} */
  const mends = [
    ['part.cjs', "throw new Error('no');", "exports.name = 'here';"],
    ['part.cjs', "exports.name = 'no' 'no';", "exports.name = 'here';"],
    ['part.cjs', "require('./nowhere');", "exports.name = 'here';"],
    ['part.mjs', "throw new Error('no');", "export const name = 'here';"],
    ['part.mjs', "export const name = 'no' 'no';", "export const name = 'here';"],
    ['part.mjs', "import './nowhere.mjs';", "export const name = 'here';"],
    ['part.mts', "export const name: = 'no';", "export const name: string = 'here';"],
    ['part.json', '{ "name": ', '{ "name": "here" }'],
  ];
  for (const [name, broken, mended] of mends) {
    it(`reload() sees that what the program goes on without is mended: ${broken}`, async () => {
      const importing = name.endsWith('.json')
        ? "try { global.part = require('./part.json'); } catch { global.part = 'none'; }"
        : `global.part = 'none'; import('./${name}').then((part) => (global.part = part), () => {});`;
      const app = makeApp({ 'entry.js': importing, [name]: broken });

      const seen = await app.drive(
        async ({ require, hot, write }, [name, mended]) => {
          hot.graph();
          require('./entry');
          const turns = async () => {
            for (let count = 0; count < 50 && global.part === 'none'; count += 1) {
              await new Promise((resolve) => setImmediate(resolve));
            }
          };
          await turns();
          const idle = await hot.reload();
          write(name, mended);
          const { outcome } = await hot.reload();
          await turns();
          const again = await hot.reload();
          return [idle.outcome, outcome, global.part.name, again.outcome];
        },
        { data: [name, mended] },
      );

      assert.deepEqual(seen, ['unchanged', 'committed', 'here', 'unchanged']);
    });
  }

  describe('new code that has old code import what is being replaced', () => {
    const PARTS = Array.from({ length: 9 }, (_, index) => index + 1);
    const files = {
      'leaf.js': 'module.exports = 1;\n',
      'entry.js': `const leaf = require('./leaf');
for (const name of ${JSON.stringify(PARTS)}) require('./part' + name);
const turn = (global.turn = (global.turn ?? -1) + 1);
global.lazy[turn]?.();
module.exports = leaf;
`,
      ...Object.fromEntries(
        PARTS.map((part) => [
          `part${part}.js`,
          `(global.lazy ??= [])[${part}] ??= () => require('./leaf');\n`,
        ]),
      ),
    };

    it('over and over again is planned anew until it does so no more', async () => {
      const seen = await makeApp(files).drive(async ({ require, hot, edit }) => {
        require('./entry');
        edit('leaf.js', 'module.exports = 2;\n');
        const { outcome, evaluated } = await hot.reload();
        return { outcome, evaluated: evaluated.length, value: require('./entry') };
      });

      assert.deepEqual(seen, { outcome: 'committed', evaluated: 11, value: 2 });
    });

    it('over and over again ends a call of hotReload(), and the next one succeeds', async () => {
      const seen = await makeApp(files).drive(async ({ require, hot, edit, errorOf, at }) => {
        require('./entry');
        edit('leaf.js', 'module.exports = 2;\n');
        const { code, message } = await errorOf(() => hot.hotReload(at('leaf.js')));
        return { code, message, value: require('./entry'), then: hot.hotReload(at('leaf.js')) };
      });

      assert.deepEqual(seen, {
        code: 'ERR_SAFE_HOT_EVALUATE',
        message:
          'Evaluating leaf.js failed: what imports it went on changing while the reload was under way; version 1 stays in use',
        value: 1,
        then: 2,
      });
    });
  });
});
