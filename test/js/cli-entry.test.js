'use strict';

/* What `safe-hot` runs where the command line names no file. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { findEntry } = require('../../js/cli/entry');
const { SERVER, useApps } = require('../helpers/cli-app');

const FILES = {
  'app.js': '',
  'src/main.ts': '',
  'bin/www': '',
  'lib/index.js': '',
  'apps/shop/src/main.ts': '',
  'nest-cli.json':
    '{ "sourceRoot": "src", "projects": { "shop": { "sourceRoot": "apps/shop/src" } } }',
  'node_modules/.bin/serve': '#!/usr/bin/env node\n',
};

/** `package.json`, and what is run: node's arguments, the entry and the program's own. */
const TAKEN = [
  [{ main: 'app.js', scripts: { start: 'node lib' } }, 'app.js'],
  [{ main: './lib' }, 'lib/index.js'],
  [{ main: 'index.js', scripts: { start: 'node app' } }, 'app.js'],
  [{ scripts: { start: 'node ./bin/www' } }, 'bin/www'],
  [{ scripts: { start: 'tsc -w', dev: 'tsx watch src/main.ts' } }, 'src/main.ts'],
  [{ scripts: { dev: 'tsx --tsconfig x.json src/main.ts --port 1' } }, 'src/main.ts --port 1'],
  [{ scripts: { dev: 'nodemon --watch src -e ts,json src/main.ts' } }, 'src/main.ts'],
  [{ scripts: { dev: 'nodemon -w src --exec "ts-node -P x.json" src/main.ts' } }, 'src/main.ts'],
  [{ scripts: { dev: 'nodemon app.js --color' } }, 'app.js --color'],
  [
    { scripts: { dev: 'ts-node-dev --respawn -r tsconfig-paths/register src/main' } },
    'src/main.ts',
  ],
  [{ scripts: { dev: 'ts-node -r dotenv/config src/main.ts' } }, '-r dotenv/config src/main.ts'],
  [{ scripts: { start: 'node --watch --env-file=.env app.js' } }, '--env-file=.env app.js'],
  [
    { scripts: { start: 'node --env-file .env --inspect app.js' } },
    '--env-file .env --inspect app.js',
  ],
  [
    { scripts: { start: 'npm run build && cross-env A=1 B="x y" node app.js' } },
    'A=1 B=x y app.js',
  ],
  [{ scripts: { start: 'nest start', dev: 'node app' } }, 'src/main.ts'],
  [{ scripts: { start: 'nest start shop --watch' } }, 'apps/shop/src/main.ts'],
  [{ scripts: { dev: 'vite-node --watch --mode test src/main.ts' } }, 'src/main.ts'],
  [
    { main: 'app.js', scripts: { test: 'mocha', start: 'A=1 serve start -l info app.js' } },
    'A=1 node_modules/.bin/serve start -l info app.js',
  ],
  [{ main: 'app.js', scripts: { start: 'gone start app.js' } }, 'app.js'],
  [{ scripts: { start: "NODE_ENV=dev npx tsx 'src/main.ts'" } }, 'NODE_ENV=dev src/main.ts'],
];

const REFUSED = [
  [undefined, /there is no package\.json/],
  ['{', /JSON/],
  ['{}', /neither main nor a script/],
  ['{ "main": "gone.js" }', /main is gone\.js, which does not exist/],
  ['{ "scripts": { "start": "gulp" } }', /scripts\.start is "gulp"; try "safe-hot app\.js"$/],
  ['{ "scripts": { "start": "node -e 1" } }', /scripts\.start is "node -e 1"/],
  ['{ "scripts": { "dev": "node" } }', /scripts\.dev is "node"/],
];

describe('the entry', () => {
  const apps = useApps();

  for (const [content, expected] of TAKEN) {
    it(`is ${expected} with ${JSON.stringify(content)}`, () => {
      const folder = apps.makeFolder({ ...FILES, 'package.json': JSON.stringify(content) });

      const { entry, programArgs, nodeArgs, env } = findEntry(path.join(folder, 'lib'));

      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const file = path.relative(folder, entry).replaceAll(path.sep, '/');
      assert.equal([...settings, ...nodeArgs, file, ...programArgs].join(' '), expected);
    });
  }

  for (const [text, reason] of REFUSED) {
    it(`is told to be missing with ${text}`, () => {
      const folder = apps.makeFolder(
        text === undefined ? {} : { 'package.json': text, 'app.js': '' },
      );
      const cwd = text === undefined ? path.parse(folder).root : folder;

      assert.throws(() => findEntry(cwd), { code: 'ERR_SAFE_HOT_NO_ENTRY', message: reason });
    });
  }

  it('is run with the flags and the environment of the script, and said', async () => {
    const app = apps.run(
      {
        'package.json': JSON.stringify({
          scripts: { start: 'WORD=hot node -r ./first.js server.js more' },
        }),
        'first.js': `globalThis.first = 'first';\n`,
        'value.js': `module.exports = [first, process.env.WORD, process.argv.slice(2)].join(' ');\n`,
        'server.js': SERVER,
      },
      { entry: [], options: [] },
    );

    await app.nextLine('listening');
    await app.nextError(/^safe-hot {2}server\.js more, from scripts\.start of package\.json$/m);
    assert.equal(await app.get(), 'first hot more');
  });

  it('may be a command of a package, which begins anew with what it has loaded', async () => {
    const app = apps.run(
      {
        'package.json': '{}',
        'node_modules/serve/package.json': '{ "name": "serve", "bin": "cli.js" }',
        'node_modules/serve/cli.js': `#!/usr/bin/env node\nrequire('./lib/start')(process.argv[2]);\n`,
        'node_modules/serve/lib/start.js': `const path = require('node:path');
module.exports = (name) => {
  const answer = require(path.resolve(name));
  const server = require('node:http').createServer((req, res) => res.end(answer));
  server.listen(0, () => console.log('listening', server.address().port, process.pid));
};
`,
        'node_modules/.bin/serve': `#!/usr/bin/env node\nrequire('../serve/cli.js');\n`,
        'site.js': `module.exports = 'one';\n`,
      },
      { entry: ['node_modules/serve/cli.js', 'site.js'] },
    );
    await app.serving();
    assert.equal(await app.get(), 'one');

    app.edit('site.js', 'one', 'two');

    const report = await app.nextReload();
    assert.equal(report.outcome, 'committed', JSON.stringify(report));
    assert.deepEqual(report.stale, []);
    assert.deepEqual(report.handedOver, [':0']);
    assert.equal(await app.get(), 'two');
  });
});
