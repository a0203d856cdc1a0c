'use strict';

/* `import()` in hot CommonJS leads to the versions that safe-hot has, as `require` does. */

const assert = require('node:assert/strict');
const { useApps } = require('../helpers/cli-app');

const SERVER = `'use strict';
const http = require('node:http');
const show = require('./show');
const server = http.createServer(async (req, res) => {
  try {
    res.end(JSON.stringify(await show(req.url)));
  } catch (error) {
    res.end(error.stack);
  }
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
const FILES = {
  'package.json': '{"safe-hot":{"trackReads":false}}',
  'server.js': SERVER,
  'show.js': `console.log('evaluated show');
const data = 'data:text/javascript,export default 7';
module.exports = async () => {
  const view = await import('./view.mjs');
  const again = await import(/* the same */ './view.mjs');
  return {
    view: view.view(),
    names: Object.keys(view),
    same: view === again,
    cjs: (await import('./plain.cjs')).plain,
    json: (await import('./data.json', { with: { type: 'json' } })).default.n,
    cold: (await import('cold')).default,
    builtin: (await import('node:path')).sep,
    data: (await import(data)).default,
    evaluated: (await eval("import('node:path')")).sep,
    missing: await import('./missing.mjs').catch(({ code }) => code),
    line: new Error().stack.split('\\n')[1].match(/show\\.js:\\d+:\\d+/)[0], rest: await import('./view.mjs').then(() => new Error().stack.split('\\n')[1].match(/show\\.js:\\d+:\\d+/)[0]),
  };
};
`,
  'view.mjs': "import { word } from './word.mjs';\nexport const view = () => word;\n",
  'word.mjs': "export const word = 'one';\n",
  'plain.cjs': 'exports.plain = 1;\n',
  'data.json': '{"n":1}',
  'node_modules/cold/index.js': 'module.exports = "cold";\n',
};
const FIRST = {
  view: 'one',
  names: ['view'],
  same: true,
  cjs: 1,
  json: 1,
  cold: 'cold',
  builtin: '/',
  data: 7,
  evaluated: '/',
  missing: 'ERR_MODULE_NOT_FOUND',
  line: 'show.js:17:11',
  rest: 'show.js:17:118',
};

describe('import() in hot CommonJS', () => {
  const apps = useApps();

  it('gives what Node gives, then the current version of each module', async () => {
    const cold = apps.run(FILES, { how: 'plain' });
    await cold.nextLine('listening');
    assert.deepEqual(JSON.parse(await cold.get()), FIRST);
    const app = await apps.serve(FILES, { how: 'register' });
    assert.deepEqual(JSON.parse(await app.get()), FIRST);
    const now = async () => JSON.parse(await app.get());

    app.write('word.mjs', "export const word = 'two';\n");
    const report = await app.nextReload();
    assert.deepEqual(report.evaluated, ['show.js', 'server.js', 'word.mjs', 'view.mjs']);
    assert.deepEqual(await now(), { ...FIRST, view: 'two' });

    app.write('view.mjs', 'export const view = () => 3, other = 4;\n');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.deepEqual(await now(), { ...FIRST, view: 3, names: ['other', 'view'] });

    app.write('plain.cjs', 'exports.plain = 2;\n');
    assert.deepEqual((await app.nextReload()).stale, []);
    app.write('data.json', '{"n":2}');
    assert.deepEqual((await app.nextReload()).stale, []);
    app.write('view.mjs', 'export const view = () => 5;\n');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.deepEqual(await now(), { ...FIRST, view: 5, cjs: 2, json: 2 });
    assert.equal(app.stderr, '');
  });

  it('of a module that fails takes back the stage, also where the call stands at the top', async () => {
    const app = await apps.serve(
      {
        ...FILES,
        'show.js': `const loading = import('./view.mjs');
module.exports = async () => (await loading).view();
`,
      },
      { how: 'register' },
    );
    assert.equal(await app.get(), '"one"');

    app.write('word.mjs', "export const word = 'two';\nthrow new Error('broken');\n");
    const broken = await app.nextReload();
    assert.equal(broken.outcome, 'rolled-back');
    assert.match(broken.error.message, /^Evaluating word\.mjs failed: broken; version 1 stays/);
    assert.equal(await app.get(), '"one"');

    app.write('word.mjs', 'export const lost = 2;\n');
    assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_LINK');
    app.write('word.mjs', "export const word = 'three';\n");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), '"three"');
    assert.equal(app.stderr, '');
  });

  it('finds a file that is saved while it looks, and never leaves it to Node to hold', async () => {
    const app = apps.run(
      {
        'main.js': `const fs = require('node:fs');
const path = require('node:path');
const { registry } = globalThis[Symbol.for('safe-hot.engine')];
const turn = () => new Promise((resolve) => setImmediate(resolve));
async function attempt(count) {
  const name = './late' + count + '.cjs';
  const looking = import(name).then(({ n }) => n, ({ code }) => code);
  for (let turns = 0; turns < count; turns += 1) await (turns % 3 === 0 ? turn() : null);
  fs.writeFileSync(__dirname + '/' + name, 'exports.n = ' + count + ';');
  return [await looking, registry.lookup(path.resolve(__dirname, name))?.isImported ?? false];
}
async function main() {
  const attempts = [];
  for (let count = 0; count < 40; count += 1) attempts.push(await attempt(count));
  console.log('attempts', JSON.stringify(attempts));
}
main();
`,
      },
      { entry: 'main.js', how: 'register' },
    );
    const attempts = JSON.parse((await app.nextLine('attempts')).replace('attempts ', ''));

    const found = attempts.map((/** @type {any} */ [value]) => value);
    assert.ok(found.includes('ERR_MODULE_NOT_FOUND') && found.includes(0), found.join());
    const held = attempts.filter((/** @type {any} */ [, isImported]) => isImported);
    assert.deepEqual(held, []);
  });
});
