'use strict';

/* Where a project says what safe-hot is to do, and what becomes of a change of that. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { BIN, SERVER, useApps } = require('../helpers/cli-app');
const { resolveOptions } = require('../../js/options');

const EXCLUDES = "['cold/**']";

/** The same settings, in each place. @type {Record<string, Record<string, string>>} */
const PLACES = {
  'package.json': { 'package.json': `{"safe-hot":{"exclude":["cold/**"]}}` },
  'a file in JSON': { 'safe-hot.config.json': '{"exclude":["cold/**"]}' },
  'a file in CommonJS': { 'safe-hot.config.js': `module.exports = { exclude: ${EXCLUDES} };\n` },
  'a file named .cjs': { 'safe-hot.config.cjs': `exports.exclude = ${EXCLUDES};\n` },
  'an ES module': {
    'package.json': '{"type":"module"}',
    'globs.cjs': `exports.cold = ${EXCLUDES};\n`,
    'safe-hot.config.js': `import path from 'node:path';
import { cold } from './globs.cjs';
if (path.basename(import.meta.filename) === 'safe-hot.config.js') globalThis.exclude = cold;
export default { exclude };
`,
  },
  'a file named .mjs': { 'safe-hot.config.mjs': `export default { exclude: ${EXCLUDES} };\n` },
  'a file in TypeScript': {
    'safe-hot.config.ts': `import type { WatchOptions } from 'safe-hot';
enum Where { cold = 'cold' }
export default { exclude: [\`\${Where.cold}/**\`] } satisfies WatchOptions;
`,
  },
};

/** What is wrong with a file, and what is said of it. @type {[file: string, text: string, code: string, message: RegExp][]} */
const FAULTS = [
  [
    'safe-hot.config.json',
    '{"exclud":[]}',
    'ERR_SAFE_HOT_UNKNOWN_OPTION',
    /no option "exclud" in .*safe-hot\.config\.json; did you mean "exclude"\?$/,
  ],
  [
    'safe-hot.config.mjs',
    'export default { settleTimeout: 5 };\n',
    'ERR_SAFE_HOT_UNKNOWN_OPTION',
    /no option "settleTimeout" in .*safe-hot\.config\.mjs; did you mean "settleTimeoutMs"\?$/,
  ],
  [
    'safe-hot.config.js',
    'module.exports = { graceMs: -1 };\n',
    'ERR_SAFE_HOT_INVALID_OPTION',
    /"graceMs" in .*safe-hot\.config\.js must be a number of milliseconds from 0 up, not -1$/,
  ],
  [
    'safe-hot.config.ts',
    'export const exclude: string[] = [];\n',
    'ERR_SAFE_HOT_INVALID_ARGUMENT',
    /What safe-hot\.config\.ts says of safe-hot must be an object, not null$/,
  ],
  ...[
    ['safe-hot.config.ts', 'export default {\n', /\d:\d+ /],
    ['safe-hot.config.mjs', "import './missing.js';\nexport default {};\n", /missing\.js/],
    ['safe-hot.config.mjs', 'export default await {};\n', /await/],
    ['safe-hot.config.js', "throw new Error('not now');\n", /not now$/],
    ['safe-hot.config.json', '{', /JSON/],
    ['package.json', '{', /JSON/],
  ].map(([file, text, reason]) => [
    file,
    text,
    'ERR_SAFE_HOT_CONFIG',
    new RegExp(`The settings in .*${file} cannot be read: .*${reason.source}`),
  ]),
];

