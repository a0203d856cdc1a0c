'use strict';

/* `safe-hot check` says of a program whether it is safe to reload, and what a reload leaves behind. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { runScript } = require('../helpers/child');
const { itOnOneLine } = require('../helpers/node-lines');
const { makeApp } = require('../helpers/temp-app');

const CLI = path.resolve(__dirname, '..', '..', 'bin', 'safe-hot.js');

/** What is left is waited for no longer than it needs here. */
const PACKAGE = JSON.stringify({ name: 'app', 'safe-hot': { graceMs: 0 } });

const SERVER = `const http = require('node:http');
const value = require('./value');
http.createServer((_, response) => response.end(value)).listen(0);
console.log('on standard output');
`;

/**
 * @param {Record<string, string>} files
 * @param {string[]} args
 */
function check(files, ...args) {
  const app = makeApp({ 'package.json': PACKAGE, ...files });
  return runScript(CLI, { cwd: app.root, args: ['check', ...args] });
}

/** @param {{ values: any[], stderr: string }} ended @returns {import('../../js/index').CheckReport} */
function reportOf({ values, stderr }) {
  assert.equal(values.length, 1, stderr);
  return values[0];
}

/** @param {import('../../js/index').CheckReport} report @param {string} path */
function moduleOf(report, path) {
  const module = report.modules.find((each) => each.path === path);
  assert.ok(module, JSON.stringify(report));
  return module;
}

describe('safe-hot check', () => {
  it('passes a program that listens and lets go of all, and ends it', async () => {
    const ended = await check(
      {
        'server.js': SERVER,
        'value.js': "setInterval(() => {}, 1e6);\nprocess.on('exit', () => {});\n",
      },
      'server.js',
    );

    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      ended.lines.map((line) => line.replace(/in [\d.]+ s/, 'in … s')),
      [
        'module     evaluated  disposed               left over  retained',
        'server.js          6  –                      –          –',
        'value.js           3  3 timers, 3 listeners  –          –',
        '',
        '✓ server.js is safe to reload: 2 modules, 3 reloads each, in … s',
      ],
    );
    // The output of the program is not mixed with the table.
    assert.match(ended.stderr, /^(on standard output\n)+/);
  });

  itOnOneLine(
    'fails one that leaves something behind, and names it and who holds what',
    async () => {
      const ended = await check(
        {
          'server.js': `require('./leaky');\nrequire('./env');\nrequire('./folder');\n${SERVER}`,
          'value.js': '',
          'leaky.js': "require('./holder').add(() => 1);\n",
          'holder.js':
            'const list = globalThis.all ??= [];\nexports.add = (value) => list.push(value);\n',
          'env.js': 'process.env.COUNT = String(Number(process.env.COUNT ?? 0) + 1);\n',
          'folder.js': `const watcher = require('node:fs').watch(__dirname);
          watcher.close = () => {};\n`,
        },
        '--json',
        '--rounds',
        '2',
        'server.js',
      );
      const report = reportOf(ended);

      assert.equal(ended.code, 1);
      assert.equal(report.isSafe, false);
      // Its own two, and two of `holder.js`, which it imports.
      assert.equal(moduleOf(report, 'leaky.js').evaluated, 4);
      assert.deepEqual(moduleOf(report, 'leaky.js').retained, [1, 2, 3, 4]);
      assert.deepEqual(moduleOf(report, 'env.js').left, ['process.env.COUNT']);
      assert.deepEqual(moduleOf(report, 'folder.js').left, Array(2).fill('file watcher'));
      for (const path of ['server.js', 'value.js', 'holder.js']) {
        const { left, retained, error } = moduleOf(report, path);
        assert.deepEqual({ left, retained, error }, { left: [], retained: [], error: null }, path);
      }
      const held = report.diagnoses.filter((each) => each.path === 'leaky.js');
      assert.match(held[0]?.holders[0]?.text ?? '', /^a function \(leaky\.js:1\) is `.*\[\d\]`/);
    },
  );

  it('passes one that ends by itself, of ES modules', async () => {
    const ended = await check(
      {
        'package.json': JSON.stringify({ ...JSON.parse(PACKAGE), type: 'module' }),
        'main.js': "import { one } from './one.ts';\nawait null;\nconsole.log(one);\n",
        'one.ts': 'export const one: number = 1;\n',
      },
      '--json',
      'main.js',
    );

    assert.equal(ended.code, 0, ended.stderr);
    const evaluated = reportOf(ended).modules.map((each) => [each.path, each.evaluated]);
    assert.deepEqual(evaluated, [
      ['main.js', 6],
      ['one.ts', 3],
    ]);
  });

  itOnOneLine('fails one whose module cannot be evaluated again', async () => {
    const ended = await check(
      {
        'main.js': "require('./once');\n",
        'once.js':
          "if (globalThis.hasRun) throw new Error('a second time');\nglobalThis.hasRun = true;\n",
      },
      'main.js',
    );

    assert.equal(ended.code, 1);
    const text = ended.lines.join('\n');
    assert.match(
      text,
      /once\.js could not be reloaded: .*a second time.* \(ERR_SAFE_HOT_EVALUATE\)/,
    );
    assert.match(text, /✗ main\.js is not safe to reload: 1 of 2 modules/);
  });

  itOnOneLine('says which modules there was no time for', async () => {
    const ended = await check(
      {
        'package.json': JSON.stringify({ ...JSON.parse(PACKAGE), type: 'module' }),
        'main.js': "import './slow.js';\n",
        'slow.js':
          'if (globalThis.hasRun) await new Promise(() => {});\nglobalThis.hasRun = true;\n',
      },
      '--timeout',
      '300',
      'main.js',
    );

    assert.equal(ended.code, 1);
    assert.match(ended.lines.at(-1) ?? '', /^✗ main\.js .* no time was left for slow\.js$/);
  });

  itOnOneLine('says why a program could not be checked', async () => {
    const exits = await check({ 'main.js': 'setImmediate(() => process.exit(3));\n' }, 'main.js');
    const wrong = await check({}, '--rounds', '0', 'main.js');
    const missing = await check({}, 'main.js');

    assert.deepEqual(
      [exits, wrong, missing].map(({ code }) => code),
      [2, 2, 2],
    );
    assert.match(exits.stderr, /main\.js ended with code 3 before .*ERR_SAFE_HOT_CHECK/);
    assert.match(wrong.stderr, /ERR_SAFE_HOT_INVALID_OPTION/);
    assert.match(missing.stderr, /ERR_SAFE_HOT_ENTRY_NOT_FOUND/);
  });
});
