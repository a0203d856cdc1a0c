'use strict';

/*
 * Whatever goes wrong on the way, the old versions serve or the new ones do, never a mixture, and the next good save is
 * taken. A client asks all the time.
 */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { useApps } = require('../helpers/cli-app');

/** Its importers show its value too, each on its own: a mixture of versions would be seen. */
const twoText = (/** @type {number} */ value, more = '') => `exports.two = ${value};\n${more}\n`;

const serverText = (more = '', listen = 'listen();') => `'use strict';
const http = require('node:http');
const { one } = require('./one');
const { two, ready } = require('./two');
${more}
const server = http.createServer((req, res) => res.end(one + ' ' + two));
const listen = () => server.listen(0, () => console.log('listening', server.address().port, process.pid));
${listen}
`;

const makeFiles = (/** @type {{ two?: string, server?: string }} */ more = {}) => ({
  'one.js': "exports.one = require('./two').two;\n",
  'two.js': twoText(1, more.two),
  'server.js': more.server ?? serverText(),
});

/** Listens once `ready` of two.js has ended. */
const WAITING = serverText('', 'Promise.resolve(ready).then(listen);');

/** What new code does as it evaluates, or before it listens: the old code serves on. */
const IN_THE_STAGE = {
  'a throw': 'throw new Error("mine");',
  'a throw of no error': 'throw undefined;',
  'a throw a moment later': 'process.nextTick(() => { throw new Error("mine"); });',
  'a throw in a microtask': 'queueMicrotask(() => { throw new Error("mine"); });',
  'an exit in a microtask': 'queueMicrotask(() => process.exit(3));',
  'a rejection': 'Promise.reject(new Error("mine"));',
  'an exit': 'process.exit(3);',
  'an exit a moment later':
    'exports.ready = new Promise(() => setImmediate(() => process.exit(3)));',
  'an endless recursion': '(function again() { again(); })();',
  'a worker without memory': `const { Worker } = require('node:worker_threads');
const full = new Worker('const all = []; for (;;) all.push(new Array(1e5).fill(0));', {
  eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 },
});
exports.ready = new Promise((resolve) => full.on('exit', resolve));`,
};

/** What the old code does as it goes: the new code serves all the same. */
const IN_THE_COMMIT = {
  'a dispose handler that never ends': 'module.hot.dispose(() => new Promise(() => {}));',
  'a dispose handler that throws': 'module.hot.dispose(() => { throw new Error("mine"); });',
  'a dispose handler that rejects': 'module.hot.dispose(async () => { throw new Error("mine"); });',
  'a resource that cannot be closed': `module.hot.use({ close() { throw new Error("mine"); } });`,
  'a resource whose closing never ends': `module.hot.use({ [Symbol.asyncDispose]: () => new Promise(() => {}) });`,
  'a listener of reloads that throws': `require('safe-hot').on('reload', () => { throw new Error("mine"); });`,
};

