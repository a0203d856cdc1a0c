'use strict';

/*
 * Libraries from the registry that read files and folders as an app starts, in apps with no hot code: after each save
 * the process answers as one that starts on the files as they are.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { holdings, holdsAgain, needsLibraries, useLibraryApps } = require('../helpers/library-app');

const LISTEN = `server.listen(0, () => console.log('listening', server.address().port, process.pid));`;

/** How often one file is saved anew. */
const RELOADS = 20;

/** A count of its own, which grows with each request and which no edit of another module may reset. */
const STATE = 'exports.requests = 0;\n';

describe('libraries that read files', function () {
  this.timeout(60_000);
  needsLibraries();
  const apps = useLibraryApps();

  /** What `app` answers to each of `urls`, which has to be what a process answers that starts now. */
  async function answers(app, ...urls) {
    const cold = apps.launch(app.folder, { how: 'plain' });
    await cold.nextLine('listening');
    const [hot, expected] = [await ask(app, urls), await ask(cold, urls)];
    await cold.stop();
    assert.deepEqual(hot, expected);
    return hot;
  }

  async function ask(app, urls) {
    const all = [];
    for (const url of urls) {
      const { status, body } = await app.fetch(url);
      all.push(status === 200 ? body : status);
    }
    return all;
  }

  async function committed(app) {
    const report = await app.nextReload();
    assert.equal(report.outcome, 'committed', JSON.stringify(report));
    return report;
  }

  const route = (text) => `const state = require('../state');
module.exports = async (app) => {
  app.get('/', async () => ((state.requests += 1), '${text}'));
};
`;

  const FASTIFY = {
    'state.js': STATE,
    'routes/users/index.js': route('users').replace('../state', '../../state'),
    'routes/root.js': route('root'),
    'server.js': `const app = require('fastify')();
const state = require('./state');
app.register(require('@fastify/autoload'), { dir: require('node:path').join(__dirname, 'routes') });
app.get('/requests', async () => String(state.requests));
app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log('listening', app.server.address().port, process.pid));
`,
  };

  describe('@fastify/autoload', () => {
    it('serves a route that was edited, and keeps the state of other modules', async () => {
      const app = await apps.serve(FASTIFY);
      const { port } = app;
      assert.deepEqual(await ask(app, ['/', '/users']), ['root', 'users']);

      app.edit('routes/users/index.js', "'users'", "'people'");
      const report = await committed(app);

      // The folder is read in what follows from the evaluation of the entry.
      assert.deepEqual(report.evaluated, ['server.js', 'routes/users/index.js']);
      assert.deepEqual(await ask(app, ['/requests']), ['2']);
      assert.deepEqual(await answers(app, '/', '/users'), ['root', 'people']);
      assert.equal(app.port, port);
    });

    it('serves a route that has come, and no more one that has gone', async () => {
      const app = await apps.serve(FASTIFY);

      app.write('routes/posts.js', route('posts').replace("'/'", "'/posts'"));
      await committed(app);
      assert.deepEqual(await answers(app, '/', '/users', '/posts'), ['root', 'users', 'posts']);
      // In place at once: two folders and a file would be up to three saves.
      app.write('made/below/index.js', route('deep').replace('../', '../../../'));
      fs.renameSync(app.path('made'), app.path('routes', 'deep'));
      await committed(app);
      assert.deepEqual(await answers(app, '/posts', '/deep/below'), ['posts', 'deep']);
      fs.unlinkSync(app.path('routes', 'posts.js'));
      const report = await committed(app);
      assert.deepEqual(report.pruned, ['routes/posts.js']);

      assert.deepEqual(await answers(app, '/', '/posts', '/deep/below'), ['root', 404, 'deep']);
    });

    it('rolls back a route that cannot be registered, and serves it once it is mended', async () => {
      const app = await apps.serve(FASTIFY);

      app.edit('routes/root.js', "app.get('/'", "app.get('no path'");
      const { outcome } = await app.nextReload();
      assert.equal(outcome, 'rolled-back');
      assert.deepEqual(await ask(app, ['/', '/users', '/requests']), ['root', 'users', '2']);
      app.edit('routes/root.js', "app.get('no path'", "app.get('/mended'");
      await committed(app);

      assert.deepEqual(await answers(app, '/mended', '/', '/users'), ['root', 404, 'users']);
    });

    it('holds as much after many reloads as before', async () => {
      const app = await apps.serve(FASTIFY);
      const before = await holdings(app);
      const text = app.read('routes/root.js');

      for (let n = 1; n <= RELOADS; n += 1) {
        app.write('routes/root.js', text.replace("'root'", `'root ${n}'`));
        await committed(app);
        assert.equal(await app.get(), `root ${n}`);
      }

      await holdsAgain(app, before);
    });
  });

  it('a loop of readdirSync and require serves what was edited, what came and not what went', async () => {
    const app = await apps.serve({
      'state.js': STATE,
      'routes/users.js': `const state = require('../state');
module.exports = () => ((state.requests += 1), 'users');
`,
      'load.js': `const fs = require('node:fs');
const path = require('node:path');
module.exports = (folder) => {
  const routes = {};
  for (const file of fs.readdirSync(folder)) {
    routes['/' + path.parse(file).name] = require(path.join(folder, file));
  }
  return routes;
};
`,
      'server.js': `const state = require('./state');
const routes = require('./load')(require('node:path').join(__dirname, 'routes'));
const server = require('node:http').createServer((req, res) => {
  if (req.url === '/requests') return res.end(String(state.requests));
  if (!routes[req.url]) res.statusCode = 404;
  res.end(routes[req.url]?.());
});
${LISTEN}
`,
    });
    await app.get('/users');

    app.edit('routes/users.js', "'users'", "'people'");
    await committed(app);
    assert.deepEqual(await ask(app, ['/requests']), ['1']);
    assert.deepEqual(await answers(app, '/users'), ['people']);
    app.write('routes/posts.js', "module.exports = () => 'posts';\n");
    await committed(app);
    assert.deepEqual(await answers(app, '/users', '/posts'), ['people', 'posts']);
    app.edit('routes/posts.js', "'posts'", "'articles'");
    await committed(app);
    assert.deepEqual(await answers(app, '/posts'), ['articles']);
    fs.unlinkSync(app.path('routes', 'users.js'));
    await committed(app);

    assert.deepEqual(await answers(app, '/users', '/posts'), [404, 'articles']);
  });

  for (const [how, load] of [
    ['config()', `require('dotenv').config({ quiet: true });`],
    ['config({ override: true })', `require('dotenv').config({ quiet: true, override: true });`],
    ['dotenv/config', `require('dotenv/config');`],
  ]) {
    it(`dotenv, ${how}: an edit of .env starts the program again with it`, async () => {
      const app = await apps.serve({
        '.env': 'GREETING=hello\nNAME=world\n',
        'greet.js': `module.exports = () => [process.env.GREETING, process.env.NAME].join(' ');\n`,
        'server.js': `${load}
const greet = require('./greet');
const server = require('node:http').createServer((req, res) => res.end(greet()));
${LISTEN}
`,
      });
      assert.equal(await app.get(), 'hello world');

      app.edit('greet.js', "' '", "', '");
      await committed(app);
      assert.equal(await app.get(), 'hello, world');
      app.write('.env', 'GREETING=bye\n');
      const report = await app.nextReload();
      assert.equal(report.outcome, 'restart-required');
      assert.equal(report.error.code, 'ERR_SAFE_HOT_ENV_CHANGED');
      await app.serving();

      assert.deepEqual(await answers(app, '/'), ['bye, ']);
    });
  }

  it('graphql: a schema that is read at start is the one that is served', async () => {
    const app = await apps.serve({
      'state.js': STATE,
      'schema.graphql': 'type Query { name: String }\n',
      'schema.js': `const { readFileSync } = require('node:fs');
const { buildSchema } = require('graphql');
module.exports = buildSchema(readFileSync(require('node:path').join(__dirname, 'schema.graphql'), 'utf8'));
`,
      'resolvers.js': `const state = require('./state');
exports.name = () => 'request ' + (state.requests += 1);
exports.age = 7;
`,
      'server.js': `const { graphql } = require('graphql');
const schema = require('./schema');
const rootValue = require('./resolvers');
const server = require('node:http').createServer(async (req, res) => {
  const source = decodeURIComponent(req.url.slice(1));
  res.end(JSON.stringify(await graphql({ schema, source, rootValue })));
});
${LISTEN}
`,
    });
    const query = async (text) => JSON.parse(await app.get(`/${encodeURIComponent(text)}`));
    assert.deepEqual(await query('{ name }'), { data: { name: 'request 1' } });
    assert.match(
      (await query('{ age }')).errors[0].message,
      /Cannot query field "age" on type "Query"/,
    );

    app.edit('schema.graphql', 'name: String', 'name: String, age: Int');
    const report = await committed(app);
    assert.deepEqual(report.chains, [['schema.graphql', 'schema.js', 'server.js']]);
    assert.deepEqual(await query('{ name age }'), { data: { name: 'request 2', age: 7 } });
    app.edit('schema.graphql', 'age: Int', 'age: Number');
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.deepEqual(await query('{ name age }'), { data: { name: 'request 3', age: 7 } });
    app.edit('schema.graphql', 'age: Number', 'age: String');
    await committed(app);

    assert.deepEqual(await answers(app, `/${encodeURIComponent('{ age }')}`), [
      '{"data":{"age":"7"}}',
    ]);
  });

  for (const [name, compile] of Object.entries({
    ejs: `const ejs = require('ejs');
const views = require('node:path').join(__dirname, 'views');
const file = require('node:path').join(views, 'page.ejs');
module.exports = ejs.compile(require('node:fs').readFileSync(file, 'utf8'), { filename: file });
`,
    handlebars: `const handlebars = require('handlebars');
const fs = require('node:fs');
const read = (name) => fs.readFileSync(require('node:path').join(__dirname, 'views', name), 'utf8');
const own = handlebars.create();
own.registerPartial('head', read('head.handlebars'));
module.exports = own.compile(read('page.handlebars'));
`,
  })) {
    const open = { ejs: '<%= name %>', handlebars: '{{name}}' }[name];
    const partial = { ejs: "<%- include('head') %>", handlebars: '{{> head}}' }[name];

    it(`${name}: templates that are read at start are rendered as they are now`, async () => {
      const app = await apps.serve({
        'state.js': STATE,
        [`views/head.${name}`]: 'head: ',
        [`views/page.${name}`]: `${partial}hello ${open}`,
        'page.js': compile,
        'server.js': `const state = require('./state');
const page = require('./page');
const server = require('node:http').createServer((req, res) => {
  if (req.url === '/requests') return res.end(String(state.requests));
  state.requests += 1;
  res.end(page({ name: 'you' }));
});
${LISTEN}
`,
      });
      assert.equal(await app.get(), 'head: hello you');

      app.edit(`views/page.${name}`, 'hello', 'good day,');
      await committed(app);
      assert.deepEqual(await ask(app, ['/requests']), ['1']);
      assert.deepEqual(await answers(app, '/'), ['head: good day, you']);
      app.edit(`views/head.${name}`, 'head', 'top');
      // EJS reads what a template includes each time that it is rendered.
      if (name === 'handlebars') await committed(app);

      assert.deepEqual(await answers(app, '/'), ['top: good day, you']);
    });
  }
});
