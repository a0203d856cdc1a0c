'use strict';

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

const COUNTER = 'let count = 0;\nmodule.exports = () => ++count;\n';

/**
 * What a call is refused with.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} call an expression; `hot` is the package
 * @property {string} code
 * @property {RegExp} message
 */

/** @type {Row[]} */
const ROWS = [
  ...["''", '42', 'null', 'undefined', '{}', '[]'].map((value) => ({
    name: `hotReload(${value}), which is no path`,
    call: `hot.hotReload(${value})`,
    code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
    message: /^path must be a string or a file: URL, not /,
  })),
  ...["new URL('http://localhost/a.js')", "'file:///a%2Fb.js'", "new URL('file:///a%2Fb.js')"].map(
    (value) => ({
      name: `hotReload(${value}), which is no file`,
      call: `hot.hotReload(${value})`,
      code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
      message: /^path must be a file: URL with an absolute path, not /,
    }),
  ),
  ...['./missing', '/missing.js', 'missing'].map((specifier) => ({
    name: `hotReload('${specifier}'), which does not exist`,
    call: `hot.hotReload('${specifier}')`,
    code: 'ERR_SAFE_HOT_NOT_FOUND',
    message: new RegExp(`^${specifier} was not found from \\.$`),
  })),
  ...['fs', 'node:fs', 'node:test'].map((specifier) => ({
    name: `hotReload('${specifier}'), a built-in`,
    call: `hot.hotReload('${specifier}')`,
    code: 'ERR_SAFE_HOT_BUILTIN',
    message: new RegExp(`^${specifier} is part of Node and cannot be reloaded$`),
  })),
  {
    name: 'hotReload() of a native addon',
    call: "hot.hotReload('./addon.node')",
    code: 'ERR_SAFE_HOT_NATIVE_ADDON',
    message: /^addon\.node is a native addon/,
  },
  {
    name: 'hotReload() with an unknown option',
    call: "hot.hotReload('./a', { isolate: true })",
    code: 'ERR_SAFE_HOT_UNKNOWN_OPTION',
    message: /^There is no option "isolate"; did you mean "isolated"\?$/,
  },
  {
    name: 'hotReload() with an option of the wrong type',
    call: "hot.hotReload('./a', { isolated: 'yes' })",
    code: 'ERR_SAFE_HOT_INVALID_OPTION',
    message: /^The option "isolated" must be true or false, not "yes"$/,
  },
  ...['null', '[]', "'isolated'"].map((options) => ({
    name: `hotReload() with ${options} for options`,
    call: `hot.hotReload('./a', ${options})`,
    code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
    message: /^options must be an object, not /,
  })),
  ...['42', "['./a', null]", "''"].map((value) => ({
    name: `reload(${value})`,
    call: `hot.reload(${value})`,
    code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
    message: /^path must be a string or a file: URL, not /,
  })),
  {
    name: 'reload() of what does not exist, among what does',
    call: "hot.reload(['./a', './missing'])",
    code: 'ERR_SAFE_HOT_NOT_FOUND',
    message: /^\.\/missing was not found/,
  },
  {
    name: 'watch() with an unknown option',
    call: 'hot.watch({ settleTimeout: 10 })',
    code: 'ERR_SAFE_HOT_UNKNOWN_OPTION',
    message: /^There is no option "settleTimeout"; did you mean "settleTimeoutMs"\?$/,
  },
  {
    name: 'watch() with an option that is like no other',
    call: 'hot.watch({ colour: true })',
    code: 'ERR_SAFE_HOT_UNKNOWN_OPTION',
    message: /^There is no option "colour"$/,
  },
  ...[
    ["include: 'src'", /"include" must be an array of glob patterns, not "src"$/],
    ['exclude: [1]', /"exclude" must be an array of glob patterns, not an array$/],
    ["unaccepted: 'throw'", /"unaccepted" must be one of "reload", "restart", "ignore", not "th/],
    [
      'settleTimeoutMs: -1',
      /"settleTimeoutMs" must be a number of milliseconds from 0 up, not -1$/,
    ],
    ['settleTimeoutMs: NaN', /"settleTimeoutMs" must be a number of milliseconds from 0 up, not /],
    ['poll: 1', /"poll" must be true, false, or a number of milliseconds from 10 up, not 1$/],
    ["report: 'xml'", /"report" must be one of "text", "json", "none", not "xml"$/],
    ['dryRun: null', /"dryRun" must be true or false, not null$/],
  ].map(([option, message]) => ({
    name: `watch({ ${option} })`,
    call: `hot.watch({ ${option} })`,
    code: 'ERR_SAFE_HOT_INVALID_OPTION',
    message: /** @type {RegExp} */ (message),
  })),
  ...['include', 'exclude'].map((option) => ({
    name: `watch() with a bad glob for ${option}`,
    call: `hot.watch({ ${option}: ['src/[a'] })`,
    code: 'ERR_SAFE_HOT_BAD_GLOB',
    message: /src\/\[a/,
  })),
  {
    name: 'on() with an unknown event',
    call: "hot.on('reloaded', () => {})",
    code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
    message: /^event must be one of reload, ready, watch, retained, not "reloaded"$/,
  },
  {
    name: 'on() without a listener',
    call: "hot.on('reload')",
    code: 'ERR_SAFE_HOT_INVALID_ARGUMENT',
    message: /^listener must be a function, not undefined$/,
  },
  {
    name: 'versions() of what does not exist',
    call: "hot.versions('./missing')",
    code: 'ERR_SAFE_HOT_NOT_FOUND',
    message: /^\.\/missing was not found/,
  },
];

describe('wrong use', () => {
  it('is refused with a code, and all works as before', async () => {
    const app = makeApp({ 'a.js': COUNTER, 'b.js': "module.exports = require('./a');\n" });
    app.write('addon.node', 'no addon');

    const outcomes = await app.drive(
      async ({ require, hot, errorOf }, calls) => {
        const outcomes = [];
        for (const call of calls) {
          const a = require('./a');
          require('./b')();
          const graph = JSON.stringify(hot.graph());
          const error = await errorOf(new Function('hot', `return ${call}`).bind(null, hot));
          const isUntouched = require('./a') === a && JSON.stringify(hot.graph()) === graph;
          const fresh = hot.hotReload('./a');
          const isReloaded = fresh !== a && require('./b') === fresh && fresh() === 1;
          outcomes.push({ error, isUntouched, isReloaded });
        }
        return outcomes;
      },
      // Compiled in no file, so `hotReload` is called from the driver's folder as far as it can tell.
      { data: ROWS.map(({ call }) => call) },
    );

    for (const [index, row] of ROWS.entries()) {
      const { error, isUntouched, isReloaded } = outcomes[index];
      assert.equal(error?.name, 'SafeHotError', `${row.name}: ${error?.message}`);
      assert.equal(error.code, row.code, row.name);
      assert.match(error.message, row.message, row.name);
      assert.deepEqual(
        { isUntouched, isReloaded },
        { isUntouched: true, isReloaded: true },
        row.name,
      );
    }
  });

  it('of the options in package.json is refused when safe-hot is loaded', async () => {
    const app = makeApp({ 'index.js': "require('safe-hot');\n" });
    app.write('package.json', '{ "safe-hot": { "exclud": [] } }');

    const { code, stderr } = await app.run('index.js');

    assert.notEqual(code, 0);
    assert.match(stderr, /There is no option "exclud" in package\.json; did you mean "exclude"\?/);
    assert.match(stderr, /ERR_SAFE_HOT_UNKNOWN_OPTION/);
  });

  it('of the environment is refused when safe-hot is loaded', async () => {
    const app = makeApp({ 'index.js': "require('safe-hot');\n" });

    const { code, stderr } = await app.run('index.js', { env: { SAFE_HOT_REPORT: 'xml' } });

    assert.notEqual(code, 0);
    assert.match(stderr, /ERR_SAFE_HOT_INVALID_OPTION/);
  });

  describe('hotReload() during a reload', () => {
    const files = {
      'a.js': "exports.value = 1;\nif (global.reenter) global.reenter('./b');\n",
      'b.js': 'exports.value = {};\n',
    };

    it('is refused, by hot code and by cold, and the reload goes on', async () => {
      const app = makeApp({
        ...files,
        'c.js': `exports.value = 1;
          try { if (global.reenter) require('safe-hot').hotReload('./b'); } catch (error) { exports.code = error.code; }\n`,
      });

      const result = await app.drive(async ({ require, hot }) => {
        require('./a');
        require('./c');
        const b = require('./b');
        const codes = [];
        global.reenter = (/** @type {string} */ each) => {
          try {
            hot.hotReload(each);
          } catch (/** @type {any} */ error) {
            codes.push(error.code);
          }
        };
        hot.hotReload('./a');
        codes.push(hot.hotReload('./c').code);
        return { codes, same: require('./b') === b, fresh: hot.hotReload('./b') !== b };
      });

      assert.deepEqual(result, {
        codes: ['ERR_SAFE_HOT_BUSY', 'ERR_SAFE_HOT_BUSY'],
        same: true,
        fresh: true,
      });
    });

    it('is refused in an accept callback too, where reload() waits for its turn', async () => {
      const app = makeApp({
        'entry.js': `require('./a');
          require('./b');
          module.hot.accept('./a', () => {
            const { hotReload, reload } = require('safe-hot');
            global.later = reload('./b');
            hotReload('./b');
          }, (error) => (global.code = error.code));\n`,
        'a.js': '1;\n',
        'b.js': 'module.hot.accept();\n',
      });

      const result = await app.drive(async ({ require, hot }) => {
        hot.versions();
        require('./entry');
        const { outcome } = await hot.reload('./a');
        const { evaluated } = await global.later;
        return { outcome, code: global.code, evaluated };
      });

      assert.deepEqual(result, {
        outcome: 'committed',
        code: 'ERR_SAFE_HOT_BUSY',
        evaluated: ['b.js'],
      });
    });

    it('fails that reload if it is not caught', async () => {
      const app = makeApp(files);

      const result = await app.drive(async ({ require, hot, errorOf }) => {
        const a = require('./a');
        require('./b');
        global.reenter = hot.hotReload;
        const error = await errorOf(() => hot.hotReload('./a'));
        delete global.reenter;
        const same = require('./a') === a;
        return {
          code: error?.code,
          cause: error?.cause?.code,
          same,
          ok: hot.hotReload('./a').value,
        };
      });

      assert.deepEqual(result, {
        code: 'ERR_SAFE_HOT_EVALUATE',
        cause: 'ERR_SAFE_HOT_BUSY',
        same: true,
        ok: 1,
      });
    });
  });

  it('keeps the first watcher when watch() is refused, until it is closed', async () => {
    const app = makeApp({ 'a.js': COUNTER });

    const result = await app.drive(async ({ require, hot, edit, errorOf }) => {
      require('./a');
      const watcher = hot.watch();
      const reloaded = new Promise((resolve) => hot.on('reload', resolve));
      const folders = await watcher.ready();
      const { code } = (await errorOf(() => hot.watch({ include: ['none'] }))) ?? {};
      edit('a.js', 'module.exports = () => 42;\n');
      await reloaded;
      const value = require('./a')();
      const after = watcher.folders().length;
      watcher.close();
      const again = hot.watch();
      return { code, value, same: folders === after, again: (await again.ready()) === folders };
    });

    assert.deepEqual(result, {
      code: 'ERR_SAFE_HOT_ALREADY_WATCHING',
      value: 42,
      same: true,
      again: true,
    });
  });
});
