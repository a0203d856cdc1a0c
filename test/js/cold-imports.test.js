'use strict';

/* Cold imports that are resolved for Node: as Node does, or not at all. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { runScript } = require('../helpers/child');
const { LIBRARIES, needsLibraries } = require('../helpers/library-app');
const { makeApp } = require('../helpers/temp-app');
const { isFirstPreload } = require('../../js/node-arguments');

const REGISTER = path.resolve(__dirname, '..', '..', 'js', 'hooks', 'register.js');
const PROBE = path.resolve(__dirname, '..', 'helpers', 'resolution-probe.js');

const PACKAGES = [
  '@babel/runtime',
  '@noble/hashes',
  'ajv',
  'fastify',
  'graphql',
  'hono',
  'lodash-es',
  'luxon',
  'preact',
  'socket.io',
  'undici',
  'uuid',
  'ws',
  'zod',
];

/** @typedef {[importer: string, specifiers: string[]]} Question */

/**
 * @param {Question[]} questions
 * @param {string[]} [nodeArgs]
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ answered: string[], differences: object[] }>}
 */
async function compared(questions, nodeArgs = [], env = {}) {
  const app = makeApp({ 'questions.json': JSON.stringify(questions) });
  const { values, stderr, code } = await runScript(PROBE, {
    nodeArgs: [...nodeArgs, '--no-warnings', '-r', REGISTER],
    args: [app.path('questions.json')],
    env,
  });
  assert.equal(code, 0, stderr);
  return values[0];
}

/** The files of a package that are JavaScript. @param {string} folder @returns {string[]} */
function scriptsIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : scriptsIn(file);
    return /\.[mc]?js$/.test(entry.name) ? [file] : [];
  });
}

