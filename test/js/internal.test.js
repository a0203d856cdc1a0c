'use strict';

/* A bug of ours, a panic of the native part above all, is told with its code, and the program goes on. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');

const BINDING = path.join(__dirname, '..', '..', 'js', 'binding.js');

describe('a panic of the native part', () => {
  it('is an error of hotReload(), and the next reload works', async () => {
    const app = makeApp({ 'a.js': 'module.exports = 1;' });

    const result = await app.drive(
      async ({ require, hot, errorOf, write }, { binding }) => {
        const native = require(binding);
        const { prepare } = native;
        require('./a');
        native.prepare = () => native.crashTest();
        const error = await errorOf(() => hot.hotReload('./a'));
        native.prepare = prepare;
        write('a.js', 'module.exports = 2;');
        return { error, exports: hot.hotReload('./a') };
      },
      { data: { binding: BINDING } },
    );

    assert.equal(result.error.code, 'ERR_SAFE_HOT_INTERNAL');
    assert.match(result.error.message, /crashTest/);
    assert.equal(result.exports, 2);
  });

  it('is an error of reload(), and the next one takes what was saved', async () => {
    const app = makeApp({ 'a.js': 'module.exports = 1;', 'b.js': 'module.exports = 1;' });

    const result = await app.drive(
      async ({ require, hot, write }, { binding }) => {
        const native = require(binding);
        const { prepare } = native;
        require('./a');
        require('./b');
        native.prepare = () => native.crashTest();
        write('a.js', 'module.exports = 2;');
        const { code } = await hot.reload(['./a']).catch((error) => error);
        native.prepare = prepare;
        write('b.js', 'module.exports = 2;');
        const { outcome } = await hot.reload();
        return { code, outcome, exports: [require('./a'), require('./b')] };
      },
      { data: { binding: BINDING } },
    );

    const code = 'ERR_SAFE_HOT_INTERNAL';
    assert.deepEqual(result, { code, outcome: 'committed', exports: [2, 2] });
  });

  it('while files are watched is a warning, and the next save is taken', async () => {
    const app = makeApp({ 'a.js': 'module.exports = 1;' });

    const result = await app.drive(
      async ({ require, hot, write }, { binding }) => {
        const native = require(binding);
        const { prepare } = native;
        require('./a');
        const watcher = hot.watch();
        await watcher.ready();
        native.prepare = () => native.crashTest();
        const warning = new Promise((resolve) => process.once('warning', resolve));
        write('a.js', 'module.exports = 2;');
        const { code } = await warning;
        native.prepare = prepare;
        const report = new Promise((resolve) => hot.on('reload', resolve));
        write('a.js', 'module.exports = 3;');
        const { outcome } = await report;
        watcher.close();
        return { code, outcome, exports: require('./a') };
      },
      { data: { binding: BINDING } },
    );

    assert.deepEqual(result, { code: 'ERR_SAFE_HOT_INTERNAL', outcome: 'committed', exports: 3 });
  });
});
