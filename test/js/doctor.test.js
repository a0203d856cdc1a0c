'use strict';

/* `safe-hot doctor` asks the program that runs in the project, and says clearly which one it does not reach. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { askDoctor, runningPrograms } = require('../../js/doctor/ask');
const { BIN, SERVER, useApps } = require('../helpers/cli-app');
const { runScript } = require('../helpers/child');
const { itOnOneLine } = require('../helpers/node-lines');

/** @template T @param {string} folder @param {() => Promise<T>} ask */
async function withRuntime(folder, ask) {
  const before = process.env['XDG_RUNTIME_DIR'];
  process.env['XDG_RUNTIME_DIR'] = folder;
  try {
    return await ask();
  } finally {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
  }
}

/** Holds what `value.js` exports, of each version of it. */
const HOLDER = `const held = [];
exports.hold = (value) => held.push(value);
`;

const FILES = {
  'server.js': SERVER.replace("'use strict';", "'use strict';\nrequire('./lib/holder');"),
  'value.js': "require('held').hold(() => 1);\nmodule.exports = 'one';\n",
  'lib/holder.js': '',
  'node_modules/held/index.js': HOLDER,
};

describe('safe-hot doctor of a program that runs', function () {
  // Windows has pipes in the place of files, which only Windows can be asked for.
  if (process.platform === 'win32') return;
  const apps = useApps();

  /** Everything of one test in a folder of its own, the sockets too. */
  function project(files = FILES) {
    const folder = apps.makeFolder(files);
    const env = { XDG_RUNTIME_DIR: folder };
    const sockets = path.join(folder, `safe-hot-${process.getuid?.()}`);
    return {
      folder,
      sockets,
      launch: (/** @type {any} */ options) => apps.launch(folder, { env, ...options }),
      doctor: (/** @type {string[]} */ ...args) =>
        runScript(BIN, { cwd: folder, env, args: ['doctor', ...args] }),
    };
  }

  for (const how of ['cli', 'register']) {
    it(`names the holder (${how})`, async () => {
      const { launch, doctor, sockets } = project();
      const app = await launch({ how }).serving();
      app.edit('value.js', 'one', 'two');
      await app.nextReload();

      const { lines, code, stderr } = await doctor();

      assert.equal(stderr, '');
      assert.match(lines[0] ?? '', /^value\.js@1 is still reachable/);
      assert.match(lines[1] ?? '', /is `held\[0\]` of node_modules\/held\/index\.js:1$/);
      assert.equal(code, 1);
      assert.equal(fs.statSync(sockets).mode & 0o777, 0o700);
      for (const name of fs.readdirSync(sockets)) {
        assert.equal(fs.statSync(path.join(sockets, name)).mode & 0o777, 0o600, name);
      }
    });
  }

  itOnOneLine('says so if none runs here, and where one runs', async () => {
    const { launch, doctor, folder } = project({
      'server.js': SERVER,
      'value.js': '',
      'other/package.json': '{}',
    });
    const none = await doctor();
    const app = await launch({}).serving();
    const other = await doctor('--entry', 'worker.js');
    const elsewhere = await runScript(BIN, {
      cwd: path.join(folder, 'other'),
      env: { XDG_RUNTIME_DIR: folder },
      args: ['doctor'],
    });
    const byPid = await doctor('--pid', String(app.pid));
    const both = await doctor('x.heapsnapshot', '--pid', String(app.pid));

    assert.equal(none.code, 2);
    assert.match(none.stderr, /No program runs under safe-hot in .*ERR_SAFE_HOT_NOT_RUNNING/);
    assert.match(other.stderr, /No worker\.js runs under safe-hot .* there is .*server\.js/);
    assert.match(elsewhere.stderr, new RegExp(`there is ${folder}/server.js \\(pid ${app.pid}\\)`));
    assert.deepEqual(byPid.lines, ['No old version is reachable.']);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /file must be one heap snapshot, without --entry and --pid/);
  });

  itOnOneLine('lets choose where several run', async () => {
    const { launch, doctor } = project({ 'server.js': SERVER, 'b.js': SERVER, 'value.js': '' });
    const one = await launch({}).serving();
    const two = await launch({ entry: 'b.js', how: 'register' }).serving();

    const several = await doctor();
    const chosen = await doctor('--json', '--entry', 'b');

    assert.equal(several.code, 2);
    for (const { pid } of [one, two]) assert.match(several.stderr, new RegExp(`\\(pid ${pid}\\)`));
    assert.match(several.stderr, /ERR_SAFE_HOT_SEVERAL_RUN/);
    assert.deepEqual([chosen.lines, chosen.code], [['[]'], 0]);
  });

  itOnOneLine('takes away what a killed program has left', async () => {
    const { launch, doctor, sockets } = project({ 'server.js': SERVER, 'value.js': '' });
    const app = await launch({ how: 'register' }).serving();
    process.kill(app.pid, 'SIGKILL');
    await app.end();
    assert.equal(fs.readdirSync(sockets).length, 2);

    const { stderr } = await doctor();

    assert.match(stderr, /ERR_SAFE_HOT_NOT_RUNNING/);
    assert.deepEqual(fs.readdirSync(sockets), []);
  });

  itOnOneLine('tells why a program cannot answer', async () => {
    const none = "require('node:v8').getHeapSnapshot = () => { throw new Error('no memory'); };\n";
    const { launch, doctor } = project({ 'server.js': none + SERVER, 'value.js': '' });
    const app = await launch({}).serving();

    const { code, stderr } = await doctor();

    assert.equal(code, 2);
    assert.match(stderr, /server\.js .*gives no answer: no memory .*ERR_SAFE_HOT_NO_ANSWER/);
    assert.match(await app.get(), /./);
  });

  // Node 20 and 22 break off looking for the real path of what they import after a socket has been looked at.
  it('takes it away without a trace in how Node resolves imports', async () => {
    const { launch, folder, sockets } = project({
      'server.js': SERVER,
      'value.js': '',
      'app.js': `const fs = require('node:fs');
setImmediate(async function look() {
  if (fs.existsSync(process.argv[2])) return setImmediate(look);
  const { url } = await import('importer');
  console.log(url);
});
`,
      'node_modules/importer/package.json': '{ "type": "module", "main": "i.js" }',
      'node_modules/importer/i.js': "export { url } from 'linked/i.js';\n",
      'node_modules/.store/linked/package.json': '{ "type": "module" }',
      'node_modules/.store/linked/i.js': 'export const { url } = import.meta;\n',
    });
    fs.symlinkSync(path.join('.store', 'linked'), path.join(folder, 'node_modules', 'linked'));
    const killed = await launch({ how: 'register' }).serving();
    process.kill(killed.pid, 'SIGKILL');
    await killed.end();
    const left = fs.readdirSync(sockets).find((name) => name.endsWith('.sock'));

    const args = [path.join(sockets, left ?? '')];
    const app = launch({ entry: 'app.js', args, how: 'register' });

    assert.match(await app.nextLine('file:'), /\/node_modules\/\.store\/linked\/i\.js$/);
  });

  itOnOneLine('waits for no program that stands still, nor for one that ends', async () => {
    const { launch, folder } = project({ 'server.js': SERVER, 'value.js': '' });
    const app = await launch({ how: 'register' }).serving();
    process.kill(app.pid, 'SIGSTOP');
    const [program] = await withRuntime(folder, runningPrograms);
    assert.ok(program);

    await assert.rejects(askDoctor(program, 100), {
      code: 'ERR_SAFE_HOT_NO_ANSWER',
      message: /has said nothing for 0\.1 s/,
    });
    const asked = askDoctor(program);
    process.kill(app.pid, 'SIGKILL');
    await assert.rejects(asked, { code: 'ERR_SAFE_HOT_NO_ANSWER', message: /it ended meanwhile/ });
  });

  it('is no handle of the program, and leaves nothing behind when it ends', async () => {
    const { launch, sockets } = project({
      // Each listener of ours is one of an emitter too.
      'server.js': `const { on, resources } = require('safe-hot');
const timer = setTimeout(() => {}, 1e6);
on('ready', () => setImmediate(() => {
  console.log(JSON.stringify([process.getActiveResourcesInfo(), resources()]));
  clearTimeout(timer);
}));
`,
      'node_modules/safe-hot/index.js': `module.exports = require(${JSON.stringify(path.join(__dirname, '..', '..'))});\n`,
    });
    const app = launch({ how: 'register' });
    const [handles, resources] = JSON.parse(await app.nextLine('['));

    // Without what standard output may be.
    const own = handles.filter((/** @type {string} */ each) =>
      /^(Timeout|.*ServerWrap)$/i.test(each),
    );
    assert.deepEqual(own, ['Timeout']);
    assert.deepEqual(
      resources.map((/** @type {any} */ each) => each.kind),
      ['timer', 'listener', 'listener'],
    );
    assert.deepEqual(await app.end(), { code: 0, signal: null });
    assert.deepEqual(fs.readdirSync(sockets), []);
  });

  itOnOneLine('uses no folder that others can enter', async () => {
    const { launch, doctor, sockets } = project({ 'server.js': SERVER, 'value.js': '' });
    // Whatever others have put there.
    fs.mkdirSync(sockets, { mode: 0o777 });
    fs.chmodSync(sockets, 0o777);
    const server = net.createServer().listen(path.join(sockets, 'x.sock'));
    fs.writeFileSync(
      path.join(sockets, 'x.json'),
      JSON.stringify({ pid: 1, root: '/', entry: '' }),
    );
    await launch({ how: 'register' }).serving();

    const { stderr } = await doctor();

    assert.match(stderr, /No program runs under safe-hot/);
    assert.deepEqual(fs.readdirSync(sockets).sort(), ['x.json', 'x.sock']);
    server.close();
  });
});
