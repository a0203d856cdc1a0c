'use strict';

/* What other tools in the process do to modules. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const Module = require('node:module');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { REGISTER, ROOT, SERVER, useApps } = require('../helpers/cli-app');
const { LIBRARIES, needsLibraries } = require('../helpers/library-app');
const { makeApp } = require('../helpers/temp-app');

describe('a load hook of registerHooks()', () => {
  before(function () {
    if (!(/** @type {any} */ (Module).registerHooks)) this.skip();
  });

  it('gives the text of the new version too', async () => {
    const app = makeApp({ 'a.js': "module.exports = 'WORD 1';\n" });

    const seen = await app.drive(({ require, hot, edit }) => {
      const hooks = /** @type {any} */ (require('node:module')).registerHooks({
        load(/** @type {string} */ url, /** @type {any} */ context, /** @type {any} */ next) {
          const loaded = next(url, context);
          if (!url.endsWith('/a.js')) return loaded;
          return { ...loaded, source: String(loaded.source).replace('WORD', 'hooked') };
        },
      });
      const first = require('./a');
      edit('a.js', "module.exports = 'WORD 2';\n");
      const second = hot.hotReload('./a');
      hooks.deregister();
      edit('a.js', "module.exports = 'WORD 3';\n");
      return [first, second, hot.hotReload('./a')];
    });

    assert.deepEqual(seen, ['hooked 1', 'hooked 2', 'WORD 3']);
  });
});

describe('a function of a tool over _compile', () => {
  it('is asked for modules that are evaluated again as they are', async () => {
    const app = makeApp({
      'a.js': "module.exports = require('./b') + ' WORD';\n",
      'b.js': "module.exports = 'b 1';\n",
      'root.js': "module.exports = () => require('./a');\nmodule.exports();\n",
    });

    const seen = await app.drive(async ({ require, hot, edit }) => {
      const read = require('./root');
      const first = read();
      const { prototype } = /** @type {any} */ (require('node:module'));
      const compile = prototype._compile;
      prototype._compile = function (/** @type {string} */ text, /** @type {any[]} */ ...rest) {
        return compile.call(this, text.replace('WORD', 'changed'), ...rest);
      };
      edit('b.js', "module.exports = 'b 2';\n");
      await hot.reload(['./b.js']);
      const second = require('./root')();
      prototype._compile = compile;
      edit('b.js', "module.exports = 'b 3';\n");
      await hot.reload(['./b.js']);
      return [first, second, require('./root')()];
    });

    assert.deepEqual(seen, ['b 1 WORD', 'b 2 changed', 'b 3 WORD']);
  });
});

describe('an emptied require.cache', () => {
  it('takes nothing from safe-hot itself', async () => {
    const app = makeApp({ 'a.js': 'exports.value = 1;\nsetInterval(() => {}, 1_000);\n' });

    const seen = await app.drive(({ require, hot, edit }) => {
      for (const file of Object.keys(require.cache)) delete require.cache[file];
      require('./a');
      edit('a.js', (/** @type {string} */ text) => text.replace('= 1', '= 2'));
      const { value } = hot.hotReload('./a');
      return [value, hot.resources().length];
    });

    assert.deepEqual(seen, [2, 1]);
  });
});

/** A program in TypeScript, as ES modules. */
const TYPESCRIPT = {
  'package.json': '{"type":"module"}',
  'value.ts': 'export const value: number = 1;\n',
  'server.ts': `import http from 'node:http';
import { value } from './value.ts';
const shown: string = String(value);
const server = http.createServer((_: unknown, res: any) => res.end(shown));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`,
};

const IMPORT = ['--import', pathToFileURL(REGISTER).href];
const REQUIRE = ['-r', REGISTER];
const TSX = ['--import', 'tsx'];
const [MAJOR = 0] = process.versions.node.split('.').map(Number);

/** @type {Record<string, { nodeArgs?: string[], env?: Record<string, string>, from?: number, to?: number }>} */
const COMMAND_LINES = {
  '-r': { nodeArgs: REQUIRE },
  '--import': { nodeArgs: IMPORT },
  NODE_OPTIONS: { env: { NODE_OPTIONS: IMPORT.join(' ') } },
  'tsx before it': { nodeArgs: [...TSX, ...IMPORT] },
  'tsx after it': { nodeArgs: [...IMPORT, ...TSX] },
  'tsx after -r': { nodeArgs: [...REQUIRE, ...TSX] },
  '--experimental-strip-types': {
    nodeArgs: ['--experimental-strip-types', ...IMPORT],
    from: 22,
    to: 24,
  },
};