/** What the files of a folder import or require, once for each folder. @param {string} root @returns {Question[]} */
function importsIn(root) {
  /** @type {Map<string, Set<string>>} */
  const byFolder = new Map();
  /** @type {Map<string, string>} */
  const importers = new Map();
  for (const file of scriptsIn(root)) {
    const folder = path.dirname(file);
    importers.set(folder, file);
    const specifiers = byFolder.get(folder) ?? new Set();
    byFolder.set(folder, specifiers);
    const text = fs.readFileSync(file, 'utf8');
    for (const [, specifier] of text.matchAll(
      /\b(?:from|import|require)\s*\(?\s*['"]([^'"\n]+)['"]/g,
    )) {
      specifiers.add(/** @type {string} */ (specifier));
    }
  }
  return [...byFolder].map(([folder, specifiers]) => [
    /** @type {string} */ (importers.get(folder)),
    [...specifiers],
  ]);
}

/** The entries that a package offers, by name. @param {string} name @returns {string[]} */
function entriesOf(name) {
  const manifest = JSON.parse(fs.readFileSync(path.join(LIBRARIES, name, 'package.json'), 'utf8'));
  const { exports } = manifest;
  const keys = exports && typeof exports === 'object' ? Object.keys(exports) : ['.'];
  return keys
    .filter((key) => key.startsWith('.'))
    .flatMap((key) => {
      const entry = name + key.slice(1);
      return key.includes('*')
        ? ['a', 'index', 'index.js', 'sha2', 'x/y'].map((each) => entry.replace('*', each))
        : [entry];
    });
}

describe('what cold modules import', () => {
  before(function () {
    if (!(/** @type {any} */ (Module).registerHooks)) this.skip();
  });

  describe('in the packages of the registry', () => {
    needsLibraries();

    it('is answered as Node would, for every specifier, under other conditions too', async () => {
      const outside = path.join(LIBRARIES, '..', 'app.mjs');
      /** @type {Question[]} */
      const questions = PACKAGES.flatMap((name) => {
        const folder = path.join(LIBRARIES, name);
        const entries = entriesOf(name);
        // From outside, and by itself.
        return [...importsIn(folder), [outside, entries], [path.join(folder, 'x.js'), entries]];
      });

      for (const flags of [[], ['--conditions=development', '-C', 'browser']]) {
        const { answered, differences } = await compared(questions, flags);

        assert.deepEqual(differences, []);
        const asked = questions.flatMap(([, specifiers]) => specifiers);
        assert.ok(answered.length > 0.6 * asked.length, `${answered.length} of ${asked.length}`);
      }
    });
  });

  /** An app with a package of each kind, and what can be asked of them. */
  function oddApp() {
    const app = makeApp({
      'app.mjs': '',
      'folder/index.js': '',
      'folder/package.json': '{ "type": "module" }',
      'plain.js': '',
      'with space.mjs': '',
      'a#b.mjs': '',
      'percent%41.mjs': '',
      'data.json': '{}',
      noext: '',
      'typed/package.json':
        '{ "type": "module", "imports": { "#own": "./own.js", "#dep": "full", "#none": null, "#x/*": "./*.js" } }',
      'typed/own.js': '',
      'typed/noext': '',
      'typed/data.json': '{}',
      'typed/addon.node': '',
      'typed/m.wasm': '',
      'typed/c.cjs': '',
      'typed/t.ts': '',
      'typed/deep/own.js': '',
      'node_modules/full/package.json': JSON.stringify({
        name: 'full',
        type: 'module',
        exports: {
          '.': { custom: './custom.js', import: './index.js', require: './index.cjs' },
          './only-require': { require: './index.cjs' },
          './off': null,
          './f/*': './features/*.js',
          './f/*.mjs': './features/*.mjs',
          './f/private/*': null,
          './list': ['./missing.js', './index.js'],
          './gone': './gone.js',
          './folder': './features',
          './out': '../outside.js',
        },
      }),
      'node_modules/full/index.js': '',
      'node_modules/full/custom.js': '',
      'node_modules/full/index.cjs': '',
      'node_modules/full/features/a.js': '',
      'node_modules/full/features/b.mjs': '',
      'node_modules/full/features/private/c.js': '',
      'node_modules/outside.js': '',
      'node_modules/bare/x.js': '',
      'node_modules/bare/y.mjs': '',
      'node_modules/main/package.json': '{ "name": "main", "type": "module", "main": "lib" }',
      'node_modules/main/lib/index.js': '',
      'node_modules/main/other.js': '',
      'node_modules/other-name/package.json':
        '{ "name": "x", "type": "module", "exports": "./i.js" }',
      'node_modules/other-name/i.js': '',
      'node_modules/single.js': '',
      'node_modules/shadowed/package.json':
        '{ "name": "shadowed", "type": "module", "exports": "./i.js" }',
      'node_modules/shadowed/i.js': '',
      'nested/app.mjs': '',
      'nested/node_modules/shadowed/other.txt': '',
      'node_modules/@scope/pkg/package.json':
        '{ "name": "@scope/pkg", "exports": { ".": "./i.mjs", "./sub": "./s.mjs" } }',
      'node_modules/@scope/pkg/i.mjs': '',
      'node_modules/@scope/pkg/s.mjs': '',
      'node_modules/broken/package.json': '{ "name": "broken", ',
      'node_modules/broken/i.js': '',
      'node_modules/dist/package.json': '{ "name": "dist", "exports": "./esm/i.js" }',
      'node_modules/dist/esm/package.json': '{ "type": "module" }',
      'node_modules/dist/esm/i.js': '',
      'linked/package.json':
        '{ "name": "linked", "type": "module", "exports": { ".": "./i.js", "./self": "./s.js" } }',
      'linked/i.js': '',
      'linked/s.js': '',
    });
    fs.symlinkSync(app.path('linked'), app.path('node_modules/linked'), 'junction');
    fs.symlinkSync(app.path('typed'), app.path('alias'), 'junction');
    fs.symlinkSync(app.path('typed/own.js'), app.path('other.js'), 'file');
    return app;
  }

  const RELATIVE = [
    './app.mjs',
    './plain.js',
    './folder',
    './folder/',
    './folder/index.js',
    './plain',
    './with space.mjs',
    './with%20space.mjs',
    './a#b.mjs',
    './a%23b.mjs',
    './percent%41.mjs',
    './percent%2541.mjs',
    './app.mjs?x',
    './app.mjs#x',
    './app.mjs?',
    './data.json',
    './noext',
    './typed/noext',
    './typed/data.json',
    './typed/addon.node',
    './typed/m.wasm',
    './typed/own.js',
    './typed/own',
    './typed/c.cjs',
    './typed/t.ts',
    './alias/own.js',
    './other.js',
    './missing.js',
    './/app.mjs',
    './typed//own.js',
    './typed/./own.js',
    './typed/../app.mjs',
    './..',
    '.',
    '..',
    './',
    '../x.js',
    '.\\app.mjs',
    './typed\\own.js',
    './typed%2fown.js',
    './app.mjs ',
    './node_modules/bare/x.js',
    './node_modules/bare/y.mjs',
    './node_modules/broken/i.js',
    './node_modules/dist/esm/i.js',
    './node_modules/full/index.js',
  ];
  const BARE = [
    'full',
    'full/',
    'full/only-require',
    'full/off',
    'full/f/a',
    'full/f/b.mjs',
    'full/f/b',
    'full/f/private/c',
    'full/f/missing',
    'full/f/../index',
    'full/list',
    'full/gone',
    'full/folder',
    'full/out',
    'full/index.js',
    'full/package.json',
    'bare',
    'bare/x.js',
    'bare/x',
    'bare/y.mjs',
    'main',
    'main/other.js',
    'main/other',
    'main/lib',
    'other-name',
    'single',
    'single.js',
    'shadowed',
    '@scope',
    '@scope/pkg',
    '@scope/pkg/sub',
    '@scope/pkg/none',
    'broken',
    'broken/i.js',
    'dist',
    'linked',
    'linked/self',
    'missing',
    '',
    ' full',
    'FULL',
    'fs',
    'node:fs',
    'node:none',
    'fs/promises',
    'test',
    'data:text/javascript,1',
    'https://example.com/x.js',
    'file:///x.js',
    '#own',
    '#dep',
    '#none',
    '#x/own',
    '#x/deep/own',
    '#missing',
    '#',
    '#/own',
    '.hidden',
    '~',
    '@',
    '/x.js',
    'full?x',
    'full#x',
    'full%2Ff',
  ];

  it('is answered as Node would in odd places, or left to Node', async () => {
    const app = oddApp();
    const importers = [
      'app.mjs',
      'typed/own.js',
      'alias/own.js',
      'nested/app.mjs',
      'linked/i.js',
      'node_modules/linked/i.js',
      'node_modules/full/index.js',
      'node_modules/full/features/a.js',
      'node_modules/dist/esm/i.js',
      'node_modules/bare/x.js',
    ];
    /** @type {Question[]} */
    const questions = importers.map((importer) => [app.path(importer), [...RELATIVE, ...BARE]]);

    for (const flags of [[], ['-C', 'custom'], ['--conditions', 'custom']]) {
      const { answered, differences } = await compared(questions, flags);

      assert.deepEqual(differences, []);
      for (const each of [
        './app.mjs',
        './typed/own.js',
        './alias/own.js',
        'full',
        'full/f/a',
        '@scope/pkg/sub',
        'linked',
        'linked/self',
        '#own',
        '#x/deep/own',
      ]) {
        assert.ok(answered.includes(each), each);
      }
    }
  });

  it('is left to Node under --preserve-symlinks', async () => {
    const app = oddApp();

    const questions = /** @type {Question[]} */ ([[app.path('app.mjs'), RELATIVE]]);
    const byFlag = await compared(questions, ['--preserve-symlinks']);
    const byVariable = await compared(questions, [], { NODE_PRESERVE_SYMLINKS: '1' });

    assert.deepEqual([byFlag.answered, byVariable.answered], [[], []]);
  });
});

describe('hooks of others that resolve imports', () => {
  before(function () {
    if (!(/** @type {any} */ (Module).registerHooks)) this.skip();
  });

  const RESOLVE = `(specifier, context, next) =>
    next(specifier === './inner.js' ? './other.js' : specifier, context)`;

  const FILES = {
    'main.mjs': "const { name } = await import('outer');\nconsole.log(JSON.stringify({ name }));\n",
    'in-thread.cjs': `require('node:module').registerHooks({ resolve: ${RESOLVE} });\n`,
    'thread.mjs': `export const resolve = async ${RESOLVE};\n`,
    'register.mjs':
      "import { register } from 'node:module';\nregister('./thread.mjs', import.meta.url);\n",
    'node_modules/outer/package.json': '{ "name": "outer", "type": "module", "exports": "./i.js" }',
    'node_modules/outer/i.js': "export { name } from './inner.js';\n",
    'node_modules/outer/inner.js': "export const name = 'inner';\n",
    'node_modules/outer/other.js': "export const name = 'other';\n",
  };

  /** @type {[string, (at: (name: string) => string) => string[], string][]} */
  const ways = [
    ['none', () => ['--import', REGISTER], 'inner'],
    ['before ours', (at) => ['-r', at('in-thread.cjs'), '--import', REGISTER], 'other'],
    ['after ours', (at) => ['--import', REGISTER, '--import', at('in-thread.cjs')], 'other'],
    ['in a thread', (at) => ['--import', REGISTER, '--import', at('register.mjs')], 'other'],
  ];
  for (const [title, nodeArgs, name] of ways) {
    it(`are asked as they would be: ${title}`, async () => {
      const app = makeApp(FILES);
      const at = (/** @type {string} */ each) => app.path(each);

      const { values, stderr } = await runScript(at('main.mjs'), {
        nodeArgs: ['--no-warnings', ...nodeArgs(at)],
        until: ({ values }) => values.length > 0,
      });

      assert.deepEqual(values, [{ name }], stderr);
    });
  }
});

describe('isFirstPreload()', () => {
  /** @type {[string[][], boolean][]} */
  const cases = [
    [[], false],
    [[['--import', 'safe-hot/register']], true],
    [[['-r', REGISTER]], true],
    [
      [
        ['--import', 'safe-hot/register'],
        ['--import', 'tsx'],
      ],
      true,
    ],
    [
      [
        ['--import', 'tsx'],
        ['--import', 'safe-hot/register'],
      ],
      false,
    ],
    [
      [
        ['--import', 'safe-hot/register'],
        ['--require', 'x'],
      ],
      false,
    ],
    [
      [
        ['--import', 'safe-hot/register'],
        ['--loader', 'x'],
      ],
      false,
    ],
  ];
  for (const [given, expected] of cases) {
    it(`is ${expected} for ${given.flat().join(' ').replace(REGISTER, 'register.js') || 'nothing'}`, () => {
      assert.equal(isFirstPreload(/** @type {any} */ (given)), expected);
    });
  }
});
