'use strict';

/* The package where NODE_ENV is `production`. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { BIN, REGISTER, useApps } = require('../helpers/cli-app');
const { makeApp } = require('../helpers/temp-app');

/** Says what of safe-hot has been loaded, and whether it has begun. */
const WITNESS = `const loaded = Object.keys(require.cache).map((file) => /safe-hot|js[/\\\\\\\\]/.test(file) && file);
console.log(JSON.stringify({
  hot: typeof module.hot,
  begun: Symbol.for('safe-hot.engine') in globalThis,
  native: loaded.some((file) => /engine\\.js$|\\.node$/.test(file)),
}));
process.exitCode = 3;
`;

const NOTHING = '{"hot":"undefined","begun":false,"native":false}\n';
const TOLD = /^SAFE-HOT \d+: (\S+) does nothing, since NODE_ENV is production\n$/;

describe('NODE_ENV=production', () => {
  const apps = useApps();

  for (const [name, args] of Object.entries({
    register: ['-r', REGISTER],
    'the command line': [BIN],
  })) {
    it(`under ${name} runs the program as it is, and says so to who debugs`, () => {
      const folder = apps.makeFolder({ 'app.js': WITNESS });
      const run = (env = {}) =>
        spawnSync(process.execPath, [...args, 'app.js'], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, NODE_ENV: 'production', ...env },
        });

      const quiet = run();
      assert.deepEqual([quiet.stdout, quiet.stderr, quiet.status], [NOTHING, '', 3]);
      const told = run({ NODE_DEBUG: 'safe-hot' });
      assert.match(told.stderr, TOLD);
    });
  }

  it('has watch() do nothing, load nothing, and say so once to who debugs', async () => {
    const app = makeApp({
      'main.js': `const { watch, on, adapter } = require('safe-hot');
on('reload', () => {});
adapter({ package: 'jobs', adapt() { throw new Error('it adapts'); } });
const watcher = watch({ report: 'text' });
watch().close();
watcher.ready().then((count) => {
  if (count !== 0 || watcher.folders().length > 0) throw new Error('it watches');
  watcher.close();
});
${WITNESS}`,
    });
    const env = { NODE_ENV: 'production', NODE_DEBUG: 'safe-hot' };

    const { values, stderr } = await app.run('main.js', { env });

    assert.deepEqual(values, [JSON.parse(NOTHING)]);
    assert.match(stderr, TOLD);
  });

  it('has watch() refuse wrong options', async () => {
    const app = makeApp({ 'main.js': "require('safe-hot').watch({ pol: 1 });\n" });
    const { stderr } = await app.run('main.js', { env: { NODE_ENV: 'production' } });
    assert.match(stderr, /There is no option "pol"; did you mean "poll"\?/);
  });

  it('has hotReload() work, for what was loaded before too', async () => {
    const app = makeApp({
      'lib/plugin.js': 'exports.value = 1;\n',
      'lib/plugin.mjs': 'export const value = 1;\n',
      'lib/main.js': `const fs = require('node:fs');
const { hotReload, on, versions } = require('safe-hot');
const seen = [];
const remove = on('reload', ({ outcome }) => seen.push(outcome));
on('reload', () => seen.push('removed'))();
seen.push(require('./plugin').value);
fs.writeFileSync(require.resolve('./plugin'), 'exports.value = 2;\\n');
seen.push(hotReload('./plugin').value, require('./plugin').value);
remove();
seen.push(hotReload('./plugin.mjs').value);
fs.writeFileSync(require.resolve('./plugin.mjs'), 'export const value = 2;\\n');
seen.push(hotReload('./plugin.mjs').value);
gc();
setImmediate(() => {
  gc();
  console.log(JSON.stringify({ seen, versions: versions('./plugin').length }));
});
`,
    });

    const { values, stderr } = await app.run('lib/main.js', { env: { NODE_ENV: 'production' } });

    assert.deepEqual(values[0], { seen: [1, 'committed', 2, 2, 1, 2], versions: 1 }, stderr);
  });
});
