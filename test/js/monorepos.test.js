'use strict';

/*
 * An app beside the packages that it is made of, linked as package managers link them. Yarn's Plug'n'Play, which links nothing, is
 * tested with the packed package.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { useApps } = require('../helpers/cli-app');

/** Answers with what both packages say. */
const APP = `'use strict';
const http = require('node:http');
const { word } = require('words');
const server = http.createServer(async (req, res) => res.end(word() + ' ' + (await import('numbers')).number));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

const PACKAGES = {
  'package.json': '{"private":true,"workspaces":["packages/*"]}',
  'packages/app/package.json': '{"name":"app"}',
  'packages/app/server.js': APP,
  'packages/words/package.json': '{"name":"words","main":"dist/index.js"}',
  'packages/words/dist/index.js':
    "const dep = require('dep');\nexports.word = () => require('./part') + dep;\n",
  'packages/words/dist/part.js': "module.exports = 'one';\n",
  'packages/numbers/package.json': '{"name":"numbers","type":"module","exports":"./src/index.ts"}',
  'packages/numbers/src/index.ts': "export { number } from './number.ts';\n",
  'packages/numbers/src/number.ts': 'export const number: number = 1;\n',
};

/** Where each package manager puts a package, and the links to it. @type {Record<string, { dep: string, links: Record<string, string> }>} */
const LAYOUTS = {
  'npm and yarn': {
    dep: 'node_modules/dep',
    links: {
      'node_modules/app': 'packages/app',
      'node_modules/words': 'packages/words',
      'node_modules/numbers': 'packages/numbers',
    },
  },
  pnpm: {
    dep: 'node_modules/.pnpm/dep@1.0.0/node_modules/dep',
    links: {
      'packages/words/node_modules/dep': 'node_modules/.pnpm/dep@1.0.0/node_modules/dep',
      'packages/app/node_modules/words': 'packages/words',
      'packages/app/node_modules/numbers': 'packages/numbers',
    },
  },
};

describe('workspaces as they are laid out by', () => {
  const apps = useApps();

  for (const [name, { dep, links }] of Object.entries(LAYOUTS)) {
    it(`${name} reload across packages; what is installed asks for a restart`, async () => {
      const folder = makeMonorepo({ dep, links });
      const app = await apps.launch(folder, { entry: 'packages/app/server.js' }).serving();
      assert.equal(await app.get(), 'one! 1');

      app.edit('packages/words/dist/part.js', 'one', 'two');
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed', JSON.stringify(report));
      app.edit('packages/numbers/src/number.ts', '= 1', '= 2');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two! 2');

      app.edit(`${dep}/index.js`, '!', '?');
      assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
      await app.serving();
      assert.equal(await app.get(), 'two? 2');
    });
  }

  it('npm serve on while another watcher empties dist/ and builds it again', async () => {
    const folder = makeMonorepo(LAYOUTS['npm and yarn']);
    const app = await apps.launch(folder, { entry: 'packages/app/server.js' }).serving();
    const dist = app.path('packages/words/dist');
    assert.equal(await app.get(), 'one! 1');

    const built = Object.fromEntries(
      fs.readdirSync(dist).map((file) => [file, fs.readFileSync(path.join(dist, file), 'utf8')]),
    );
    fs.rmSync(dist, { recursive: true });
    const { error } = await app.nextReload();
    assert.match(error.message, /version 1 stays in use$/);
    assert.equal(await app.get(), 'one! 1');
    fs.mkdirSync(dist);
    for (const [file, text] of Object.entries(built)) {
      fs.writeFileSync(path.join(dist, file), text.replace('one', 'two'));
    }

    await app.nextReport(({ outcome }) => outcome === 'committed');
    assert.equal(await app.get(), 'two! 1');
  });

  /** @param {(typeof LAYOUTS)[string]} layout */
  function makeMonorepo({ dep, links }) {
    const folder = apps.makeFolder({
      ...PACKAGES,
      [`${dep}/package.json`]: '{"name":"dep","version":"1.0.0"}',
      [`${dep}/index.js`]: "module.exports = '!';\n",
    });
    for (const [link, target] of Object.entries(links)) {
      const at = path.join(folder, link);
      fs.mkdirSync(path.dirname(at), { recursive: true });
      fs.symlinkSync(path.join(folder, target), at, 'junction');
    }
    return folder;
  }
});