describe('a fault', () => {
  const apps = useApps();

  /**
   * Runs an app under a client that asks all the time, and looks at each answer.
   *
   * @param {Record<string, string>} files
   * @param {(app: any) => Promise<void>} play
   * @param {object} [options] of the app
   */
  async function underTraffic(files, play, options) {
    const app = await apps.serve(files, options);
    let isOver = false;
    const asking = (async () => {
      while (!isOver) assert.match(await app.get(), /^(\d+) \1$/);
    })();
    try {
      await play(app);
    } finally {
      isOver = true;
    }
    await asking;
    return app;
  }

  /** @param {any} app @param {number} value @param {string} [more] what it does as well */
  function save(app, value, more) {
    app.write('two.js', twoText(value, more));
  }

  /** @param {any} app @param {number} value */
  async function takesNext(app, value) {
    save(app, value);
    const report = await app.nextReload();
    assert.equal(report.outcome, 'committed', JSON.stringify(report));
    assert.equal(await app.get(), `${value} ${value}`);
  }

  for (const [name, fault] of Object.entries(IN_THE_STAGE)) {
    it(`in the stage, ${name}, leaves the old versions`, () =>
      underTraffic(makeFiles({ server: WAITING }), async (app) => {
        save(app, 2, fault);

        assert.equal((await app.nextReload()).outcome, 'rolled-back');
        assert.equal(await app.get(), '1 1');
        await takesNext(app, 3);
      }));
  }

  for (const [name, fault] of Object.entries(IN_THE_COMMIT)) {
    it(`in the commit, ${name}, takes nothing from the new versions`, async () => {
      const linked = { ...makeFiles({ two: fault }), ...linkToSelf() };
      await underTraffic(linked, async (app) => {
        await takesNext(app, 2);
        await takesNext(app, 3);
      });
    });
  }

  it('of an accept callback makes its module one that does not accept', () => {
    const accepting = "module.hot.accept(['./one', './two'], () => { throw new Error('mine'); });";
    return underTraffic(makeFiles({ server: serverText(accepting) }), async (app) => {
      app.write('two.js', twoText(1, '// edited'));
      assert.equal((await app.nextReload()).outcome, 'committed');

      const { evaluated } = await app.nextReload();
      assert.deepEqual(evaluated, ['server.js']);
      await takesNext(app, 2);
    });
  });

  it('of the file system, a link that leads to itself, is refused', () =>
    underTraffic(makeFiles(), async (app) => {
      fs.rmSync(app.path('two.js'));
      fs.symlinkSync('two.js', app.path('two.js'));
      await app.nextReport(({ outcome }) => outcome === 'refused');
      assert.equal(await app.get(), '1 1');

      fs.rmSync(app.path('two.js'));
      save(app, 3);
      await app.nextReport(({ outcome }) => outcome === 'committed');
      assert.equal(await app.get(), '3 3');
    }));

  it('of the clock, which goes back a year, changes nothing', () => {
    const back = 'const { now } = Date; Date.now = () => now() - 31_536_000_000;';
    return underTraffic(makeFiles({ server: serverText(back) }), async (app) => {
      await takesNext(app, 2);
      save(app, 3);
      const past = new Date('1999-12-31');
      fs.utimesSync(app.path('two.js'), past, past);
      await app.nextReport(({ outcome }) => outcome === 'committed');
      assert.equal(await app.get(), '3 3');
    });
  });

  it('of 10,000 saves in a row ends with what the files hold', async () => {
    const app = await apps.serve(makeFiles());

    for (let value = 2; value <= 5_001; value += 1) {
      save(app, value);
      app.write('one.js', `exports.one = require('./two').two; // ${value}\n`);
    }
    const isLast = async () => (await app.get()) === '5001 5001';
    while (!(await isLast())) await app.nextReload();

    save(app, 6_000);
    while ((await app.get()) !== '6000 6000') await app.nextReload();
  });

  for (const how of ['cli', 'register']) {
    it(`while a stage waits, a signal, ends the process under ${how}`, async () => {
      const app = await apps.serve(makeFiles({ server: WAITING }), { how });
      save(app, 2, 'exports.ready = new Promise(() => {}); console.log("staged");');
      await app.nextLine('staged');

      app.kill('SIGTERM');

      const { code, signal } = await app.end();
      assert.ok(signal === 'SIGTERM' || code === 143, `${code} ${signal}`);
    });
  }

  describe('of a system that has no more', () => {
    const files = makeFiles({
      server: serverText(`const fs = require('node:fs');
const held = (globalThis.held ??= []);
if (!process.listenerCount('SIGUSR2')) process.on('SIGUSR2', () => {
  if (held.length) { for (const file of held.splice(0)) fs.closeSync(file); }
  else { try { for (;;) held.push(fs.openSync('/dev/null')); } catch {} }
  console.log('held', held.length);
});`),
    });

    it('file descriptors is refused, and the same save is taken with the next', async function () {
      if (process.platform !== 'linux') this.skip();
      const app = await apps.serve(files, { within: shell('ulimit -n 256') });
      process.kill(app.pid, 'SIGUSR2');
      assert.notEqual(await app.nextLine('held'), 'held 0');

      save(app, 2);
      assert.equal((await app.nextReload()).outcome, 'refused');
      process.kill(app.pid, 'SIGUSR2');
      await app.nextLine('held 0');

      assert.equal(await app.get(), '1 1');
      await takesNext(app, 3);
    });

    for (const limit of ['max_inotify_watches', 'max_inotify_instances']) {
      it(`${limit} is told, and saves are found by polling`, async function () {
        const within = ['unshare', '-Ur', ...shell(`echo 0 > /proc/sys/user/${limit}`)];
        if (!canRun([...within, 'true'])) this.skip();
        const app = await apps.serve(makeFiles(), { within });
        const watched = app.reports.find(({ type }) => type === 'watch');
        assert.ok(watched, app.stderr);

        save(app, 2);
        await app.nextReport(({ outcome }) => outcome === 'committed');
        assert.equal(await app.get(), '2 2');
      });
    }
  });
});

/** Runs what follows after a line of shell. @param {string} line */
function shell(line) {
  return ['sh', '-c', `${line} && exec "$@"`, 'sh'];
}

/** @param {string[]} command */
function canRun([program, ...args]) {
  return spawnSync(program, args).status === 0;
}

/** `require('safe-hot')` in an app. */
function linkToSelf() {
  const target = JSON.stringify(require.resolve('../../js/index.js'));
  return { 'node_modules/safe-hot/index.js': `module.exports = require(${target});\n` };
}