describe('a program in TypeScript under', () => {
  needsLibraries();
  const apps = useApps();

  for (const [name, { from = 20, to = Infinity, ...options }] of Object.entries(COMMAND_LINES)) {
    if (MAJOR < from || MAJOR > to) continue;
    it(`${name} starts, reloads and warns of nothing`, async () => {
      const folder = apps.makeFolder(TYPESCRIPT);
      fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
      const env = { SAFE_HOT_REPORT: 'json', ...options.env };
      const app = await apps
        .launch(folder, { how: 'plain', entry: 'server.ts', ...options, env })
        .serving();
      assert.equal(await app.get(), '1');

      app.write('value.ts', 'export const value: number = 2;\n');
      const report = await app.nextReload();

      assert.equal(report.outcome, 'committed', JSON.stringify(report));
      assert.equal(await app.get(), '2');
      assert.doesNotMatch(app.stderr, /warning/i);
    });
  }
});

/** Compilers of TypeScript as people bring them, and what `tsconfig.json` has to say. */
const COMPILERS = {
  'ts-node': ['-r', 'ts-node/register/transpile-only'],
  '@swc-node/register': ['-r', '@swc-node/register'],
};

describe('TypeScript that is compiled to CommonJS under', () => {
  needsLibraries();
  const apps = useApps();

  for (const [name, nodeArgs] of Object.entries(COMPILERS)) {
    it(`${name} starts, refuses and reloads`, async () => {
      const folder = apps.makeFolder({
        ...TYPESCRIPT,
        'package.json': '{}',
        'tsconfig.json':
          '{"compilerOptions":{"module":"commonjs","target":"es2022","esModuleInterop":true}}',
        'server.ts': TYPESCRIPT['server.ts'].replace('./value.ts', './value'),
      });
      fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
      const launched = apps.launch(folder, { how: 'register', entry: 'server.ts', nodeArgs });
      const app = await launched.serving();
      assert.equal(await app.get(), '1');

      app.write('value.ts', 'export const value: number = ;\n');
      assert.equal((await app.nextReload()).outcome, 'refused');
      app.write('value.ts', 'export const value: number = 2;\n');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), '2');
    });
  }
});

describe('module-alias', () => {
  needsLibraries();
  const apps = useApps();

  it('leads to hot modules, of changed importers too', async () => {
    const folder = apps.makeFolder({
      'lib/value.js': "module.exports = 'one';\n",
      'aliases.js': "require('module-alias').addAlias('@lib', __dirname + '/lib');\n",
      'server.js': `require('./aliases');\n${SERVER.replace('./value', '@lib/value')}`,
    });
    fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
    const app = await apps.launch(folder).serving();

    app.edit('lib/value.js', 'one', 'two');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'two');
    app.edit('server.js', 'String(value)', "value + '!'");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'two!');
  });
});

describe('dotenv', () => {
  needsLibraries();
  const apps = useApps();

  it('has the program start again when the file is saved that it has read', async () => {
    const folder = apps.makeFolder({
      '.env': 'WORD=one\n',
      'server.js': `require('dotenv').config({ quiet: true });\n${SERVER}`,
      'value.js': 'module.exports = process.env.WORD;\n',
    });
    fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
    const app = await apps.launch(folder).serving();
    assert.equal(await app.get(), 'one');

    app.write('.env', 'WORD=two\n');

    assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_ENV_CHANGED');
    await app.serving();
    assert.equal(await app.get(), 'two');
  });
});

