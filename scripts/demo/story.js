'use strict';

/*
 * What the demo does to the app, in order. Each step is an edit of one file, the outcome that it must have, and what
 * the app must then answer: by the new code where the edit is good, by the old code where it is not.
 */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} file relative to the app's folder
 * @property {[from: string, to: string][]} edits none for a save without a change
 * @property {'committed' | 'unchanged' | 'refused' | 'rolled-back'} outcome
 * @property {{ path: string, text: string }} seen
 * @property {{ file: string, text: string }} [creates] a new file, written before the edit
 */

/** @type {Step[]} */
const STORY = [
  {
    title: 'a view',
    file: 'views/home.js',
    edits: [['<h1>Things to do</h1>', '<h1>Things to do today</h1>']],
    outcome: 'committed',
    seen: { path: '/', text: 'Things to do today' },
  },
  {
    title: 'a helper',
    file: 'lib/format.js',
    edits: [["return plural(Math.floor(seconds), 'second');", "return 'less than a minute';"]],
    outcome: 'committed',
    seen: { path: '/', text: 'Up for less than a minute' },
  },
  {
    title: 'a service',
    file: 'services/users.js',
    edits: [['return { id, name, email };', 'return { id, name, email, active: true };']],
    outcome: 'committed',
    seen: { path: '/users', text: '"active":true' },
  },
  {
    title: 'a route',
    file: 'routes/users.js',
    edits: [['{ users: users.list() }', '{ count: users.list().length, users: users.list() }']],
    outcome: 'committed',
    seen: { path: '/users', text: '"count":3' },
  },
  {
    title: 'a module in the middle, used by three others',
    file: 'services/todos.js',
    edits: [
      [
        'return db.todos.where((todo) => !todo.done);',
        'return db.todos.where((todo) => !todo.done).slice(0, 1);',
      ],
    ],
    outcome: 'committed',
    seen: { path: '/', text: '1 open todo ' },
  },
  {
    title: 'the configuration',
    file: 'config/index.js',
    edits: [["'Todo service'", "'Todo service, second edition'"]],
    outcome: 'committed',
    seen: { path: '/', text: '<title>Todo service, second edition</title>' },
  },
  {
    title: 'the entry, which listens',
    file: 'server.js',
    edits: [['  await db.connect();', "  app.set('json spaces', 2);\n  await db.connect();"]],
    outcome: 'committed',
    seen: { path: '/health', text: '\n  "status": "ok"' },
  },
  {
    title: 'a save without a change',
    file: 'lib/format.js',
    edits: [],
    outcome: 'unchanged',
    seen: { path: '/', text: 'Things to do today' },
  },
  {
    title: 'a syntax error',
    file: 'routes/users.js',
    edits: [['users: users.list() });', 'users: users.list() };']],
    outcome: 'refused',
    seen: { path: '/users', text: '"count": 3' },
  },
  {
    title: 'its fix',
    file: 'routes/users.js',
    edits: [
      ['{ count: users.list().length, users: users.list() };', '{ total: users.list().length });'],
    ],
    outcome: 'committed',
    seen: { path: '/users', text: '"total": 3' },
  },
  {
    title: 'a module that throws while it loads',
    file: 'services/users.js',
    edits: [
      [
        "const db = require('../db');",
        "const source = new URL(process.env.USERS_URL);\nconst db = require('../db');",
      ],
      ['active: true }', 'source: source.href }'],
    ],
    outcome: 'rolled-back',
    seen: { path: '/users/1', text: '"active": true' },
  },
  {
    title: 'its fix',
    file: 'services/users.js',
    edits: [['new URL(process.env.USERS_URL)', "new URL(process.env.USERS_URL ?? 'memory:users')"]],
    outcome: 'committed',
    seen: { path: '/users/1', text: '"source": "memory:users"' },
  },
  {
    title: 'a new file, and the edit that requires it',
    file: 'views/home.js',
    edits: [
      [
        "const html = require('../lib/html');",
        "const greeting = require('../lib/greeting');\nconst html = require('../lib/html');",
      ],
      ['<h1>Things to do today</h1>', '<h1>${greeting()}, things to do today</h1>'],
    ],
    outcome: 'committed',
    seen: { path: '/', text: 'Good day, things to do' },
    creates: {
      file: 'lib/greeting.js',
      text: "'use strict';\n\nmodule.exports = () => 'Good day';\n",
    },
  },
];

/** Many saves of one file, with no wait for what comes of them. */
const QUICK_EDITS = {
  file: 'lib/greeting.js',
  count: 20,
  /** @param {number} number from 1 */
  text: (number) => `'use strict';\n\nmodule.exports = () => 'Good day number ${number}';\n`,
  /** @param {number} number */
  seen: (number) => ({ path: '/', text: `Good day number ${number},` }),
};

module.exports = { QUICK_EDITS, STORY };
