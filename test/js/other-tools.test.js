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
