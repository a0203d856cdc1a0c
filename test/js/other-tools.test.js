'use strict';

/* What other tools in the process do to modules. */

const assert = require('node:assert/strict');
const Module = require('node:module');
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
