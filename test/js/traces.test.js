'use strict';

/* What an evaluation leaves on the process itself is named in the report. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** Each with what the module does as it loads, and what the report names. */
const TRACES = {
  'a new global': ['globalThis.cache = 1', ['globalThis.cache']],
  'a new global in the place of another': [
    'delete globalThis.before; globalThis.after = 1',
    ['globalThis.after'],
  ],
  'a patched prototype': ['Array.prototype.last = 1', ['Array.prototype.last']],
  'a symbol on a prototype': ["Map.prototype[Symbol('own')] = 1", ['Map.prototype.Symbol(own)']],
  'a new variable': ["process.env.ADDED = '1'", ['process.env.ADDED']],
  'an edited variable': ["process.env.KNOWN = '2'", ['process.env.KNOWN']],
  'a deleted variable': ['delete process.env.KNOWN', ['process.env.KNOWN']],
  'one variable for another': [
    "delete process.env.KNOWN; process.env.ADDED = '1'",
    ['process.env.KNOWN', 'process.env.ADDED'],
  ],
  'the same value again': ["process.env.KNOWN = '1'", []],
};

describe('traces', () => {
  for (const [name, [statement, expected]] of Object.entries(TRACES)) {
    it(`of ${name}`, async () => {
      const app = makeApp({ 'a.js': '' });

      const traces = await app.drive(
        ({ hot, require, edit }, text) => {
          Object.assign(globalThis, { before: 1 });
          process.env.KNOWN = '1';
          hot.versions();
          require('./a');
          const reports = [];
          hot.on('reload', (report) => reports.push(report.traces));
          edit('a.js', text);
          hot.hotReload('./a');
          return reports;
        },
        { data: `${statement};\n` },
      );

      assert.deepEqual(traces, [expected]);
    });
  }
});
