'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** Importers of `self.js` note that they ran; each test writes `self.js` itself. */
const ENTRY = "(global.log ??= []).push('entry');\nmodule.exports = require('./self');\n";
const LOG = "(global.log ??= []).push('self');\n";

/** A driver: edits `self.js` `data.edits` times, and tells the reports and what was logged. */
const editAndReload = async (
  /** @type {any} */ { require, hot, edit },
  /** @type {any} */ data,
) => {
  hot.versions();
  require('./entry');
  const reports = [];
  for (const [name, content] of data.edits) {
    edit(name, content);
    reports.push(await hot.reload());
  }
  return { log: global.log, reports, outcomes: reports.map((each) => each.outcome) };
};

describe('module.hot', () => {
  describe('accept()', () => {
    it('of a module itself: its importers are not evaluated again', async () => {
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': `${LOG}module.hot.accept();\n` });

      const { log, reports } = await app.drive(editAndReload, {
        data: { edits: [['self.js', `${LOG}module.hot.accept();//\n`]] },
      });

      assert.deepEqual(log, ['entry', 'self', 'self']);
      assert.deepEqual(reports[0].evaluated, ['self.js']);
    });

    it('of itself with a handler: gets the error of a version that fails, which is not taken', async () => {
      const accept = `module.hot.accept((error, { moduleId }) => log.push([error.message, require('path').basename(moduleId)]));\n`;
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': `${LOG}${accept}` });

      const { log, outcomes } = await app.drive(editAndReload, {
        data: {
          edits: [
            ['self.js', "throw new Error('no');\n"],
            ['self.js', `${LOG}${accept}//\n`],
          ],
        },
      });

      assert.deepEqual(log, ['entry', 'self', ['no', 'self.js'], 'self']);
      assert.deepEqual(outcomes, ['rolled-back', 'committed']);
    });

    it('of itself with a handler that throws: the process goes on', async () => {
      const accept = "module.hot.accept(() => { throw new Error('handler'); });\n";
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': accept });

      const { warned, outcome } = await app.drive(async ({ require, hot, edit }) => {
        const { once } = require('node:events');
        hot.versions();
        require('./entry');
        edit('self.js', "throw new Error('broken');\n");
        const warning = once(process, 'warning');
        const { outcome } = await hot.reload();
        return { warned: (await warning)[0].message, outcome };
      });

      assert.deepEqual([warned, outcome], ['handler', 'rolled-back']);
    });

    it('of a dependency: the callback requires it anew, the accepting module stays', async () => {
      const app = makeApp({
        'entry.js': `${ENTRY.replace('module.exports = ', 'let self = ')}
          module.hot.accept('./self', (paths) => {
            self = require('./self');
            log.push([self.value, ...paths.map((each) => require('path').basename(each))]);
          });\n`,
        'self.js': `${LOG}exports.value = 1;\n`,
      });

      const { log, reports } = await app.drive(editAndReload, {
        data: { edits: [2, 3].map((n) => ['self.js', `${LOG}exports.value = ${n};\n`]) },
      });

      assert.deepEqual(log, ['entry', 'self', 'self', [2, 'self.js'], 'self', [3, 'self.js']]);
      assert.deepEqual(reports[1].evaluated, ['self.js']);
    });

    it('of several dependencies: one call for all that changed', async () => {
      const app = makeApp({
        'entry.js': `global.log = [];
          require('./a'); require('./b');
          module.hot.accept(['./a', './b'], (paths) =>
            log.push(paths.map((each) => require('path').basename(each)).sort()));\n`,
        'a.js': "exports.c = require('./c');\n",
        'b.js': "exports.c = require('./c');\n",
        'c.js': '1;\n',
      });

      const { log } = await app.drive(editAndReload, {
        data: {
          edits: [
            ['a.js', '2;\n'],
            ['b.js', '2;\n'],
          ],
        },
      });
      const both = await app.drive(editAndReload, {
        data: {
          edits: [
            ['a.js', "require('./c');\n"],
            ['b.js', "require('./c');\n"],
            ['c.js', '2;\n'],
          ],
        },
      });

      assert.deepEqual(log, [['a.js'], ['b.js']]);
      assert.deepEqual(both.log.at(-1), ['a.js', 'b.js']);
    });

    it('of a dependency of a dependency: the walk stops there', async () => {
      const app = makeApp({
        'entry.js': `${ENTRY}module.hot.accept('./self', () => log.push('accepted'));\n`,
        'self.js': `${LOG}require('./leaf');\n`,
        'leaf.js': '1;\n',
      });

      const { log, reports } = await app.drive(editAndReload, {
        data: { edits: [['leaf.js', '2;\n']] },
      });

      assert.deepEqual(log, ['entry', 'self', 'self', 'accepted']);
      assert.deepEqual(reports[0].evaluated, ['leaf.js', 'self.js']);
    });

    const THROWING = "module.hot.accept('./self', () => { throw new Error('callback'); }";

    it('with a callback that throws: counts as a change that no one accepts', async () => {
      const app = makeApp({
        'entry.js': `${ENTRY}${THROWING});\n`,
        'self.js': LOG,
      });

      const { log, second } = await app.drive(async ({ require, hot, edit }) => {
        process.removeAllListeners('warning');
        hot.versions();
        require('./entry');
        edit('self.js', "global.log.push('self 2');\n");
        /** @type {any[]} */
        const reports = [];
        const both = new Promise((resolve) =>
          hot.on('reload', (report) => reports.push(report) === 2 && resolve(reports)),
        );
        await hot.reload();
        const [, second] = /** @type {any[]} */ (await both);
        return { log: global.log, second };
      });

      assert.deepEqual(log, ['entry', 'self', 'self 2', 'entry']);
      assert.deepEqual(second.changed, ['entry.js']);
      assert.deepEqual(second.evaluated, ['entry.js']);
    });

    it('with an error handler: gets what the callback throws, and that is that', async () => {
      const app = makeApp({
        'entry.js': `${ENTRY}${THROWING}, (error, ids) => log.push([error.message,
          ...[ids.moduleId, ids.dependencyId].map((each) => require('path').basename(each))]));\n`,
        'self.js': LOG,
      });

      const { log, outcomes } = await app.drive(editAndReload, {
        data: { edits: [['self.js', `${LOG}//\n`]] },
      });

      assert.deepEqual(log, ['entry', 'self', 'self', ['callback', 'entry.js', 'self.js']]);
      assert.deepEqual(outcomes, ['committed']);
    });

    it('with an error handler that throws: the process goes on', async () => {
      const app = makeApp({
        'entry.js': `${ENTRY}${THROWING}, () => { throw new Error('handler'); });\n`,
        'self.js': LOG,
      });

      const { outcomes } = await app.drive(editAndReload, {
        data: {
          edits: [
            ['self.js', `${LOG}//\n`],
            ['self.js', `${LOG}// 2\n`],
          ],
        },
      });

      assert.deepEqual(outcomes, ['committed', 'committed']);
    });

    it('of what does not exist throws as require does', async () => {
      const app = makeApp({
        'entry.js': "try { module.hot.accept('./none'); } catch (e) { module.exports = e.code; }\n",
      });

      assert.equal(
        await app.drive(({ require, hot }) => hot.versions() && require('./entry')),
        'MODULE_NOT_FOUND',
      );
    });

    it('may be called through an alias, and later on', async () => {
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': `${LOG}const { hot } = module; const { accept } = hot; global.accepted = new Promise((done) => setImmediate(() => done(accept())));\n`,
      });

      const log = await app.drive(async ({ require, hot, edit }) => {
        hot.versions();
        require('./entry');
        await global.accepted;
        edit('self.js', (/** @type {string} */ text) => `${text}//`);
        await hot.reload();
        return global.log;
      });

      assert.deepEqual(log, ['entry', 'self', 'self']);
    });
  });

  describe('dispose()', () => {
    const disposing = (/** @type {string} */ name) => `const { hot } = module;
      log.push(['data', hot.data]);
      hot.accept();
      hot.dispose((data) => { log.push('${name} 1'); data.from = '${name}'; });
      hot.addDisposeHandler((data) => log.push(['${name} 2', { ...data }]));
      const removed = () => log.push('removed');
      hot.dispose(removed);
      hot.removeDisposeHandler(removed);\n`;

    it('runs the handlers in order; the next version finds their data', async () => {
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': disposing('a') });

      const { log } = await app.drive(editAndReload, {
        data: { edits: ['b', 'c'].map((name) => ['self.js', disposing(name)]) },
      });

      assert.deepEqual(
        log,
        [
          'entry',
          ['data', null],
          'a 1',
          ['a 2', { from: 'a' }],
          ['data', { from: 'a' }],
          'b 1',
          ['b 2', { from: 'b' }],
          ['data', { from: 'b' }],
        ].map((each) =>
          Array.isArray(each) && each[1] === null
            ? ['data'].concat(/** @type {any} */ ([null]))
            : each,
        ),
      );
    });

    it('runs before the successor evaluates, importers before what they import', async () => {
      const file = (/** @type {string} */ name, /** @type {string} */ next) =>
        `${next}(global.log ??= []).push('${name}');\nmodule.hot.dispose(() => log.push('dispose ${name}'));\n`;
      const app = makeApp({
        'entry.js': file('entry', "require('./middle');\n"),
        'middle.js': file('middle', "require('./leaf');\n"),
        'leaf.js': file('leaf', ''),
      });

      const { log } = await app.drive(editAndReload, {
        data: { edits: [['leaf.js', `${file('leaf', '')}//`]] },
      });

      assert.deepEqual(log.slice(3), [
        'dispose entry',
        'dispose middle',
        'dispose leaf',
        'leaf',
        'middle',
        'entry',
      ]);
    });

    it('with a handler that throws stops nothing', async () => {
      const text = `${LOG}module.hot.accept();
        module.hot.dispose(() => { throw new Error('dispose'); });
        module.hot.dispose(() => log.push('after'));\n`;
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': text });

      const { log, outcomes, reports } = await app.drive(editAndReload, {
        data: { edits: [['self.js', `${text}//`]] },
      });

      assert.deepEqual(log, ['entry', 'self', 'after', 'self']);
      assert.deepEqual(outcomes, ['committed']);
      assert.match(reports[0].failures?.[0]?.message, /dispose/);
    });

    it('of a module that is not required any more runs too', async () => {
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': `${LOG}module.hot.dispose(() => log.push('gone'));\n`,
      });

      const { log, reports } = await app.drive(editAndReload, {
        data: { edits: [['entry.js', '1;\n']] },
      });

      assert.deepEqual(log, ['entry', 'self', 'gone']);
      assert.deepEqual(reports[0].pruned, ['self.js']);
    });

    it('restores the version, with the same data, when its successor fails', async () => {
      const good = `const { hot } = module;
        const state = hot.data?.state ?? { count: 0 };
        log.push(['self', hot.data ? hot.data.state.count : null]);
        hot.dispose((data) => { log.push('disposed'); data.state = state; });
        module.exports = () => ++state.count;\n`;
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': good });

      const result = await app.drive(
        async ({ require, hot, edit, alive }, good) => {
          hot.versions();
          require('./entry')();
          require('./entry')();
          edit('self.js', "throw new Error('broken');\n");
          const failed = await hot.reload();
          const counts = [require('./entry')(), require('./entry')()];
          edit('self.js', `${good}// mended\n`);
          const mended = await hot.reload();
          counts.push(require('./entry')());
          return { failed, mended, counts, log: global.log, alive: await alive() };
        },
        { data: good },
      );

      assert.equal(result.failed.outcome, 'restored');
      assert.equal(result.failed.error.code, 'ERR_SAFE_HOT_EVALUATE');
      assert.match(result.failed.error.message, /^Evaluating self\.js failed: broken/);
      assert.deepEqual(result.failed.evaluated, ['self.js', 'entry.js']);
      assert.equal(result.mended.outcome, 'committed');
      assert.deepEqual(result.counts, [3, 4, 5]);
      assert.deepEqual(result.log, [
        'entry',
        ['self', null],
        'entry',
        'disposed',
        'entry',
        ['self', 2],
        'entry',
        'disposed',
        ['self', 4],
      ]);
      assert.deepEqual(
        Object.values(result.alive).map((/** @type {any} */ each) => each.length),
        [1, 1],
      );
    });

    it('asks for a restart when the last good version fails as well', async () => {
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': `if (global.once) throw new Error('again');
          global.once = true;
          module.hot.dispose(() => {});\n`,
      });

      const { reports } = await app.drive(editAndReload, {
        data: { edits: [['self.js', "throw new Error('broken');\n"]] },
      });

      assert.equal(reports[0].outcome, 'restart-required');
      assert.equal(reports[0].error.code, 'ERR_SAFE_HOT_RESTORE');
    });
  });

  describe('decline()', () => {
    for (const [name, files] of Object.entries({
      'of itself': { 'entry.js': ENTRY, 'self.js': `${LOG}module.hot.decline();\n` },
      'of a dependency': { 'entry.js': `${ENTRY}module.hot.decline('./self');\n`, 'self.js': LOG },
    })) {
      it(`${name} asks for a restart and evaluates nothing`, async () => {
        const app = makeApp(files);

        const { log, reports } = await app.drive(editAndReload, {
          data: { edits: [['self.js', `${files['self.js']}//`]] },
        });

        assert.deepEqual(log, ['entry', 'self']);
        assert.equal(reports[0].outcome, 'restart-required');
        assert.equal(reports[0].error.code, 'ERR_SAFE_HOT_DECLINED');
        assert.match(
          reports[0].error.message,
          /^self\.js cannot be replaced: (self|entry)\.js decl/,
        );
      });
    }
  });

  describe('status()', () => {
    it('is told to handlers at each step; a handler goes with its version or when removed', async () => {
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': `${LOG}const { hot } = module;
          hot.accept();
          log.push(hot.status());
          const first = (status) => log.push('1 ' + status);
          const second = (status) => log.push('2 ' + status);
          hot.addStatusHandler(first);
          hot.addStatusHandler(second);
          hot.removeStatusHandler(second);\n`,
      });

      const log = await app.drive(async ({ require, hot, edit }) => {
        hot.versions();
        require('./entry');
        global.log.length = 0;
        edit('self.js', "const { hot } = module; log.push('in ' + hot.status());\n");
        await hot.reload();
        const count = global.log.length;
        await hot.reload('./self');
        return { first: global.log.slice(0, count), second: global.log.slice(count) };
      });

      assert.deepEqual(log.first, ['1 prepare', 'in prepare', '1 apply']);
      assert.deepEqual(log.second, ['entry', 'in prepare']);
    });
  });

  it('goes on when a status handler throws', async () => {
    const app = makeApp({
      'entry.js': `${ENTRY}module.hot.addStatusHandler((status) => { throw new Error(status); });\n`,
      'self.js': `${LOG}module.hot.accept();\n`,
    });

    const result = await app.drive(async ({ require, hot, edit }) => {
      const warnings = [];
      process.on('warning', ({ message }) => warnings.push(message));
      hot.versions();
      require('./entry');
      const outcomes = [];
      for (let round = 0; round < 2; round += 1) {
        edit('self.js', (/** @type {string} */ text) => `${text}//`);
        outcomes.push((await hot.reload()).outcome);
      }
      hot.hotReload('./self');
      await new Promise((resolve) => setImmediate(resolve));
      return { outcomes, first: warnings.slice(0, 3) };
    });

    assert.deepEqual(result, {
      outcomes: ['committed', 'committed'],
      first: ['prepare', 'apply', 'idle'],
    });
  });

  it('invalidate() reloads the module and its importers, if it does not accept itself', async () => {
    const app = makeApp({
      'entry.js': ENTRY,
      'self.js': `${LOG}exports.invalidate = module.hot.invalidate;\n`,
    });

    const result = await app.drive(async ({ require, hot }) => {
      hot.versions();
      const { invalidate } = require('./entry');
      const reported = new Promise((resolve) => hot.on('reload', resolve));
      invalidate();
      const { changed, outcome } = /** @type {any} */ (await reported);
      return { changed, outcome, log: global.log };
    });

    assert.deepEqual(result, {
      changed: ['self.js'],
      outcome: 'committed',
      log: ['entry', 'self', 'entry', 'self'],
    });
  });

  it('active is true until the version is replaced', async () => {
    const app = makeApp({
      'entry.js': ENTRY,
      'self.js': 'const { hot } = module; module.exports = () => hot.active;\n',
    });

    const active = await app.drive(({ require, hot }) => {
      hot.versions();
      const old = require('./self');
      const before = old();
      const fresh = hot.hotReload('./self');
      return [before, old(), fresh()];
    });

    assert.deepEqual(active, [true, false, true]);
  });

  it('check() and apply() tell what is outdated, and take it', async () => {
    const app = makeApp({
      'entry.js': 'exports.hot = module.hot;\nrequire("./self");\n',
      'self.js': `${LOG}module.hot.accept();\n`,
    });

    const result = await app.drive(async ({ require, hot, edit }) => {
      hot.versions();
      const api = require('./entry').hot;
      const names = (/** @type {any} */ list) =>
        list?.map((/** @type {string} */ each) => each.split(/[\\/]/).at(-1)) ?? null;
      const calls = [await api.check(), await api.apply()];
      edit('self.js', (/** @type {string} */ text) => `${text}//`);
      calls.push(names(await api.check(false)), global.log.length, names(await api.apply()));
      edit('self.js', (/** @type {string} */ text) => `${text}//`);
      calls.push(names(await api.check(true)), await api.check(), global.log.length);
      return calls;
    });

    assert.deepEqual(result, [null, [], ['self.js'], 1, ['self.js'], ['self.js'], null, 3]);
  });

  it('is not enumerable, and is undefined without safe-hot', async () => {
    const app = makeApp({
      'self.js':
        'module.exports = { hot: typeof module.hot, keys: Object.keys(module).includes("hot") };\n',
    });

    const result = await app.drive((kit) => {
      const before = kit.require('./self').hot;
      const after = kit.hot.hotReload('./self');
      return { before, ...after };
    });

    assert.deepEqual(result, { before: 'undefined', hot: 'object', keys: false });
  });

  it('and what else stands in a module may be of the program', async () => {
    const app = makeApp({
      'self.js': `module.hot = 'own';
require.main = 'main';
module.exports = [module.hot, require.main, require.resolve.paths('x')[0] === module.paths[0]];
`,
    });

    const seen = await app.drive(({ require, hot }) => hot.versions() && require('./self'));

    assert.deepEqual(seen, ['own', 'main', true]);
  });

  describe('keep()', () => {
    /** A stage that waits for a socket to be asked for again does not end in time. */
    const PATIENT = JSON.stringify({
      'safe-hot': { exclude: ['driver.js'], settleTimeoutMs: 600_000 },
    });
    const keeping = (/** @type {string} */ name) => `
      module.exports = module.hot.keep('pool', () => { log.push('create ${name}'); return { of: '${name}' }; },
        (pool) => log.push('end ' + pool.of));\n`;

    it('keeps a value over versions, and ends it when the module is pruned', async () => {
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': keeping('a') });

      const { log, outcomes } = await app.drive(editAndReload, {
        data: {
          edits: [
            ['self.js', keeping('b')],
            ['self.js', "throw new Error('broken');\n"],
            ['self.js', keeping('c')],
            ['entry.js', "log.push('entry');\n"],
            ['entry.js', ENTRY],
          ],
        },
      });

      assert.deepEqual(outcomes, [
        'committed',
        'rolled-back',
        'committed',
        'committed',
        'committed',
      ]);
      assert.deepEqual(
        log.filter((/** @type {string} */ each) => each !== 'entry'),
        ['create a', 'end a', 'create c'],
      );
    });

    it('keeps what is made for the value, and ends it when the module is pruned', async () => {
      const keeping = (/** @type {string} */ name) => `// ${name}
        const { fork } = require('node:child_process');
        module.exports = module.hot.keep('work', () => ({
          child: fork('child.js'),
          every: setInterval(() => log.push('tick'), 1),
        }));
        setInterval(() => {}, 1000);\n`;
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': keeping('a'),
        'child.js': 'setInterval(() => {}, 1000);\n',
      });

      const { kinds, ended, late } = await app.drive(
        async ({ require, hot, edit }, { text }) => {
          const { setTimeout: pause } = require('node:timers/promises');
          global.log = [];
          const { child } = require('./entry');
          for (const name of ['b', 'c']) {
            edit('self.js', `${text}// ${name}\n`);
            await hot.reload();
          }
          const kinds = hot.resources().map(({ kind }) => kind);
          const ticks = () => global.log.filter((each) => each === 'tick').length;
          const before = ticks();
          while (ticks() === before) await pause(1);
          const exit = new Promise((resolve) => child.once('exit', resolve));
          edit('entry.js', 'exports.without = true;\n');
          await hot.reload();
          const last = ticks();
          await exit;
          return { kinds, ended: child.killed, late: ticks() - last };
        },
        { data: { text: keeping('a') } },
      );

      assert.deepEqual(kinds.sort(), ['child process', 'timer', 'timer']);
      assert.equal(ended, true);
      assert.equal(late, 0);
    });

    for (const [how, create] of Object.entries({
      'at once': '() => http.createServer(answer).listen(0)',
      'after it has waited':
        'async () => { await null; return http.createServer(answer).listen(0); }',
    })) {
      it(`keeps a server that listens ${how}, and closes it when the module is pruned`, async () => {
        const self = `const http = require('node:http');
          const answer = (request, response) => response.end('kept');
          module.exports = module.hot.keep('server', ${create});\n`;
        const app = makeApp({ 'package.json': PATIENT, 'entry.js': ENTRY, 'self.js': self });

        const { isSame, outcomes, kinds, body, owners } = await app.drive(
          async ({ require, hot, edit }, { text }) => {
            hot.versions();
            const { once } = require('node:events');
            const server = await require('./entry');
            if (!server.listening) await once(server, 'listening');
            const { port } = server.address();
            const outcomes = [];
            const save = async (name, content) => {
              edit(name, content);
              outcomes.push((await hot.reload()).outcome);
            };
            await save('self.js', `${text}// b\n`);
            await save('self.js', `${text}throw new Error('no');\n`);
            await save('self.js', `${text}// c\n`);
            const isSame = (await require('./entry')) === server;
            const kinds = hot.resources().map(({ kind, what }) => [kind, what]);
            const body = await (await fetch(`http://localhost:${port}`)).text();
            const closed = once(server, 'close');
            await save('entry.js', 'exports.without = true;\n');
            await closed;
            return { isSame, outcomes, kinds, body, owners: hot.resources() };
          },
          { data: { text: self } },
        );

        assert.deepEqual(outcomes, ['committed', 'rolled-back', 'committed', 'committed']);
        assert.equal(isSame, true);
        assert.deepEqual(
          kinds.filter(([kind]) => kind === 'server'),
          [['server', 'listening on :0']],
        );
        assert.equal(body, 'kept');
        assert.deepEqual(
          owners.filter(({ kind }) => kind === 'server'),
          [],
        );
      });
    }

    it('gives the socket of an earlier version to a server that is kept from now on', async () => {
      const self = (/** @type {string} */ word, /** @type {string} */ made) =>
        `const make = () => require('node:http').createServer((q, s) => s.end('${word}')).listen(${'${process.env.PORT}'});
          module.exports = ${made};\n`;
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': '' });

      const result = await app.drive(
        async ({ require, hot, edit }, { before, after }) => {
          const { once } = require('node:events');
          hot.versions();
          const net = require('node:net').createServer();
          await once(net.listen(0), 'listening');
          process.env.PORT = String(net.address().port);
          await new Promise((resolve) => net.close(resolve));
          const fill = (text) => text.replaceAll('${process.env.PORT}', process.env.PORT);
          edit('self.js', fill(before));
          await once(require('./entry'), 'listening');
          edit('self.js', fill(after));
          const { outcome } = await hot.reload();
          edit('self.js', `${fill(after)}//\n`);
          const next = await hot.reload();
          const body = await (await fetch(`http://localhost:${process.env.PORT}`)).text();
          const server = require('./entry');
          edit('entry.js', 'exports.without = true;\n');
          await hot.reload();
          return { outcome, next: next.outcome, body, listening: server.listening };
        },
        {
          data: {
            before: self('plain', 'make()'),
            after: self('kept', "module.hot.keep('server', make)"),
          },
        },
      );

      assert.deepEqual(result, {
        outcome: 'committed',
        next: 'committed',
        body: 'kept',
        listening: false,
      });
    });

    it('tries again where the promise of a value has rejected', async () => {
      const keeping = (/** @type {string} */ name, /** @type {string} */ run) =>
        `module.exports = module.hot.keep('db', async () => { await null; ${run} });
          module.exports.catch(() => {}); // ${name}\n`;
      const app = makeApp({
        'entry.js': ENTRY,
        'self.js': keeping('a', "throw new Error('no');"),
      });

      const result = await app.drive(
        async ({ require, hot, edit }, { text }) => {
          hot.versions();
          const first = await require('./entry').catch(({ message }) => message);
          edit('self.js', text);
          await hot.reload();
          return [first, await require('./self')];
        },
        { data: { text: keeping('b', "return 'yes';") } },
      );

      assert.deepEqual(result, ['no', 'yes']);
    });

    it('keeps false values and nothing of a create() that throws', async () => {
      const app = makeApp({
        'self.js': `const { keep } = module.hot;
          const tries = [];
          for (let i = 0; i < 2; i += 1) {
            tries.push(keep('zero', () => { tries.push('created'); return 0; }));
            try { keep('bad', () => { throw new Error('bad ' + i); }); } catch (error) { tries.push(error.message); }
          }
          module.exports = tries;\n`,
      });

      const tries = await app.drive(({ require, hot }) => hot.versions() && require('./self'));

      assert.deepEqual(tries, ['created', 0, 'bad 0', 0, 'bad 1']);
    });

    it('does not keep what a version that failed created', async () => {
      const app = makeApp({ 'entry.js': ENTRY, 'self.js': '1;\n' });

      const { log } = await app.drive(editAndReload, {
        data: {
          edits: [
            ['self.js', `${keeping('a')}throw new Error('after');\n`],
            ['self.js', keeping('b')],
          ],
        },
      });

      assert.deepEqual(
        log.filter((/** @type {string} */ each) => each !== 'entry'),
        ['create a', 'end a', 'create b'],
      );
    });
  });

  describe('use()', () => {
    it('ends a resource with its version, newest first, in the way that it has', async () => {
      const app = makeApp({
        'self.js': `const { use } = module.hot;
          const resources = ['close', 'destroy', 'terminate', 'kill', 'unsubscribe'].map((name) =>
            use({ name, [name]() { log.push(this.name); } }));
          if (Symbol.dispose) use({ [Symbol.dispose]: () => log.push('dispose'), close: () => log.push('not') });
          else use(() => log.push('dispose'));
          use(() => log.push('function'));
          module.exports = resources.map(({ name }) => name);\n`,
      });

      const { log, names } = await app.drive(({ require, hot }) => {
        hot.versions();
        global.log = [];
        const names = require('./self');
        hot.hotReload('./self');
        return { log: global.log, names };
      });

      assert.deepEqual(names, ['close', 'destroy', 'terminate', 'kill', 'unsubscribe']);
      assert.deepEqual(log, ['function', 'dispose', ...names.reverse()]);
    });

    it('refuses what cannot be ended', async () => {
      const app = makeApp({
        'self.js': `module.exports = [null, undefined, 1, {}].map((each) => {
          try { module.hot.use(each); } catch (error) { return error.code; }
        });\n`,
      });

      const codes = await app.drive(({ require, hot }) => hot.versions() && require('./self'));

      assert.deepEqual(codes, Array(4).fill('ERR_SAFE_HOT_INVALID_ARGUMENT'));
    });
  });

  it('watch() makes the module depend on a file that is no module', async () => {
    const app = makeApp({
      'entry.js': ENTRY,
      'self.js': `${LOG}module.hot.watch('views/page.html');
        module.exports = require('fs').readFileSync(__dirname + '/views/page.html', 'utf8');\n`,
      'views/page.html': 'one',
    });

    const result = await app.drive(async ({ require, hot, edit }) => {
      const watcher = hot.watch();
      const seen = [require('./entry')];
      await watcher.ready();
      await new Promise((resolve) => setImmediate(resolve));
      await watcher.ready();
      const evaluated = [];
      for (const text of ['two', 'three']) {
        const reported = new Promise((resolve) => hot.on('reload', resolve));
        edit('views/page.html', text, { mode: 'rename' });
        evaluated.push(/** @type {any} */ (await reported).evaluated);
        seen.push(require('./entry'));
      }
      return { seen, evaluated };
    });

    assert.deepEqual(result.seen, ['one', 'two', 'three']);
    assert.deepEqual(result.evaluated, Array(2).fill(['self.js', 'entry.js']));
  });

  it('refuses handlers that are no functions', async () => {
    const app = makeApp({
      'self.js': `const { hot } = module;
        module.exports = [() => hot.dispose(), () => hot.addDisposeHandler(1), () => hot.keep('a'), () => hot.accept([1]),
          () => hot.accept('./self', 1), () => hot.addStatusHandler('x'), () => hot.watch(1)].map((call) => {
            try { call(); } catch (error) { return error.code; }
          });\n`,
    });

    const codes = await app.drive(({ require, hot }) => hot.versions() && require('./self'));

    assert.deepEqual(codes, Array(7).fill('ERR_SAFE_HOT_INVALID_ARGUMENT'));
  });
});
