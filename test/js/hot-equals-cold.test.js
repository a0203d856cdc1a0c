'use strict';

/* After any edit the running process answers, and exports, what a fresh process on the same files does. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { useApps } = require('../helpers/cli-app');
const { ENVIRONMENT, copyDemo } = require('../helpers/demo-app');

const PROBE = path.join(__dirname, '..', 'helpers', 'exports-probe.js');

/** Every route, and the ways in which they answer with an error. */
const REQUESTS = [
  { url: '/' },
  { url: '/health' },
  { url: '/stats' },
  { url: '/users' },
  { url: '/users/1' },
  { url: '/users/2', headers: { accept: 'text/html' } },
  { url: '/users/99' },
  { url: '/todos' },
  { url: '/todos?done=true&page=1' },
  { url: '/todos?userId=3' },
  { url: '/todos/1' },
  { url: '/todos/99' },
  { url: '/nowhere' },
  { url: '/todos', method: 'POST', body: '{ "userId": 1 }' },
  { url: '/todos', method: 'POST', body: '{ broken' },
  { url: '/extra' },
];

/** One after the other; each starts where the one before has ended. */
const EDITS = [
  {
    name: 'a value',
    edit: (app) => app.edit('config/index.js', 'pageSize: 20', 'pageSize: 2'),
  },
  {
    name: 'a text in a view',
    edit: (app) => app.edit('views/home.js', 'Things to do', 'To do'),
  },
  {
    name: 'data that fills the store at the start',
    edit: (app) => app.edit('db/seed.js', 'Ada Lovelace', 'Augusta Ada King'),
  },
  {
    name: 'an export more',
    edit: (app) =>
      app.edit('lib/format.js', '{ plural, duration }', '{ plural, duration, list: String }'),
  },
  {
    name: 'an export that is used from now on',
    edit: (app) =>
      app.edit('views/user.js', '${email} has', '${require("../lib/format").list(email)} has'),
  },
  {
    name: 'an export less',
    edit: (app) => {
      app.edit('views/user.js', 'require("../lib/format").list(email)', 'email');
      app.edit('lib/format.js', ', list: String', '');
    },
    evaluated: ['views/user.js', 'lib/format.js'],
  },
  {
    name: 'an export of another kind',
    edit: (app) =>
      app.edit(
        'lib/http-error.js',
        'module.exports = HttpError',
        'module.exports = class NotFound extends HttpError {}',
      ),
  },
  {
    name: 'a new file',
    edit: (app) => {
      app.write(
        'routes/extra.js',
        'module.exports = (req, res) => res.json({ extra: [1, 2, 3] });\n',
      );
      app.edit(
        'routes/index.js',
        'module.exports',
        "router.get('/extra', require('./extra'));\n\nmodule.exports",
      );
    },
    evaluated: ['routes/extra.js', 'routes/index.js'],
  },
  {
    name: 'a file that becomes a folder',
    edit: (app) => {
      app.write(
        'routes/extra/index.js',
        "module.exports = (req, res) => res.json({ extra: 'folder' });\n",
      );
      fs.unlinkSync(app.path('routes/extra.js'));
    },
    evaluated: ['routes/extra/index.js'],
  },
  {
    name: 'a JSON file in place of a module',
    edit: (app) => {
      app.write('config/limits.json', '{ "windowMs": 60000, "max": 77777 }\n');
      app.edit('config/index.js', /rateLimit: \{[^}]*\}/, "rateLimit: require('./limits.json')");
    },
    evaluated: ['config/index.js'],
  },
  {
    name: 'a JSON file',
    edit: (app) => app.write('config/limits.json', '{ "windowMs": 60000, "max": 88888 }\n'),
  },
  {
    name: 'a file that goes, with its last import',
    edit: (app) => {
      app.edit('routes/index.js', "router.get('/extra', require('./extra'));\n", '');
      fs.rmSync(app.path('routes/extra'), { recursive: true });
    },
    evaluated: ['routes/index.js'],
  },
  {
    name: 'a cycle',
    edit: (app) => {
      app.edit(
        'services/users.js',
        "'use strict';",
        "'use strict';\nconst todos = require('./todos');",
      );
      app.edit(
        'services/users.js',
        'publicUser(user)',
        '{ ...publicUser(user), open: todos.open().length }',
      );
    },
    evaluated: ['services/users.js'],
  },
  {
    name: 'the app',
    edit: (app) => app.edit('app.js', "app.disable('x-powered-by')", "app.set('json spaces', 2)"),
  },
  {
    name: 'the entry',
    edit: (app) =>
      app.edit(
        'server.js',
        'await db.connect();',
        "await db.connect();\n  app.locals.title = 'Another title';",
      ),
  },
  {
    name: 'nearly everything at once',
    edit: (app) => {
      for (const name of fs.readdirSync(app.folder, { recursive: true })) {
        if (name.endsWith('.js') && !name.includes('node_modules')) {
          app.write(name, `${app.read(name)}// again\n`);
        }
      }
    },
    evaluated: ['server.js', 'db/table.js'],
  },
];

describe('hot equals cold', () => {
  const apps = useApps();

  it('after every kind of edit of an Express app', async function () {
    this.timeout(120_000);
    const folder = copyDemo(apps.makeFolder({}));
    const how = { nodeArgs: ['-r', PROBE], ipc: true, env: ENVIRONMENT };
    const hot = apps.launch(folder, { ...how, how: 'register' });
    await hot.serving();

    for (const { name, edit, evaluated = [] } of EDITS) {
      edit(hot);
      await evaluatedAll(hot, evaluated);
      const cold = apps.launch(folder, { ...how, how: 'plain' });
      await cold.nextLine('listening');

      assert.deepEqual(await exportsOf(hot), await exportsOf(cold), `exports after ${name}`);
      assert.deepEqual(await answersOf(hot), await answersOf(cold), `answers after ${name}`);
      await cold.stop();
    }
  });
});

/** Waits until the last edit is in use: several files may come as several reloads. */
async function evaluatedAll(app, expected) {
  const missing = new Set(expected);
  do {
    const report = await app.nextReload();
    if (!['committed', 'unchanged'].includes(report.outcome)) {
      // The first of several files may ask for the second.
      assert.ok(missing.size > 0, JSON.stringify(report));
    }
    for (const file of report.evaluated) missing.delete(file);
  } while (missing.size > 0);
}

async function answersOf(app) {
  const answers = {};
  for (const { url, method = 'GET', body, headers } of REQUESTS) {
    const {
      status,
      headers: received,
      body: text,
    } = await app.fetch(url, {
      method,
      body,
      headers: { 'content-type': 'application/json', 'x-request-id': 'test', ...headers },
    });
    const { 'content-type': type, 'x-powered-by': poweredBy, 'ratelimit-limit': limit } = received;
    answers[`${method} ${url} ${body ?? ''}`] = {
      status,
      type,
      poweredBy,
      limit,
      text: timeless(text),
    };
  }
  return answers;
}

/** Without what depends on when the process began, and on how often it was asked. */
function timeless(text) {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"(uptimeSeconds|rss|heapUsed|total|failed)":\s*[\d.]+/g, '"$1":0')
    .replace(/Up for \d+ seconds?/, 'Up for <time>');
}

async function exportsOf(app) {
  app.child.send('exports');
  const [exported] = await once(app.child, 'message');
  return exported;
}
