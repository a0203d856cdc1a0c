'use strict';

/* The demo app under load, while its entry and a leaf of it are saved again and again. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, useApps } = require('../helpers/cli-app');
const { ENVIRONMENT, copyDemo, replace } = require('../helpers/demo-app');
const { useLoad } = require('../helpers/load');

const EDITS = 200;
const CLIENTS = 20;
const PATHS = ['/health', '/users', '/todos', '/'];

/** Says, after collections, which versions are alive: what the program itself could ask. */
const VERSIONS = `'use strict';
const { setImmediate: turn } = require('node:timers/promises');
const { versions } = require(${JSON.stringify(ROOT)});
module.exports = async (req, res) => {
  for (let count = 0; count < 10; count += 1) {
    global.gc();
    await turn();
  }
  res.json(versions());
};
`;

describe('load', () => {
  const apps = useApps();
  const load = useLoad();

  it('of 20 clients fails nowhere over 400 reloads, and the old apps are collected', async function () {
    this.timeout(120_000);
    const app = await apps
      .launch(demoWithVersions(apps.makeFolder({})), {
        how: 'register',
        nodeArgs: ['--expose-gc'],
        env: ENVIRONMENT,
      })
      .serving();
    const startedMs = performance.now();
    const traffic = load.start(app.port, { clients: CLIENTS, paths: PATHS });

    await saveAgainAndAgain(app, 'lib/format.js', ['lib/format.js', 'server.js']);
    await saveAgainAndAgain(app, 'server.js', ['server.js']);

    // The clients have kept their connections since the first version.
    assert.deepEqual(await staleVersions(app), []);
    const { failures, answered } = await traffic.stop();
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    console.log(`      ${answered} requests over ${2 * EDITS} reloads in ${seconds} s`);
    assert.deepEqual(failures, []);
    assert.ok(answered > EDITS, 'there was load');
  });
});

async function saveAgainAndAgain(app, file, expected) {
  const text = app.read(file);
  for (let count = 1; count <= EDITS; count += 1) {
    app.write(file, `${text}// ${count}\n`);
    const report = await app.nextReload();
    assert.equal(report.outcome, 'committed', JSON.stringify(report));
    for (const each of expected) assert.ok(report.evaluated.includes(each), each);
    assert.deepEqual(report.handedOver, [':0']);
  }
}

async function staleVersions(app) {
  const alive = JSON.parse(await app.get('/versions'));
  assert.ok(alive.some((each) => each.path === 'server.js' && each.version > 2 * EDITS));
  return alive.filter(({ state }) => state !== 'current');
}

function demoWithVersions(folder) {
  copyDemo(folder);
  fs.writeFileSync(path.join(folder, 'routes', 'versions.js'), VERSIONS);
  const route = "router.get('/versions', require('./versions'));\n\nmodule.exports";
  replace(path.join(folder, 'routes', 'index.js'), 'module.exports', route);
  return folder;
}
