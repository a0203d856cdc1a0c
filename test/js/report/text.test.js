'use strict';

const assert = require('node:assert/strict');

const { textOf } = require('../../../js/report/text');

/** @param {object} given */
function reload(given) {
  const nothing = {
    changed: [],
    evaluated: [],
    pruned: [],
    disposed: [],
    stale: [],
    handedOver: [],
    traces: [],
  };
  const report = {
    type: 'reload',
    outcome: 'committed',
    chains: [],
    durationMs: 3.14159,
    ...nothing,
  };
  return textOf(/** @type {any} */ ({ ...report, ...given }), { color: false });
}

describe('report: text', () => {
  it('shows the way of one change and what went with it', () => {
    const text = reload({
      changed: ['users.js'],
      chains: [['users.js', 'app.js', 'server.js']],
      evaluated: ['users.js', 'app.js', 'server.js'],
      handedOver: [':3000'],
      disposed: [
        { path: 'users.js', version: 1, kind: 'timer', count: 1 },
        { path: 'app.js', version: 1, kind: 'listener', count: 2 },
      ],
    });

    assert.equal(
      text,
      '✓ 3.1 ms  users.js → app.js → server.js · :3000 handed over · disposed 1 timer, 2 listeners of 2 versions',
    );
  });

  it('names the one version that something was disposed of', () => {
    const disposed = [
      { path: 'db.js', version: 3, kind: 'timer', count: 2 },
      { path: 'db.js', version: 3, kind: 'child process', count: 2 },
    ];

    const text = reload({ changed: ['db.js'], chains: [['db.js', 'server.js']], disposed });

    const what = 'disposed 2 timers, 2 child processes of db.js@3';
    assert.equal(text, `✓ 3.1 ms  db.js → server.js · ${what}`);
  });

  it('names what is left behind', () => {
    const text = reload({
      changed: ['a.js'],
      chains: [['a.js', 'server.js']],
      traces: ['globalThis.cache', 'process.env.TZ'],
    });

    const what = 'globalThis.cache, process.env.TZ left behind';
    assert.equal(text, `✓ 3.1 ms  a.js → server.js · ${what}`);
  });

  it('stays one line when many files change at once', () => {
    const changed = Array.from({ length: 300 }, (_, index) => `m${index}.js`);

    const text = reload({
      changed,
      chains: changed.map((file) => [file, 'server.js']),
      evaluated: [...changed, 'server.js'],
    });

    assert.equal(
      text,
      '✓ 3.1 ms  m0.js, m1.js, m2.js and 297 more → server.js · 301 modules evaluated',
    );
  });

  it('says what serves now and draws the frame of a refusal', () => {
    const text = reload({
      outcome: 'refused',
      changed: ['users.js'],
      error: {
        code: 'ERR_SAFE_HOT_SYNTAX',
        message: 'users.js:12:17 Unexpected token; version 4 stays in use',
        frame: '  11 | {\n> 12 |   res.json(users;\n     |                 ^\n  13 | }',
      },
    });

    assert.equal(
      text,
      [
        '✗ refused  users.js:12:17 Unexpected token · version 4 stays in use ERR_SAFE_HOT_SYNTAX',
        '    11 │ {',
        '  ▸ 12 │   res.json(users;',
        '       │                 ^',
        '    13 │ }',
      ].join('\n'),
    );
  });

  it('says so when a save concerns nothing that is loaded', () => {
    const text = reload({ outcome: 'unchanged' });

    assert.equal(text, '= 3.1 ms  nothing that is loaded has changed');
  });

  it('says what a plan would do, and that a save changed nothing', () => {
    const chains = [['users.js', 'app.js']];

    assert.equal(reload({ outcome: 'planned', chains }), '? would evaluate users.js → app.js');
    assert.equal(
      reload({ outcome: 'unchanged', changed: ['users.js'] }),
      '= 3.1 ms  users.js saved without a change',
    );
  });

  /** @type {[object, string][]} */
  const others = [
    [{ type: 'watch', mode: 'native' }, '! told of changes again'],
    [
      { type: 'watch', mode: 'polling', reason: 'no space left on device' },
      '! looking at the files by polling: no space left on device',
    ],
    [{ type: 'watch', mode: 'closed' }, '! no longer watching'],
    [
      { type: 'end', entry: 'app.js', code: 1, signal: null },
      'safe-hot  app.js ended with code 1 · a save starts it again',
    ],
    [
      { type: 'end', entry: 'app.js', code: null, signal: 'SIGSEGV' },
      'safe-hot  app.js was ended by SIGSEGV · a save starts it again',
    ],
  ];
  for (const [report, expected] of others) {
    it(`says "${expected}"`, () => {
      assert.equal(textOf(/** @type {any} */ (report), { color: false }), expected);
    });
  }
});
