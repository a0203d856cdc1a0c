'use strict';

/* Clients of databases in small apps with no hot code, reloaded again and again against real servers. */

const assert = require('node:assert/strict');
const {
  holdings,
  holdsAgain,
  library,
  needsLibraries,
  reload,
  skip,
  useLibraryApps,
} = require('../helpers/library-app');
const { startPostgres, startRedis } = require('../helpers/servers');

const RELOADS = 50;

/** Answers what `./users` gives; `/slow` what it gives later. */
const SERVER = `const users = require('./users');
const server = require('node:http').createServer((req, res) => {
  users(req.url).then((text) => res.end(text), (error) => res.end(String(error)));
});
users('/').then(() => server.listen(0, () => console.log('listening', server.address().port, process.pid)));
`;

describe('libraries with a server', function () {
  this.timeout(60_000);
  needsLibraries();
  const apps = useLibraryApps();

  describe('pg against PostgreSQL', () => {
    let server;
    let admin;

    before(async function () {
      server = await startPostgres();
      if (server.missing) return skip(this, server.missing);
      const { Client } = library('pg');
      admin = new Client({ host: '127.0.0.1', port: server.port, user: 'postgres' });
      await admin.connect();
    });

    after(async () => {
      await admin?.end();
      await server?.stop?.();
    });

    const connections = async () => {
      const { rows } = await admin.query(
        `select pid from pg_stat_activity where application_name = 'app' order by pid`,
      );
      return rows.map(({ pid }) => pid);
    };
    const start = () =>
      apps.serve(
        {
          'db.js': `const { Pool } = require('pg');
module.exports = new Pool({ host: '127.0.0.1', port: process.env.DB, user: 'postgres', application_name: 'app', max: 4 });
// V0
`,
          'users.js': `const db = require('./db');
const name = (url) => db.query('select $1::text as name' + (url === '/slow' ? ', pg_sleep(0.5)' : ''), ['V0']);
module.exports = async (url) => {
  // Two at once, so that the pool has two connections.
  const [{ rows }] = await Promise.all([name(url), name('/')]);
  return rows[0].name;
};
`,
          'server.js': SERVER,
        },
        { env: { DB: String(server.port) } },
      );

    it('connections are level when the pool is made anew', async () => {
      const app = await start();
      assert.equal(await app.get(), 'V0');
      const before = await holdings(app);
      const beforeCount = (await connections()).length;
      let most = 0;

      await reload(app, 'db.js', RELOADS, async () => {
        assert.equal(await app.get(), 'V0');
        most = Math.max(most, (await connections()).length);
      });

      assert.equal(await app.get(), 'V0');
      assert.ok(await settled(async () => (await connections()).length <= beforeCount));
      assert.ok(most <= 2 * beforeCount, `${most} connections at most`);
      await holdsAgain(app, before);
    });

    it('connections are kept when a module that uses the pool is loaded anew', async () => {
      const app = await start();
      assert.equal(await app.get(), 'V0');
      const before = await connections();

      await reload(app, 'users.js', RELOADS, async (version) =>
        assert.equal(await app.get(), version),
      );

      assert.equal(await app.get(), 'V0');
      assert.deepEqual(await connections(), before);
    });

    it('knex: connections are level when its client is made anew', async () => {
      const app = await apps.serve(
        {
          'db.js': `module.exports = require('knex')({
  client: 'pg',
  connection: { host: '127.0.0.1', port: process.env.DB, user: 'postgres', application_name: 'app' },
});
// V0
`,
          'users.js': `const db = require('./db');
const name = () => db.select(db.raw('?::text as name', ['V0'])).first();
module.exports = async () => (await Promise.all([name(), name()]))[0].name;
`,
          'server.js': SERVER,
        },
        { env: { DB: String(server.port) } },
      );
      const before = await holdings(app);
      const beforeCount = (await connections()).length;
      let most = 0;

      await reload(app, 'db.js', RELOADS, async () => {
        assert.equal(await app.get(), 'V0');
        most = Math.max(most, (await connections()).length);
      });

      assert.ok(await settled(async () => (await connections()).length <= beforeCount));
      assert.ok(most <= 2 * beforeCount + 1, `${most} connections at most`);
      await holdsAgain(app, before, ({ listeners, stale }) => ({ listeners, stale }));
    });

    it('a single client that is made anew leaves the process alone', async () => {
      const app = await apps.serve(
        {
          'users.js': `const { Client } = require('pg');
const client = new Client({ host: '127.0.0.1', port: process.env.DB, user: 'postgres', application_name: 'app' });
const connected = client.connect();
module.exports = async () => {
  await connected;
  const { rows } = await client.query('select $1::text as name', ['V0']);
  return rows[0].name;
};
`,
          'server.js': SERVER,
        },
        { env: { DB: String(server.port) } },
      );

      await reload(app, 'users.js', RELOADS, async (v) => assert.equal(await app.get(), v));

      assert.equal(await app.get(), 'V0');
      assert.equal(await settled(async () => (await connections()).length === 1), true);
    });

    it('a query in flight is answered over a reload of the pool', async () => {
      const app = await start();
      await app.get();

      const slow = [];
      await reload(app, 'db.js', 5, async () => {
        slow.push(app.get('/slow'));
        await settled(async () => {
          const { rows } = await admin.query(
            `select count(*)::int as n from pg_stat_activity where application_name = 'app' and state = 'active'`,
          );
          return rows[0].n >= slow.length;
        });
      });

      assert.deepEqual(new Set(await Promise.all(slow)), new Set(['V0']));
    });
  });

  describe('Redis', () => {
    let server;
    let admin;

    before(async function () {
      server = await startRedis();
      if (server.missing) return skip(this, server.missing);
      const { Redis } = library('ioredis');
      admin = new Redis({ port: server.port });
    });

    after(async () => {
      admin?.disconnect();
      await server?.stop?.();
    });

    const connections = async () => {
      const list = await admin.client('LIST');
      return list.match(/^id=\d+/gm).length - 1;
    };

    const start = () =>
      apps.serve(
        {
          'db.js': `const { Redis } = require('ioredis');
module.exports = new Redis({ port: process.env.REDIS });
// V0
`,
          'users.js': `const db = require('./db');
module.exports = async (url) => {
  if (url === '/slow') await db.blpop('nothing', 0.5);
  await db.set('name', 'x');
  return (await db.get('name')) + 'V0';
};
`,
          'server.js': SERVER,
        },
        { env: { REDIS: String(server.port) } },
      );

    it('ioredis: connections are level when the client is made anew, and no stale one comes back', async () => {
      const app = await start();
      assert.equal(await app.get(), 'xV0');
      const before = await holdings(app);
      const beforeCount = await connections();
      let most = 0;

      await reload(app, 'db.js', RELOADS, async () => {
        assert.equal(await app.get(), 'xV0');
        most = Math.max(most, await connections());
      });

      assert.equal(await app.get(), 'xV0');
      assert.ok(await settled(async () => (await connections()) <= beforeCount));
      assert.ok(most <= 2 * beforeCount, `${most} connections at most`);
      await holdsAgain(app, before);
    });

    it('ioredis: connections are kept when a module that uses it is loaded anew', async () => {
      const app = await start();
      const ids = async () => (await admin.client('LIST')).match(/^id=\d+/gm);
      const before = await ids();

      await reload(app, 'users.js', RELOADS, async (v) => assert.equal(await app.get(), `x${v}`));

      assert.deepEqual(await ids(), before);
    });

    it('ioredis: a command in flight is answered over a reload of the client', async () => {
      const app = await start();

      const slow = app.get('/slow');
      await settled(async () => /cmd=blpop/.test(await admin.client('LIST')));
      await reload(app, 'db.js', 3);

      assert.equal(await slow, 'xV0');
    });

    it('bullmq: jobs are done by the current version, and connections are level', async () => {
      const app = await apps.serve(
        {
          'jobs.js': `const { Queue, Worker } = require('bullmq');
const connection = { port: Number(process.env.REDIS), maxRetriesPerRequest: null };
const queue = new Queue('q', { connection });
new Worker('q', async (job) => console.log('done', job.name, 'V0'), { connection });
module.exports = (url) => queue.add(url.slice(1), {}).then(() => 'added');
`,
          'server.js': SERVER.replaceAll('users', 'jobs'),
        },
        { env: { REDIS: String(server.port) } },
      );
      // The job of the start may be done before the server listens.
      await app.get('/first');
      await app.nextLine('done first V0');
      const beforeCount = await connections();
      let most = 0;

      await reload(app, 'jobs.js', RELOADS, async (version) => {
        await app.get('/' + version);
        await app.nextLine(`done ${version}`);
        most = Math.max(most, await connections());
      });

      await app.get('/last');
      await app.nextLine('done last V0');
      assert.ok(await settled(async () => (await connections()) <= beforeCount));
      assert.ok(most <= 2 * beforeCount, `${most} connections at most`);
    });
  });
});

/** Asks again until it holds. @param {() => Promise<boolean>} holds */
async function settled(holds) {
  const limit = AbortSignal.timeout(20_000);
  while (!(await holds())) {
    if (limit.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
