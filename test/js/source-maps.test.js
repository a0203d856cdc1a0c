'use strict';

/* What people read of errors names the user's file, with and without `--enable-source-maps`, after ten reloads too. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** Each line is one of `source.ts`, two lines further down. */
const MAP = { version: 3, sources: ['source.ts'], names: [], mappings: 'AAEA;AACA;AACA;AACA' };
const COMMENT = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString('base64')}`;
const MADE = `interface Long {
  a: string;
}
enum Level { Low, High }
export function show() {
  console.trace(Level.Low);
  throw new Error('thrown');
}
`;
const FILES = {
  'compiled.js': `exports.show = () => {
  console.trace('traced');
  throw new Error('thrown');
};
${COMMENT}
`,
  'made.mts': MADE,
};

/** Reloads a module ten times, then calls it. @param {string} file @param {string[]} nodeArgs */
async function placesOf(file, nodeArgs) {
  const app = makeApp(FILES);
  app.write('package.json', '{"name":"app","safe-hot":{"exclude":["driver.js"]}}');
  app.write(
    'driver.js',
    `const { hotReload, versions } = require('safe-hot');
// From then on modules are hot.
versions();
const fs = require('node:fs');
const file = ${JSON.stringify(app.path(file))};
require(file);
const text = fs.readFileSync(file, 'utf8');
for (let n = 1; n <= 10; n += 1) {
  fs.writeFileSync(file, text + '// ' + n);
  hotReload(file);
}
require(file).show();
`,
  );
  const { stderr } = await app.run('driver.js', { nodeArgs });
  const frames = stderr.matchAll(/at (?:\S*\.)?show .*?([\w.]+:\d+):\d+\)/g);
  return [...frames].map(([, place]) => place);
}

describe('stack traces', () => {
  for (const nodeArgs of [[], ['--enable-source-maps']]) {
    const how = nodeArgs[0] ?? 'no option';
    it(`of TypeScript that is made anew name its lines, with ${how}`, async () => {
      const places = await placesOf('made.mts', nodeArgs);

      assert.deepEqual(places, ['made.mts:6', 'made.mts:7']);
    });
  }

  it('of what a compiler has written name its source, with --enable-source-maps', async () => {
    const places = await placesOf('compiled.js', ['--enable-source-maps']);

    assert.deepEqual(places, ['source.ts:4', 'source.ts:5']);
  });

  it('of what a compiler has written name its own lines, with no option', async () => {
    const places = await placesOf('compiled.js', []);

    assert.deepEqual(places, ['compiled.js:2', 'compiled.js:3']);
  });
});
