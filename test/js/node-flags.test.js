'use strict';

/* What a person may tell Node, and where they may keep a project. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { REGISTER, ROOT, useApps } = require('../helpers/cli-app');

const [MAJOR] = process.versions.node.split('.').map(Number);

/** An entry that answers with what `text()` gives. @param {string} head @param {string} text an expression */
const server = (head, text) => `'use strict';
const http = require('node:http');
${head}
const server = http.createServer(async (req, res) => res.end([${text}].flat().join(' ')));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

/** A package whose file depends on the conditions. @param {string} name */
const conditional = (name) => ({
  [`node_modules/${name}/package.json`]:
    '{"exports":{"custom":"./custom.js","default":"./default.js"}}',
  [`node_modules/${name}/custom.js`]: "module.exports = 'custom';\n",
  [`node_modules/${name}/default.js`]: "module.exports = 'default';\n",
});

describe('Node with', () => {
  const apps = useApps();

  it('--expose-gc, --inspect, --enable-source-maps, --conditions, NODE_PATH and NODE_OPTIONS reloads', async () => {
    const folder = apps.makeFolder({
      ...conditional('dep'),
      'package.json': '{"imports":{"#own":{"custom":"./own-custom.js","default":"./own.js"}}}',
      'own.js': "module.exports = 'own';\n",
      'own-custom.js': "module.exports = 'own custom 1';\n",
      'shared/lib.js': "module.exports = 'shared 1';\n",
      'value.mjs':
        "import dep from 'dep';\nimport own from '#own';\nexport default ['esm 1', dep, own];\n",
      'server.js': server(
        "const all = [require('dep'), require('#own'), require('lib')];",
        "all, (await import('./value.mjs')).default, typeof gc",
      ),
    });
    const nodeArgs = ['--expose-gc', '--inspect=0', '--enable-source-maps', '--conditions=custom'];
    const env = {
      NODE_PATH: 'shared',
      NODE_OPTIONS: `--import ${pathToFileURL(REGISTER).href}`,
      SAFE_HOT_REPORT: 'json',
    };
    const app = await apps.launch(folder, { how: 'plain', nodeArgs, env }).serving();
    const expected = 'custom own custom 1 shared 1 esm 1 custom own custom 1 function';
    assert.equal(await app.get(), expected);

    for (const [file, from, to] of [
      ['own-custom.js', 'own custom 1', 'own custom 2'],
      ['shared/lib.js', 'shared 1', 'shared 2'],
      ['value.mjs', 'esm 1', 'esm 2'],
      // What it requires is looked for again.
      ['server.js', "join(' ')", "join('  ')"],
    ]) {
      app.edit(file, from, to);
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed', JSON.stringify(report));
    }

    assert.equal(
      (await app.get()).replaceAll('  ', ' '),
      expected.replaceAll(/(own custom|shared|esm) 1/g, '$1 2'),
    );
  });

  it('--preserve-symlinks reloads a file under each of its names', async () => {
    const folder = apps.makeFolder({
      'real/name.js': "module.exports = require('path').basename(__dirname) + 1;\n",
      'real/name.mjs': "export const name = import.meta.url.split('/').at(-2) + 1;\n",
      'server.js': server(
        "const names = [require('./linked/name'), require('./real/name')];",
        "names, (await import('./linked/name.mjs')).name",
      ),
    });
    fs.symlinkSync('real', path.join(folder, 'linked'), 'junction');
    const nodeArgs = ['--preserve-symlinks', '--preserve-symlinks-main'];
    const app = await apps.launch(folder, { how: 'register', nodeArgs }).serving();
    assert.equal(await app.get(), 'linked1 real1 linked1');

    for (const file of ['real/name.js', 'real/name.mjs']) {
      app.edit(file, '1;', '2;');
      assert.equal((await app.nextReload()).outcome, 'committed');
    }

    assert.equal(await app.get(), 'linked2 real2 linked2');
  });

  it('a path of spaces, #, ?, %, letters of all scripts and emoji reloads', async () => {
    const odd = 'a b #1?x%20%zz Ωд 漢 🔥';
    const root = apps.makeFolder({});
    const folder = path.join(root, odd);
    fs.mkdirSync(folder);
    for (const [name, text] of Object.entries({
      'package.json': '{}',
      'v #?%41🔥.js': "module.exports = 'cjs 1';\n",
      'e #?%🔥.mjs': "export { value } from './f%23д.mts';\n",
      'f#д.mts': "export const value: string = 'ts 1';\n",
      'server.js': server(
        "const value = require('./v #?%41🔥');",
        "value, (await import('./e%20%23%3F%25%F0%9F%94%A5.mjs')).value",
      ),
    })) {
      fs.writeFileSync(path.join(folder, name), text);
    }
    const app = await apps.launch(folder).serving();
    assert.equal(await app.get(), 'cjs 1 ts 1');

    for (const file of ['v #?%41🔥.js', 'f#д.mts']) {
      app.edit(file, ' 1', ' 2');
      assert.equal((await app.nextReload()).outcome, 'committed');
    }
    app.edit('f#д.mts', "'ts 2'", "'ts 3' +");
    assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_SYNTAX');

    assert.equal(await app.get(), 'cjs 2 ts 2');
  });

  describe('--permission', () => {
    const flag = MAJOR === 20 ? '--experimental-permission' : '--permission';
    /** @param {string} folder */
    const reads = (folder) => [
      `--allow-fs-read=${folder}${path.sep}*`,
      `--allow-fs-read=${ROOT}${path.sep}*`,
    ];

    it('reloads with what the program and safe-hot need', async () => {
      const folder = apps.makeFolder({
        'value.mjs': "export default 'one';\n",
        'server.js': server('', "(await import('./value.mjs')).default"),
      });
      // Hooks of the loader run in a thread of their own there.
      const worker = MAJOR === 20 ? ['--allow-worker'] : [];
      const net = MAJOR >= 25 ? ['--allow-net'] : [];
      const nodeArgs = [flag, ...reads(folder), '--allow-addons', ...worker, ...net];
      const app = await apps.launch(folder, { how: 'register', nodeArgs }).serving();
      assert.equal(await app.get(), 'one');

      app.edit('value.mjs', 'one', 'two');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'two');
    });

    it('without addons says what is to be allowed', () => {
      const folder = apps.makeFolder({ 'app.js': '' });
      const args = [flag, ...reads(folder), '-r', REGISTER, path.join(folder, 'app.js')];

      const { stderr, status } = spawnSync(process.execPath, args, {
        cwd: folder,
        encoding: 'utf8',
      });

      assert.match(
        stderr,
        /^safe-hot: .*may load no addons; allow them with `--allow-addons`.*\(ERR_SAFE_HOT_NATIVE_MISSING\)$/m,
      );
      assert.equal(status, 2);
    });
  });
});
