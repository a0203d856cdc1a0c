'use strict';

/* What goes with a version, in which order, and what is left alone. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

describe('disposal', () => {
  it('runs the handlers of the program first, then what is left, newest first', async () => {
    const app = makeApp({
      'a.js': `const log = (globalThis.log ??= []);
        module.hot.use(() => log.push('first'));
        module.hot.use({ close: () => log.push('second') });
        module.hot.use({ [Symbol.dispose ?? 'close']: () => log.push('third') });
        module.hot.dispose(() => log.push('handler'));`,
    });

    const log = await app.drive(({ require, hot }) => {
      hot.versions();
      require('./a');
      hot.hotReload('./a');
      return globalThis.log;
    });

    assert.deepEqual(log, ['handler', 'third', 'second', 'first']);
  });

  it('tells one that throws with its owner, and ends the rest', async () => {
    const app = makeApp({
      'a.js': `const ended = (globalThis.ended ??= []);
        module.hot.use(() => ended.push('one'));
        module.hot.use(() => { throw new Error('no'); });
        module.hot.use(() => ended.push('two'));`,
    });

    const { ended, failures } = await app.drive(({ require, hot }) => {
      hot.versions();
      require('./a');
      let failures;
      hot.on('reload', (report) => (failures = report.failures));
      hot.hotReload('./a');
      return { ended: globalThis.ended, failures };
    });

    assert.deepEqual(ended, ['two', 'one']);
    assert.deepEqual(failures, [
      {
        code: 'ERR_SAFE_HOT_DISPOSE',
        message: 'Disposing Function of a.js@1 failed: no',
      },
    ]);
  });

  for (const [name, end, reason] of [
    ['rejects', "Promise.reject(new Error('no'))", /a\.js@1 failed: no$/],
    ['hangs', 'new Promise(() => {})', /a\.js@1 failed: it has not ended after 20 ms$/],
  ]) {
    it(`tells one that ${name} with its owner`, async () => {
      const app = makeApp({
        'package.json': '{"name":"app","safe-hot":{"graceMs":20,"exclude":["driver.js"]}}',
        'a.js': `module.hot.use({ close: () => ${end} });`,
      });

      const warning = await app.drive(async ({ require, hot }) => {
        hot.versions();
        require('./a');
        const warned = new Promise((resolve) => process.once('warning', resolve));
        hot.hotReload('./a');
        const { code, message } = await warned;
        return { code, message };
      });

      assert.equal(warning.code, 'ERR_SAFE_HOT_DISPOSE');
      assert.match(warning.message, reason);
    });
  }

  it('leaves a timer alone that a package started for all when it was loaded', async () => {
    const app = makeApp({
      'node_modules/shared/index.js': `let ticks = 0;
        setInterval(() => { ticks += 1; }, 1);
        exports.ticks = () => ticks;`,
      'a.js': "exports.ticks = require('shared').ticks;",
    });

    const hasTicked = await app.drive(async ({ require, hot }) => {
      hot.versions();
      require('./a');
      const { ticks } = hot.hotReload('./a');
      const before = ticks();
      await new Promise((resolve) => {
        const look = setInterval(() => {
          if (ticks() <= before + 2) return;
          clearInterval(look);
          resolve(undefined);
        }, 1);
      });
      return true;
    });

    assert.equal(hasTicked, true);
  });

  it('leaves alone what a module opened that was not replaced', async () => {
    const app = makeApp({
      'pool.js': `const net = require('node:net');
        let socket;
        exports.connect = (port) => (socket ??= net.connect(port));`,
      'user.js': `const pool = require('./pool');
        exports.socket = pool.connect(Number(process.env.POOL_PORT));`,
    });

    const result = await app.drive(async ({ require, hot }) => {
      hot.versions();
      const server = require('node:net').createServer((socket) => socket.pipe(socket));
      await new Promise((resolve) => server.listen(0, () => resolve(undefined)));
      process.env.POOL_PORT = String(server.address().port);
      const { socket } = require('./user');
      const owner = hot.resources().find(({ kind }) => kind === 'socket').owner;
      const again = hot.hotReload('./user').socket;
      const echo = new Promise((resolve) => again.once('data', resolve));
      again.write('still here');
      const text = String(await echo);
      again.destroy();
      server.close();
      return { owner, isSame: again === socket, text };
    });

    assert.deepEqual(result, {
      owner: { path: 'pool.js', version: 1 },
      isSame: true,
      text: 'still here',
    });
  });
});
