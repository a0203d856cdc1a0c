'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');

const ARTICLE = path.resolve(__dirname, '..', '..', 'examples', 'article');

/** Tells at the end how many children the entry has and which versions are alive. */
const WITNESS = `process.once('SIGTERM', async () => {
  const { collect } = require('./gc');
  const { versions } = require('safe-hot');
  await collect(() => versions().every(({ state }) => state === 'current'));
  const [children] = Object.values(require.cache)
    .filter((each) => each?.filename === require('node:path').resolve(process.argv[1]))
    .map((each) => each.children.length);
  process.stdout.write(JSON.stringify({ children, versions: versions() }) + '\\n', () => process.exit());
});
`;

/** A copy of one program, since a test edits it, and a witness that is loaded with `-r`. @param {string} name */
function copyOf(name) {
  const folder = path.join(ARTICLE, name);
  const files = fs
    .readdirSync(folder)
    .map((file) => [file, fs.readFileSync(path.join(folder, file), 'utf8')]);
  const app = makeApp({ ...Object.fromEntries(files), 'node_modules/witness/index.js': WITNESS });
  const gc = fs.readFileSync(path.join(__dirname, '..', 'helpers', 'gc.js'), 'utf8');
  app.write('node_modules/witness/gc.js', gc);
  return app;
}

/** @param {ReturnType<typeof copyOf>} app @param {Parameters<typeof app.run>[1]} options */
function run(app, options) {
  const witness = app.path('node_modules/witness/index.js');
  const entry = fs.existsSync(app.path('index.mjs')) ? 'index.mjs' : 'index.js';
  return app.run(entry, { nodeArgs: ['-r', witness, '--max-old-space-size=100'], ...options });
}

describe("the article's programs", () => {
  for (const name of ['problem-1', 'problem-2']) {
    it(`${name}: one version is alive, and the entry has as many children as at first`, async () => {
      const { values, lines, stderr } = await run(copyOf(name), {
        until: ({ lines }) =>
          lines.filter((line) => line.startsWith('update_mod 1 ')).length === 25,
      });

      assert.equal(stderr, '');
      assert.equal(lines.filter((line) => line.startsWith('update_mod 2 ')).length, 1);
      const [{ children, versions }] = values;
      assert.equal(children, name === 'problem-1' ? 2 : 3);
      const alive = versions.filter(({ path: file }) => file === 'update_mod.js');
      assert.deepEqual(
        alive.map((/** @type {any} */ each) => each.state),
        ['current'],
      );
      assert.ok(alive[0].version > 20);
    });
  }

  it('problem-3: the timer of an old version ends with it', async () => {
    const { values, lines } = await run(copyOf('problem-3'), {
      // Each version prints the second of its start.
      until: ({ lines }) => lines.filter((line) => line !== lines[0]).length === 2,
    });

    const firstNew = lines.findIndex((line) => line !== lines[0]);
    assert.equal(new Set(lines.slice(firstNew)).size, 1, lines.join('\n'));
    const alive = values[0].versions.filter(({ path: file }) => file === 'update_mod.js');
    assert.equal(alive.length, 1);
  });

  it('problem-4: one version of an ES module is alive', async () => {
    const { values, lines, stderr } = await run(copyOf('problem-4'), {
      until: ({ lines }) => lines.filter((line) => line.startsWith('update_mod 1 ')).length === 25,
    });

    assert.equal(stderr, '');
    assert.ok(!lines.some((line) => line.startsWith('update_mod 2 ')));
    const alive = values[0].versions.filter(({ path: file }) => file === 'update_mod.mjs');
    assert.deepEqual(
      alive.map((/** @type {any} */ each) => each.state),
      ['current'],
    );
    assert.ok(alive[0].version > 20);
  });

  it('problem-5: after an edit no module says v1 any more', async () => {
    const app = copyOf('problem-5');
    let isEdited = false;

    const { lines, values, stderr } = await run(app, {
      until({ lines }) {
        if (!isEdited && lines.length >= 2) {
          app.edit('update_mod.js', (/** @type {string} */ text) => text.replace('v1', 'v2'));
          isEdited = true;
        }
        return lines.filter((line) => line.endsWith('v2')).length >= 4;
      },
    });

    assert.equal(stderr, '');
    const firstNew = lines.findIndex((line) => line.endsWith('v2'));
    assert.ok(lines.slice(0, firstNew).every((line) => line.endsWith('v1')));
    assert.ok(
      lines.slice(firstNew).every((line) => line.endsWith('v2')),
      lines.join('\n'),
    );
    assert.ok(lines.includes('index v2') && lines.includes('utils v2'));
    assert.ok(values[0].versions.every((/** @type {any} */ each) => each.state === 'current'));
  });
});
