'use strict';

/* The guide, tried as it is printed: each section that shows files and a change of one of them. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, SERVER, useApps } = require('../helpers/cli-app');
const { sectionsOf } = require('../helpers/guide');
const { startMongo } = require('../helpers/mongo');

const PAGES = ['recipes.md', 'hot-api.md', 'environments.md'];
const PACKAGES = ['libraries', 'apps'].map((name) => path.join(ROOT, 'test', name, 'node_modules'));
const PRELOADED = ['any-port.js', 'say-listening.js'];
const NODE_OPTIONS = PRELOADED.map(
  (name) => `--require ${path.join(ROOT, 'test', 'helpers', name)}`,
).join(' ');

// What is shown does not depend on the line of Node.
const IS_MEANT = process.versions.node.startsWith('24.') || process.env.WHOLE === '1';

(IS_MEANT ? describe : describe.skip)('the guide', function () {
  this.timeout(60_000);
  const apps = useApps();
  let mongo;

  before(async function () {
    if (!PACKAGES.every((folder) => fs.existsSync(folder))) {
      console.log('      skipped: npm ci in test/libraries and test/apps was not run');
      return this.skip();
    }
    const mongoose = require(path.join(PACKAGES[0], 'mongoose'));
    mongo = await startMongo(mongoose.mongo.BSON);
  });

  after(() => mongo?.close());

  for (const page of PAGES) {
    for (const { title, files, command, change } of sectionsOf(page)) {
      if (!change) continue;
      it(`${page}: ${title}`, async () => {
        const folder = apps.makeFolder(files);
        linkPackages(folder, files);
        if ('prisma/schema.prisma' in files) await generatePrisma(folder);
        const entry = command.length > 0 || files['package.json'] ? command : ['server.js'];
        const env = { NODE_OPTIONS, MONGO_URL: mongo.url };
        const app = await apps.launch(folder, { entry, env }).serving();
        assert.equal((await app.fetch(change.url)).body.includes(change.answer), false);

        app.edit(change.file, change.from, change.to);

        const report = await app.nextReload();
        assert.equal(report.outcome, 'committed', JSON.stringify(report));
        const { body } = await app.fetch(change.url);
        assert.ok(body.includes(change.answer), body);
      });
    }
  }

  const section = (/** @type {string} */ name) =>
    sectionsOf('environments.md').find(({ title }) => title.startsWith(name));
  const FILES = { 'server.js': SERVER, 'value.js': `module.exports = 'one';\n` };

  for (const [title, launch] of Object.entries({
    'Docker, WSL, network drives': (folder) =>
      apps.launch(folder, { entry: section('Docker').command }),
    "VS Code's debugger": (folder) => {
      const { type, runtimeExecutable, runtimeArgs, program } = section('VS Code').settings;
      assert.deepEqual([type, runtimeExecutable], ['node', 'node']);
      const entry = program.replace('${workspaceFolder}', folder);
      fs.mkdirSync(path.join(folder, 'node_modules'));
      fs.symlinkSync(ROOT, path.join(folder, 'node_modules/safe-hot'), 'junction');
      const env = { SAFE_HOT_REPORT: 'json' };
      return apps.launch(folder, { how: 'plain', nodeArgs: runtimeArgs, entry, env });
    },
  })) {
    it(`environments.md: ${title}`, async () => {
      const app = await launch(apps.makeFolder(FILES)).serving();

      app.edit('value.js', 'one', 'two');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });
  }

  it('has a recipe that is tried for each framework', () => {
    const untried = sectionsOf('recipes.md').filter(({ change }) => !change);
    assert.deepEqual(untried, []);
  });

  it('leads nowhere but to pages and headings that are there', () => {
    const folder = path.join(ROOT, 'docs', 'guide');
    for (const page of fs.readdirSync(folder)) {
      const text = fs.readFileSync(path.join(folder, page), 'utf8');
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        assert.ok(fs.existsSync(path.join(folder, target)), `${page} leads to ${target}`);
      }
    }
  });
});

/** The client, and a database with one user in it. @param {string} folder */
async function generatePrisma(folder) {
  fs.mkdirSync(path.join(folder, 'generated/prisma'), { recursive: true });
  fs.copyFileSync(
    path.join(ROOT, 'test/fixtures/prisma-client.ts'),
    path.join(folder, 'generated/prisma/client.ts'),
  );
  const { createClient } = require(path.join(PACKAGES[0], '@libsql/client'));
  const database = createClient({ url: `file:${path.join(folder, 'dev.db')}` });
  await database.executeMultiple(
    `create table User (id integer primary key autoincrement, name text); insert into User (name) values ('ann');`,
  );
  database.close();
}

/** Packages of the workspace, or the folder of those that the tests have installed which holds what is imported. */
function linkPackages(folder, files) {
  const modules = path.join(folder, 'node_modules');
  const workspace = Object.keys(files).filter((name) => /^packages\/.*\/package\.json$/.test(name));
  if (workspace.length > 0) {
    fs.mkdirSync(modules);
    for (const name of workspace) {
      const { name: called } = JSON.parse(files[name]);
      fs.symlinkSync(path.join(folder, path.dirname(name)), path.join(modules, called), 'junction');
    }
    return;
  }
  const text = Object.values(files).join('\n');
  const names = [...text.matchAll(/(?:from |require\()'((?:@[\w-]+\/)?[\w-]+)(?=['/])/g)].map(
    ([, name]) => name,
  );
  const source = PACKAGES.find((each) =>
    names.every((name) => fs.existsSync(path.join(each, name))),
  );
  fs.symlinkSync(source ?? PACKAGES[0], modules, 'junction');
}
