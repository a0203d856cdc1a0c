'use strict';

/* A stale version that the program holds on to is noticed, and one that it lets go is forgotten. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');

const WITHOUT_GRACE = JSON.stringify({
  name: 'app',
  'safe-hot': { exclude: ['driver.js'], graceMs: 0, report: 'text' },
});

/** @param {string} stderr */
function retainedLines(stderr) {
  return stderr.split('\n').filter((line) => line.includes('still reachable'));
}

describe('a version that outlives its grace', () => {
  it('is told once, however many collections it survives', async () => {
    const app = makeApp({ 'package.json': WITHOUT_GRACE, 'db.js': 'module.exports = () => {};\n' });

    const { reports, stderr } = await app.drive(async ({ require, hot, collect }) => {
      /** @type {any[]} */
      const reports = [];
      const lines = [];
      const { write } = process.stderr;
      process.stderr.write = /** @type {any} */ ((text) => lines.push(text));
      hot.on('retained', (report) => void reports.push(report));
      const held = [require('./db')];
      for (let round = 0; round < 3; round += 1) {
        hot.hotReload('./db');
        if (round === 1) held.push(require('./db'));
      }
      await collect(() => reports.length === 2);
      await collect();
      process.stderr.write = write;
      return { reports, stderr: lines.join(''), held: held.length };
    });

    const told = { type: 'retained', path: 'db.js', inMemory: 3 };
    assert.deepEqual(reports, [
      { ...told, version: 1 },
      { ...told, version: 3 },
    ]);
    assert.deepEqual(retainedLines(stderr), [
      '! db.js@1 is still reachable, 3 versions in memory: safe-hot doctor, or diagnose(), names the holder',
      '! db.js@3 is still reachable, 3 versions in memory: safe-hot doctor, or diagnose(), names the holder',
    ]);
  });

  it('is told of ES modules too', async () => {
    const app = makeApp({
      'package.json': WITHOUT_GRACE,
      'esm/package.json': '{"type":"module"}',
      'esm/db.js': 'export const db = () => {};\n',
      'load.js': `exports.held = require('./esm/db').db;
        exports.reload = () => require('safe-hot').hotReload('./esm/db');\n`,
    });

    const reports = await app.drive(async ({ require, hot, collect }) => {
      /** @type {any[]} */
      const reports = [];
      hot.on('retained', (report) => void reports.push(report));
      const { held, reload } = require('./load');
      reload();
      await collect(() => reports.length === 1);
      return [...reports, typeof held];
    });

    assert.deepEqual(reports, [
      { type: 'retained', path: 'esm/db.js', version: 1, inMemory: 2 },
      'function',
    ]);
  });

  it('is not told within its grace, nor when it was collected', async () => {
    const app = makeApp({ 'db.js': 'module.exports = () => {};\n' });

    const reports = await app.drive(async ({ require, hot, collect }) => {
      /** @type {any[]} */
      const reports = [];
      hot.on('retained', (report) => void reports.push(report));
      const held = require('./db');
      for (let round = 0; round < 100; round += 1) hot.hotReload('./db');
      await collect();
      return [...reports, typeof held];
    });

    assert.deepEqual(reports, ['function']);
  });
});

describe('a version that was collected', () => {
  it('leaves nothing behind, with no call of versions()', async () => {
    const app = makeApp({ 'db.js': 'module.exports = () => {};\n' });

    const counts = await app.drive(
      async ({ require, hot, collect, at }, engine) => {
        require('./db');
        const { stale } = require(engine).getEngine().registry.lookup(at('db.js'));
        for (let round = 0; round < 300; round += 1) hot.hotReload('./db');
        const before = stale.size;
        await collect(() => stale.size === 0);
        return { before, after: stale.size };
      },
      { data: path.resolve(__dirname, '..', '..', 'js', 'engine.js') },
    );

    assert.deepEqual(counts, { before: 300, after: 0 });
  });
});
