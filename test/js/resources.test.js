'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { kinds, onceKinds, slowKinds } = require('../fixtures/resources/kinds');
const { ROOT, useApps } = require('../helpers/cli-app');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'resources');
const PACKAGE = path.join(__dirname, '..', '..');

/** A folder of its own, since the program writes a module for each kind. */
function makeApp() {
  const app = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-resources-'));
  fs.cpSync(FIXTURE, app, { recursive: true });
  const settings = { name: 'app', 'safe-hot': { settleTimeoutMs: 0 } };
  fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify(settings));
  fs.mkdirSync(path.join(app, 'node_modules', 'cold'), { recursive: true });
  fs.symlinkSync(PACKAGE, path.join(app, 'node_modules', 'safe-hot'), 'dir');
  const cold = 'exports.every = (ms) => setInterval(() => {}, ms);\n';
  fs.writeFileSync(path.join(app, 'node_modules', 'cold', 'index.js'), cold);
  return app;
}

/** @returns {Promise<Map<string, object>>} what the program printed, by kind */
async function reloadEachKind(app) {
  const child = spawn(process.execPath, ['--expose-gc', 'main.js'], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const results = new Map();
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const result = JSON.parse(line);
    results.set(result.name, result);
  }
  return results;
}

describe('resources', function () {
  this.timeout(240_000);
  let app;
  let results;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    app = makeApp();
    results = await reloadEachKind(app);
  });

  after(() => fs.rmSync(app, { recursive: true, force: true }));

  for (const name of Object.keys({ ...kinds, ...onceKinds, ...slowKinds })) {
    it(`${name}: as many after the reloads as after the first load, and one version`, () => {
      const { before, after, alive } = results.get(name) ?? {};

      assert.ok(before, 'the program did not come to this kind');
      assert.deepEqual(JSON.parse(after), JSON.parse(before));
      assert.equal(alive, 1);
    });
  }
});

describe('resources()', () => {
  const apps = useApps();

  it('lists what each version owns, and client sockets that no one does', async () => {
    const app = await apps.serve({
      'server.js': `'use strict';
const { resources } = require(${JSON.stringify(ROOT)});
const { connect } = require('./client');
const tick = setInterval(() => {}, 1000);
const server = require('node:http').createServer((req, res) => {
  if (req.url === '/connect') connect(server.address().port).once('connect', () => res.end());
  else res.end(JSON.stringify(resources()));
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'client.js': "exports.connect = (port) => require('node:net').connect(port);\n",
    });

    await app.get('/connect');
    const list = JSON.parse(await app.get('/'));

    const owner = { path: 'server.js', version: 1 };
    const shown = list.map(({ kind, what, owner: by, ageMs }) => {
      assert.ok(ageMs >= 0);
      return { kind, what: what.replace(/\d{5}$/, 'port'), owner: by };
    });
    assert.deepEqual(shown, [
      { kind: 'timer', what: 'interval 1000 ms', owner },
      { kind: 'server', what: 'listening on :0', owner },
      { kind: 'socket', what: shown[2]?.what, owner: null },
    ]);
    assert.match(shown[2].what, /^socket to .*:\d+$|port$/);
  });
});