describe('import-in-the-middle', () => {
  needsLibraries();
  const apps = useApps();

  it('sees what cold modules import, on Node 22 and up, and all reloads', async () => {
    const folder = apps.makeFolder({
      'package.json': '{"type":"module"}',
      'node_modules/hook/package.json': '{"type":"module","exports":"./index.js"}',
      'node_modules/hook/index.js': `import module from 'node:module';
import { Hook } from 'import-in-the-middle';
module.register('import-in-the-middle/hook.mjs', import.meta.url);
new Hook(['uuid'], (exports) => { exports.v4 = () => 'hooked'; });
`,
      'node_modules/cold/package.json': '{"type":"module","exports":"./index.js"}',
      'node_modules/cold/index.js': "import { v4 } from 'uuid';\nexport const id = () => v4();\n",
      'value.js': "import { id } from 'cold';\nexport const value = () => id() + 1;\n",
      'server.js': `import http from 'node:http';
import { value } from './value.js';
const server = http.createServer((req, res) => res.end(value()));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
    });
    for (const name of ['uuid', 'import-in-the-middle']) {
      fs.symlinkSync(
        path.join(LIBRARIES, name),
        path.join(folder, 'node_modules', name),
        'junction',
      );
    }
    const app = await apps
      .launch(folder, { how: 'register', nodeArgs: ['--import', 'hook'] })
      .serving();
    const id = MAJOR === 20 ? /^[\da-f-]{36}/ : /^hooked/;
    assert.match(await app.get(), new RegExp(`${id.source}1$`));

    app.edit('value.js', '+ 1', '+ 2');

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.match(await app.get(), new RegExp(`${id.source}2$`));
    const told = [...app.stderr.matchAll(/import-in-the-middle does not see (\S+), which (\S+) /g)];
    const cold = path.join('node_modules', 'cold', 'index.js');
    assert.deepEqual(
      told.map(([, ...paths]) => paths),
      [[cold, 'value.js']],
    );
  });
});

describe('a runner of tests', () => {
  const apps = useApps();
  const FILES = {
    'sum.js': 'exports.sum = (a, b) => a + b;\n',
    'sum.mjs': 'export const sum = (a, b) => a + b;\n',
    'one.spec.js': `const { sum } = require('./sum');
describe('one', () => {
  it('passes', () => { if (sum(1, 2) !== 3 || !module.hot) throw new Error('cold'); });
  it('fails', () => { throw new Error('on purpose'); });
});
`,
    'two.spec.mjs': `import { sum } from './sum.mjs';
describe('two', () => {
  it('passes', () => { if (sum(1, 2) !== 3 || !import.meta.hot) throw new Error('cold'); });
});
`,
    'three.test.mjs': `import test from 'node:test';
import { sum } from './sum.mjs';
test('passes', () => { if (sum(1, 2) !== 3 || !import.meta.hot) throw new Error('cold'); });
test('fails', () => { throw new Error('on purpose'); });
`,
  };
  const MOCHA = [path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config'];
  const SPECS = ['one.spec.js', 'two.spec.mjs'];

  for (const [name, args, result] of [
    ['mocha', [...MOCHA, ...SPECS], /2 passing.*1 failing.*on purpose/s],
    ['mocha --parallel', [...MOCHA, '--parallel', ...SPECS], /2 passing.*1 failing.*on purpose/s],
    ['node --test', ['--test', '--test-reporter=tap', 'three.test.mjs'], /^# pass 1\n# fail 1$/m],
  ]) {
    it(`runs hot tests, and ends with its own exit code: ${name}`, () => {
      const cwd = apps.makeFolder(FILES);
      const env = { ...process.env, NODE_OPTIONS: IMPORT.join(' '), NODE_TEST_CONTEXT: undefined };

      const ended = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });

      assert.match(ended.stdout, result, ended.stderr);
      assert.equal(ended.status, 1);
    });
  }
});

describe('require-in-the-middle', () => {
  needsLibraries();
  const apps = useApps();

  it('sees what each version of a hot module requires', async () => {
    const folder = apps.makeFolder({
      'hook.cjs': `const { Hook } = require('require-in-the-middle');
new Hook(['ws'], (exports) => ({ ...exports, hooked: 'hooked' }));
`,
      'value.js': "module.exports = require('ws').hooked + 1;\n",
      'server.js': `const http = require('node:http');
const value = require('./value');
const server = http.createServer((req, res) => res.end(value));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
    });
    fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
    const nodeArgs = ['-r', './hook.cjs', ...REQUIRE];
    const env = { SAFE_HOT_REPORT: 'json' };
    const app = await apps.launch(folder, { how: 'plain', nodeArgs, env }).serving();
    assert.equal(await app.get(), 'hooked1');

    app.edit('value.js', '+ 1', '+ 2');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'hooked2');
  });
});
