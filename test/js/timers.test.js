'use strict';

/* What is known of the timers of a version: those that may still fire, and no other. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

describe('timers of a version', () => {
  /** What `resources()` tells after `work`, a function of the module that sees its timers. */
  async function listedAfter(work, driver = async () => undefined) {
    const app = makeApp({ 'a.js': `exports.work = ${work};\n` });
    return app.drive(
      `async (kit) => {
        kit.hot.versions();
        const result = await kit.require('./a').work();
        await (${driver})(kit, result);
        return kit.hot.resources().map(({ kind, what, ageMs }) => ({ kind, what, ageMs }));
      }`,
    );
  }

  it('are listed with what they are and how old they are', async () => {
    const listed = await listedAfter(async () => {
      setInterval(() => {}, 1_000);
      setTimeout(() => {}, 2_000, 'an argument');
      await new Promise((resolve) => setTimeout(resolve, 10));
      setTimeout(() => {}, 3_000);
    });

    const whats = listed.map(({ what }) => what);
    assert.deepEqual(whats, ['interval 1000 ms', 'timeout 2000 ms', 'timeout 3000 ms']);
    const [first, , last] = listed.map(({ ageMs }) => ageMs);
    assert.ok(last >= 0 && first - last >= 9, `${first} ms, ${last} ms`);
  });

  it('are its own by process.getBuiltinModule() too', async function () {
    if (!process.getBuiltinModule) this.skip();
    const listed = await listedAfter(() => {
      process.getBuiltinModule('timers').setTimeout(() => {}, 1_000);
      process.getBuiltinModule('node:timers/promises').setTimeout(2_000);
    });

    const whats = listed.map(({ what }) => what);
    assert.deepEqual(whats, ['timeout 1000 ms', 'timeout 2000 ms']);
  });

  it('are not listed once they have fired or were cleared, by whomever', async () => {
    const listed = await listedAfter(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await new Promise((resolve) => setImmediate(resolve));
        clearTimeout(setTimeout(() => {}, 1e6));
        clearImmediate(setImmediate(() => {}));
        const [first, second] = [setTimeout(() => {}, 1e6), setTimeout(() => {}, 1e6)];
        clearTimeout(first);
        clearTimeout(Number(second));
        setTimeout(() => {}, 1e6).close();
        return setInterval(() => {}, 1e6);
      },
      async (_, interval) => clearInterval(interval),
    );

    assert.deepEqual(listed, []);
  });

  it('are listed again when their own callback refreshes them', async () => {
    const listed = await listedAfter(
      () =>
        new Promise((resolve) => {
          const timer = setTimeout(() => {
            setTimeout(resolve, 0);
            if (timer.delay === undefined) timer.refresh();
            timer.delay = 1;
          }, 5_000);
          // Fires at once, and stands again with the delay that it was made with.
          timer._onTimeout();
        }),
    );

    assert.deepEqual(
      listed.map(({ what }) => what),
      ['timeout 5000 ms'],
    );
  });

  it('are not listed once a loop over timers/promises has ended', async () => {
    const listed = await listedAfter(async () => {
      const timers = require('node:timers/promises');
      for await (const tick of timers.setInterval(1, 'tick')) return tick;
    });

    assert.deepEqual(listed, []);
  });

  it('do not keep what they called once they have fired', async () => {
    const app = makeApp({
      'a.js': `exports.work = () => new Promise((resolve) => {
        const value = { big: true };
        setTimeout(() => setTimeout(resolve, 0, value.ref = new WeakRef(value)), 1);
      });\n`,
    });

    const isGone = await app.drive(async ({ hot, require, collect }) => {
      hot.versions();
      const ref = await require('./a').work();
      await collect(() => ref.deref() === undefined);
      return ref.deref() === undefined;
    });

    assert.equal(isGone, true);
  });

  it('are all cleared with it, however many came and went before', async () => {
    const app = makeApp({
      'a.js': `exports.work = () => {
        const timers = Array.from({ length: 1_000 }, (_, n) => setTimeout(() => {}, 1e6 + n));
        for (const timer of timers.slice(0, -300)) clearTimeout(timer);
        for (let n = 0; n < 1_000; n += 1) clearTimeout(setTimeout(() => {}, 1e6));
        return timers;
      };\n`,
    });

    const result = await app.drive(({ hot, require }) => {
      hot.versions();
      const timers = require('./a').work();
      let disposed;
      hot.on('reload', (report) => (disposed = report.disposed));
      hot.hotReload('./a');
      return { disposed, live: timers.filter(({ _destroyed }) => !_destroyed).length };
    });

    assert.deepEqual(result, {
      disposed: [{ path: 'a.js', version: 1, kind: 'timer', count: 300 }],
      live: 0,
    });
  });
});