const ENV_SERVER = `'use strict';
const http = require('node:http');
const server = http.createServer((req, res) => res.end(String(process.env.WORD)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

describe('settings', () => {
  const apps = useApps();

  describe('of a project are taken from', () => {
    for (const [place, files] of Object.entries(PLACES)) {
      it(place, () => {
        const folder = apps.makeFolder(files);

        const { exclude, configFiles } = resolveOptions(folder, {});

        assert.deepEqual(exclude, ['cold/**']);
        const names = configFiles.map((file) => path.basename(file)).sort();
        assert.deepEqual(
          names,
          Object.keys(files)
            .filter((name) => name !== 'package.json')
            .sort(),
        );
      });
    }

    it('one place alone', () => {
      const folder = apps.makeFolder({
        'package.json': '{"safe-hot":{}}',
        'safe-hot.config.json': '{}',
      });
      assert.throws(() => resolveOptions(folder, {}), {
        code: 'ERR_SAFE_HOT_CONFIG',
        message: /config\.json cannot be read: "safe-hot" in package\.json is there too/,
      });
    });

    it('one file alone', () => {
      const folder = apps.makeFolder({
        'safe-hot.config.js': 'module.exports = {};\n',
        'safe-hot.config.json': '{}',
      });
      assert.throws(() => resolveOptions(folder, {}), {
        code: 'ERR_SAFE_HOT_CONFIG',
        message: /config\.js(on)? cannot be read: safe-hot\.config\.js(on)? is there too/,
      });
    });

    it('nowhere where there is no package.json', () => {
      const folder = apps.makeFolder({});
      fs.rmSync(path.join(folder, 'package.json'));

      assert.deepEqual(resolveOptions(folder, {}).configFiles, []);
    });
  });

  describe('that are wrong', () => {
    for (const [file, text, code, message] of FAULTS) {
      it(`are refused: ${text.trim()} in ${file}`, () => {
        const folder = apps.makeFolder({ [file]: text });

        assert.throws(() => resolveOptions(folder, {}), { code, message });
      });
    }

    it('are told in one line', () => {
      const folder = apps.makeFolder({ 'app.js': '', 'package.json': '{' });
      const { status, stderr } = run(folder);

      assert.match(stderr, /^safe-hot: The settings in package\.json cannot be read: .*\n$/);
      assert.equal(status, 2);
    });

    it('after a change are told, and mended ones start the program', async () => {
      const files = { 'server.js': SERVER, 'value.js': "module.exports = 'one';\n" };
      const app = await apps.serve({ ...files, 'safe-hot.config.json': '{}' });

      app.write('safe-hot.config.json', '{"exclud":[]}');
      assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
      const { code } = await app.nextReport(({ type }) => type === 'end');
      assert.equal(code, 2);
      assert.match(app.stderr, /^safe-hot: There is no option "exclud"/m);

      app.write('safe-hot.config.json', '{"exclude":["value.js"]}');
      await app.serving();
      app.write('value.js', "module.exports = 'two';\n");
      assert.equal((await app.nextReload()).outcome, 'restart-required');
      await app.serving();
      assert.equal(await app.get(), 'two');
    });

    it('under register are told in one line', () => {
      const folder = apps.makeFolder({ 'app.js': '', 'package.json': '{"safe-hot":{"pol":1}}' });
      const { status, stderr } = run(folder, ['-r', 'safe-hot/register']);

      assert.match(
        stderr,
        /^safe-hot: There is no option "pol" in package\.json; did you mean "poll"\?.*\n$/,
      );
      assert.equal(status, 2);
    });
  });

  describe('of the environment', () => {
    for (const [name, how] of Object.entries({
      'an option of the command line': { options: ['--report', 'json', '--env-file', 'local.env'] },
      'an option of Node': { nodeArgs: ['--env-file=local.env'] },
    })) {
      it(`in a file that is ${name} are read again when it is saved`, async () => {
        const folder = apps.makeFolder({ 'server.js': ENV_SERVER, 'local.env': 'WORD=one\n' });
        const app = await apps.launch(folder, how).serving();
        assert.equal(await app.get(), 'one');

        app.write('local.env', 'WORD=two\n');

        assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_ENV_CHANGED');
        await app.serving();
        assert.equal(await app.get(), 'two');
      });
    }

    it('ask for a restart under register too', async () => {
      const folder = apps.makeFolder({ 'server.js': ENV_SERVER, '.env': 'WORD=one\n' });
      const app = await apps
        .launch(folder, { how: 'register', nodeArgs: ['--env-file', '.env'] })
        .serving();

      app.write('.env', 'WORD=two\n');

      const { outcome, error } = await app.nextReload();
      assert.deepEqual([outcome, error.code], ['restart-required', 'ERR_SAFE_HOT_ENV_CHANGED']);
      assert.equal(await app.get(), 'one');
    });
  });
});

/** Runs `app.js` to its end. @param {string} folder @param {string[]} [nodeArgs] in place of the command line */
function run(folder, nodeArgs) {
  const register = path.join(__dirname, '..', '..', 'js', 'hooks', 'register.js');
  const args = nodeArgs?.map((arg) => (arg === 'safe-hot/register' ? register : arg)) ?? [BIN];
  return spawnSync(process.execPath, [...args, 'app.js'], { cwd: folder, encoding: 'utf8' });
}
