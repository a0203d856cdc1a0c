'use strict';

/*
 * Packages that keep a registry of what modules gave them, in apps with no hot code: the file that registers and the
 * entry are edited in turn, with a save between that is rolled back.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('../helpers/cli-app');
const {
  LIBRARIES,
  holdings,
  holdsAgain,
  library,
  needsLibraries,
  useLibraryApps,
} = require('../helpers/library-app');
const { sectionsOf } = require('../helpers/guide');
const { startMongo } = require('../helpers/mongo');

/** All of it on one line of Node: what an adapter does, does not depend on the line, but for how packages are loaded. */
const IS_WHOLE = process.versions.node.startsWith('24.') || process.env.WHOLE === '1';
const EDITS = IS_WHOLE ? 50 : 4;
const EVERYWHERE = ['mongoose', 'i18next in ES modules'];

/** An entry that answers with what `./answer` gives. */
const SERVER = `const answer = require('./answer');
const server = require('node:http').createServer(async (req, res) => {
  try {
    res.end('V0 ' + JSON.stringify(await answer(req.url)));
  } catch (error) {
    res.end(String(error));
  }
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

/** @typedef {{ name: string, register: string, files: Record<string, string>, env?: () => Record<string, string> }} Row */

/** @type {Row[]} */
const ROWS = [
  {
    name: 'prom-client',
    register: 'metrics.js',
    files: {
      'metrics.js': `const client = require('prom-client');
client.collectDefaultMetrics({ eventLoopMonitoringPrecision: 1000 });
client.register.setDefaultLabels({ app: 'V0' });
exports.asked = new client.Counter({ name: 'asked_V0', help: 'requests' });
`,
      'answer.js': `const client = require('prom-client');
const metrics = require('./metrics');
const spare = new client.Gauge({ name: 'spare', help: 'of another module' });
module.exports = async () => {
  metrics.asked.inc();
  spare.set(1);
  const all = await client.register.getMetricsAsJSON();
  return [all.length, all.filter(({ name }) => /asked|spare/.test(name)).map(({ name, values }) => [name, values[0].labels])];
};
`,
    },
  },
  {
    name: 'passport',
    register: 'auth.js',
    files: {
      'auth.js': `const passport = require('passport');
const { Strategy } = require('passport-local');
passport.use('local-V0', new Strategy((name, word, done) => done(null, { name, by: 'V0' })));
passport.serializeUser((user, done) => done(null, 'V0 ' + user.name));
passport.deserializeUser((text, done) => done(null, { text, by: 'V0' }));
`,
      'answer.js': `require('./auth');
const passport = require('passport');
module.exports = async () => {
  const text = await new Promise((resolve, reject) => passport.serializeUser({ name: 'ann' }, (error, text) => error ? reject(error) : resolve(text)));
  const user = await new Promise((resolve, reject) => passport.deserializeUser(text, (error, user) => error ? reject(error) : resolve(user)));
  const { _strategies, _serializers, _deserializers } = passport;
  const shown = require('node:util').inspect(_strategies, { depth: 0 });
  return [text, user, Object.keys(_strategies), shown, require('node:util').inspect(_serializers), _serializers.length, _deserializers.length];
};
`,
    },
  },
  {
    name: 'i18next',
    register: 'i18n.js',
    files: {
      'i18n.js': `const i18next = require('i18next');
i18next.use({ type: 'postProcessor', name: 'loud', process: (value) => value + '! V0' });
i18next.use({ type: '3rdParty', init() {} }).init({
  lng: 'en',
  showSupportNotice: false,
  resources: { en: { translation: { title: 'title V0', ['only-V0']: 'x' } } },
});
i18next.on('added', () => 'V0');
module.exports = i18next;
`,
      // It does not import what sets i18next up, and has to follow it.
      'title.js': `const i18next = require('i18next');
exports.title = i18next.t('title');
i18next.addResourceBundle('en', 'more', { more: 'more' });
`,
      'answer.js': `require('./i18n');
const { title } = require('./title');
const i18next = require('i18next');
module.exports = () => [title, i18next.t('title', { postProcess: 'loud' }), i18next.t('more:more'), Object.keys(i18next.store.data.en.translation), i18next.modules.external.length, i18next.observers.added?.size];
`,
    },
  },
  {
    name: 'i18next in ES modules',
    register: 'i18n.mjs',
    files: {
      'i18n.mjs': `import i18next from 'i18next';
i18next.init({ lng: 'en', showSupportNotice: false, resources: { en: { translation: { title: 'title V0' } } } });
`,
      'title.mjs': `import './i18n.mjs';
import { t } from 'i18next';
export const title = t('title');
`,
      'answer.js': `const { title } = require('./title.mjs');
module.exports = () => title;
`,
    },
  },
  {
    name: 'mongoose',
    register: 'models/user.js',
    env: () => ({ MONGO: mongo.url }),
    files: {
      'models/user.js': `const mongoose = require('mongoose');
const schema = new mongoose.Schema({ name: String, v: { type: String, default: 'V0' } }, { collection: 'users' });
schema.plugin((each) => each.virtual('loud').get(function () { return this.name + '! V0'; }));
mongoose.model('User', schema);
mongoose.model('Pet', new mongoose.Schema({ owner: { type: 'ObjectId', ref: 'User' } }, { collection: 'pets' }));
mongoose.plugin((each) => each.set('strict', true));
`,
      // By name, as most apps do.
      'users.js': `const mongoose = require('mongoose');
const User = mongoose.model('User');
exports.all = async () => (await User.find().sort({ name: 1 })).map((user) => [user.name, user.loud, user instanceof mongoose.models.User]);
`,
      'answer.js': `const mongoose = require('mongoose');
require('./models/user');
const users = require('./users');
module.exports = async () => [await users.all(), mongoose.modelNames(), mongoose.connections.length, Object.keys(mongoose.connection.collections)];
`,
      'server.js': `const mongoose = require('mongoose');
${SERVER.replace('server.listen', 'mongoose.connect(process.env.MONGO).then(() => server.listen').replace(/;\n$/, ');\n')}`,
    },
  },
  {
    name: 'a connection of its own of mongoose',
    register: 'db.js',
    env: () => ({ MONGO: mongo.url }),
    files: {
      'db.js': `const mongoose = require('mongoose');
const db = (module.exports = mongoose.createConnection(process.env.MONGO));
db.model('User', new mongoose.Schema({ name: String, v: 'String' }, { collection: 'users' }));
// V0
`,
      'answer.js': `const db = require('./db');
module.exports = async () => [(await db.model('User').find()).map(({ name }) => name), require('mongoose').connections.length];
`,
    },
  },
  {
    name: 'knex',
    register: 'db.js',
    files: {
      'db.js': `const { Memory } = require('./driver');
module.exports = require('knex')({ client: Memory, connection: {}, pool: { min: 0, max: 4 } });
// V0
`,
      // As of a package.
      'package.json': '{ "safe-hot": { "exclude": ["driver.js"] } }',
      'driver.js': `let open = 0;
exports.open = () => open;
exports.Memory = class extends require('knex').Client {
  get driverName() { return 'memory'; }
  _driver() { return {}; }
  async acquireRawConnection() { return { number: open += 1 }; }
  async destroyRawConnection() { open -= 1; }
  async _query(connection, asked) { return { ...asked, response: [{ x: 1 }] }; }
  processResponse({ response }) { return response; }
};
`,
      'answer.js': `const db = require('./db');
const driver = require('./driver');
module.exports = async () => {
  const rows = await Promise.all([db.raw('select 1'), db.raw('select 1')]);
  return [rows, driver.open()];
};
`,
    },
  },
  {
    name: '@prisma/client',
    register: 'db.js',
    files: {
      // As its generator writes it, with a driver in memory.
      'db.js': `const { getPrismaClient } = require('@prisma/client/runtime/client');
const runtime = { clientVersion: '7.0.0', engineVersion: '0', activeProvider: 'postgresql', previewFeatures: [], inlineSchema: 'datasource db { provider = "postgresql" }', runtimeDataModel: { models: {}, enums: {}, types: {} }, parameterizationSchema: { strings: [], graph: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' } };
const PrismaClient = getPrismaClient({ ...runtime, compilerWasm: {
  getRuntime: async () => require('@prisma/client/runtime/query_compiler_fast_bg.postgresql.js'),
  importName: './query_compiler_fast_bg.js',
  getQueryCompilerWasmModule: async () => {
    const { wasm } = require('@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.js');
    return new WebAssembly.Module(Buffer.from(wasm, 'base64'));
  },
} });
const adapter = require('./driver');
module.exports = new PrismaClient({ adapter });
// V0
`,
      'driver.js': `let open = 0;
const driver = { provider: 'postgres', adapterName: 'memory', getConnectionInfo: () => ({ supportsRelationJoins: false }), queryRaw: async () => ({ columnNames: ['x'], columnTypes: [0], rows: [[1]] }), dispose: async () => { open -= 1; } };
module.exports = { provider: 'postgres', adapterName: 'memory', connect: async () => { open += 1; return driver; }, open: () => open };
`,
      'answer.js': `const db = require('./db');
const driver = require('./driver');
module.exports = async () => {
  // Two at once; a client connects by itself at its first question, also after it was disconnected.
  await Promise.all([db.$queryRawUnsafe('select 1'), db.$queryRawUnsafe('select 1')]);
  return driver.open();
};
`,
    },
  },
];

let mongo;

describe('adapters', function () {
  this.timeout(60_000);
  needsLibraries();
  const apps = useLibraryApps();

  before(async () => {
    const { MongoClient, BSON } = library('mongoose').mongo;
    mongo = await startMongo(BSON);
    const client = new MongoClient(mongo.url);
    await client.db().collection('users').insertOne({ name: 'ann' });
    await client.close();
  });

  after(() => mongo?.close());

  for (const { name, register, files, env } of ROWS.filter(
    (row) => IS_WHOLE || EVERYWHERE.includes(row.name),
  )) {
    it(`${name}: ${EDITS} edits leave what a cold start has`, async () => {
      const all = { 'server.js': SERVER, ...files };
      const app = await apps.serve(all, { env: env?.() });
      const answers = async (version) => {
        assert.equal(await app.get(), version);
      };
      const first = await app.get();
      assert.match(first, /^V0 /);
      const before = await holdings(app);
      const connections = mongo.connections();
      const as = (registered, entry) => {
        const [head, ...rest] = first.split(' ');
        return [head.replace('V0', entry), rest.join(' ').replaceAll('V0', registered)].join(' ');
      };
      let now = { [register]: 'V0', 'server.js': 'V0' };
      const save = async (file, version) => {
        app.write(file, `${all[file].replaceAll('V0', version)}// ${version} ${Math.random()}\n`);
        return app.nextReload();
      };

      for (let n = 1; n <= EDITS; n += 1) {
        const file = n % 2 ? register : 'server.js';
        const report = await save(file, `V${n}`);
        assert.equal(report.outcome, 'committed', JSON.stringify(report));
        now = { ...now, [file]: `V${n}` };
        await answers(as(now[register], now['server.js']));
        if (n % 10 !== 3) continue;
        const broken = all[register].replaceAll('V0', 'V-1');
        app.write(register, `${broken}\nthrow new Error('not today');\n`);
        const failed = await app.nextReload();
        assert.equal(failed.outcome, 'rolled-back', JSON.stringify(failed));
        await answers(as(now[register], now['server.js']));
        const mended = await save(register, now[register]);
        assert.equal(mended.outcome, 'committed', JSON.stringify(mended));
      }
      for (const file of [register, 'server.js']) await save(file, 'V0');

      await answers(first);
      // The code frame of a failure is made by packages that are watched from then on, as all that is loaded. A pool
      // may hold one connection more or less. At the exit safe-hot itself has something to do at times.
      await holdsAgain(app, before, ({ active, listeners, stale }) => {
        const onProcess = { ...listeners, exit: undefined };
        return env ? { onProcess, stale } : { active, onProcess, stale };
      });
      if (env)
        assert.ok(mongo.connections() <= connections + 1, `${mongo.connections()} connections`);
    });
  }

  if (IS_WHOLE) {
    it('mongodb: a client goes on looking at its server when the module that connected it is loaded anew', async () => {
      const files = {
        'db.js': `const { MongoClient } = require('mongoose').mongo;
module.exports = new MongoClient(process.env.MONGO, { heartbeatFrequencyMS: 500 });
`,
        'server.js': `const server = require('node:http').createServer((req, res) => res.end('V0'));
require('./db').connect().then(() => server.listen(0, () => console.log('listening', server.address().port, process.pid)));
`,
      };
      const app = await apps.serve(files, { env: { MONGO: mongo.url } });

      app.edit('server.js', 'V0', 'V1');

      assert.equal((await app.nextReload()).outcome, 'committed');
      for (let asked = 0; asked < 2; asked += 1) await mongo.nextHello();
    });

    it('knex: idle connections go, also when the module that opened them has been loaded anew', async () => {
      const files = {
        'db.js': `const { Client } = require('knex');
class Memory extends Client {
  get driverName() { return 'memory'; }
  _driver() { return {}; }
  async acquireRawConnection() { return {}; }
  async destroyRawConnection() { console.log('destroyed'); }
  async _query(connection, asked) { return { ...asked, response: [] }; }
  processResponse({ response }) { return response; }
}
module.exports = require('knex')({ client: Memory, connection: {}, pool: { min: 0, idleTimeoutMillis: 1500, reapIntervalMillis: 100 } });
`,
        'server.js': `const server = require('node:http').createServer((req, res) => res.end('V0'));
require('./db').raw('select 1').then(() => server.listen(0, () => console.log('listening', server.address().port, process.pid)));
`,
      };
      const app = await apps.serve(files);

      app.edit('server.js', 'V0', 'V1');

      const { outcome, disposed } = await app.nextReload();
      assert.deepEqual([outcome, disposed], ['committed', []]);
      await app.nextLine('destroyed');
    });

    it('mongoose: another database is connected to by another process', async () => {
      const server = (/** @type {string} */ name) => `const mongoose = require('mongoose');
const server = require('node:http').createServer((req, res) => res.end(mongoose.connection.name));
// Options that hold a function are new ones each time.
mongoose.connect(process.env.MONGO.replace('/test', '/${name}'), { driverInfo: { name: 'app' }, checkServerIdentity: () => {} }).then(
  () => server.listen(0, () => console.log('listening', server.address().port, process.pid)),
  () => process.exit(1),
);
`;
      const app = await apps.serve({ 'server.js': server('one') }, { env: { MONGO: mongo.url } });
      const { pid } = app;
      app.write('server.js', `${server('one')}// again\n`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      await app.nextLine('listening');

      app.write('server.js', server('two'));

      const { outcome, error } = await app.nextReload();
      assert.equal(outcome, 'restart-required');
      assert.equal(error.code, 'ERR_SAFE_HOT_KEPT');
      await app.serving();
      assert.notEqual(app.pid, pid);
      assert.equal(await app.get(), 'two');
    });
  }

  it('find a package that was loaded before safe-hot', async () => {
    const folder = apps.makeFolder({
      'main.js': `require('prom-client');
require('safe-hot').watch({ report: 'json' });
require('./server');
`,
      'metrics.js': `const { Counter } = require('prom-client');
new Counter({ name: 'V0', help: 'of metrics.js' });
`,
      'server.js': SERVER.replace(
        "require('./answer')",
        "(require('./metrics'), () => require('prom-client').register.getMetricsAsArray().map(({ name }) => name))",
      ),
    });
    const modules = path.join(folder, 'node_modules');
    fs.mkdirSync(modules);
    for (const name of fs.readdirSync(LIBRARIES)) {
      fs.symlinkSync(path.join(LIBRARIES, name), path.join(modules, name), 'junction');
    }
    fs.symlinkSync(ROOT, path.join(modules, 'safe-hot'), 'junction');
    const app = apps.launch(folder, { how: 'plain', entry: 'main.js' });
    await app.nextLine('listening');
    assert.equal(await app.get(), 'V0 ["V0"]');

    for (let n = 1; n <= 3; n += 1) {
      app.edit('metrics.js', `V${n - 1}`, `V${n}`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), `V0 ["V${n}"]`);
    }
  });

  describe('of a user', () => {
    const PACKAGE = {
      'node_modules/jobs/package.json': '{ "name": "jobs", "version": "2.1.0" }',
      'node_modules/jobs/index.js': `const jobs = new Map();
exports.jobs = jobs;
exports.list = [];
exports.define = (name, run) => {
  if (exports.jobs.has(name)) throw new Error(name + ' is defined already');
  exports.jobs.set(name, run);
  exports.list.push(run);
};
`,
      'mail.js': `require('jobs').define('mail', () => 'V0');\n`,
      'server.js': SERVER.replace(
        "require('./answer')",
        "(require('./mail'), () => [...require('jobs').jobs.values(), ...require('jobs').list].map((run) => run()))",
      ),
    };
    // As the guide has it.
    const { files: guide } = sectionsOf('adapters.md').find(({ files }) => 'adapters.js' in files);
    const ADAPTER = guide['adapters.js'].replace('module.exports = ', '').replace(/;\n$/, '');
    it('a registry is shown, spread and compared as what it stands for', async () => {
      const text = `const { jobs, list } = require('jobs');
const { inspect, isDeepStrictEqual } = require('node:util');
require('jobs').define('mail', 'a');
console.log(inspect(jobs), inspect(list), [...list], JSON.stringify(list), jobs.size, [].concat(list, 1).length, isDeepStrictEqual([...jobs], [['mail', 'a']]), Array.isArray(list), jobs instanceof Map);
`;
      const app = apps.launch(apps.makeFolder({ ...PACKAGE, ...guide, 'server.js': text }));

      assert.equal(
        await app.nextLine(),
        `Map(1) { 'mail' => 'a' } [ 'a' ] [ 'a' ] ["a"] 1 2 true true true`,
      );
    });

    const SLOW_SERVER = `require('./mail');
const { jobs, list } = require('jobs');
const server = require('node:http').createServer((req, res) => {
  res.end(JSON.stringify([...jobs.values(), ...list].map((run) => run())));
});
console.log('waiting');
setTimeout(() => server.listen(0, () => console.log('listening', server.address().port, process.pid)), 300);
`;
    const settings = (adapters) => JSON.stringify({ 'safe-hot': { adapters } });

    for (const [how, files] of Object.entries({
      'named in package.json, as the guide has it': guide,
      'an ES module named in package.json': {
        'package.json': settings(['adapters.mjs']),
        'adapters.mjs': `export default ${ADAPTER};\n`,
      },
      'added by the program': {
        'server.js': `require('safe-hot').adapter(${ADAPTER});\n${PACKAGE['server.js']}`,
      },
    })) {
      it(`${how}: the package takes new versions`, async () => {
        const folder = apps.makeFolder({ ...PACKAGE, ...files });
        fs.symlinkSync(ROOT, path.join(folder, 'node_modules/safe-hot'), 'junction');
        const app = await apps.launch(folder).serving();

        for (let n = 1; n <= 3; n += 1) {
          app.edit('mail.js', `V${n - 1}`, `V${n}`);
          assert.equal((await app.nextReload()).outcome, 'committed');
          assert.equal(await app.get(), `V0 ["V${n}","V${n}"]`);
        }
      });
    }

    it('while a new version waits, current code sees what it saw', async () => {
      const files = { ...PACKAGE, ...guide, 'server.js': SLOW_SERVER };
      const app = await apps.launch(apps.makeFolder(files)).serving();
      const { port } = app;
      const saved = async (version) => {
        app.write('mail.js', PACKAGE['mail.js'].replace('V0', version));
        await app.nextLine('waiting');
        assert.equal(await app.get('/', { port }), '["V0","V0"]');
      };

      await saved('V1');
      // Given up for this one, which is rolled back.
      app.write('mail.js', `${PACKAGE['mail.js'].replace('V0', 'V2')}throw new Error('no');\n`);
      assert.equal((await app.nextReload()).outcome, 'rolled-back');
      assert.equal(await app.get('/', { port }), '["V0","V0"]');
      await saved('V3');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get('/', { port }), '["V3","V3"]');
    });

    describe('a registry of each kind', () => {
      const KINDS = {
        'package.json': settings(['adapters.js']),
        'adapters.js': `module.exports = {
  package: 'kinds',
  adapt(kinds, { registry }) {
    for (const kind of ['map', 'set', 'list', 'object']) registry(kinds, kind);
  },
};\n`,
        'node_modules/kinds/package.json': '{ "name": "kinds", "version": "1.0.0" }',
        'node_modules/kinds/index.js': `exports.reset = () => {
  Object.assign(exports, { map: new Map(), set: new Set(), list: [], object: {} });
};
exports.reset();
exports.add = (name) => {
  exports.map.set(name, name);
  exports.set.add(name);
  exports.list.push(name);
  Object.defineProperty(exports.object, name, { value: name, enumerable: true, configurable: true });
};
exports.remove = (name) => {
  exports.map.delete(name);
  exports.set.delete(name);
  exports.list.splice(exports.list.indexOf(name), 1);
  delete exports.object[name];
};
exports.names = () => {
  const { map, set, list, object } = exports;
  return [map.keys(), set, list, Object.keys(object)].map((names) => [...names].join());
};
`,
        'mail.js': `require('kinds').add('mail');\n`,
        'clock.js': `require('kinds').add('clock');\n`,
        'calls.js': `module.exports = (call, name) => require('kinds')[call](name) ?? '';\n`,
        'server.js': `require('./mail');
require('./clock');
const call = require('./calls');
const server = require('node:http').createServer((req, res) => {
  const [name, argument] = req.url.slice(1).split('/');
  res.end(name === 'go' ? String((globalThis.isMeant = true)) : JSON.stringify(call(name, argument)));
});
const listen = (isMeant) => {
  if (!isMeant()) setTimeout(listen, 5, isMeant);
  else server.listen(0, () => console.log('listening', server.address().port, process.pid));
};
listen(() => true);
`,
      };
      const all = (names) => JSON.stringify(Array(4).fill(names));

      /** A new version that waits, while the code that serves does this. */
      async function meanwhile(calls) {
        const app = await apps.launch(apps.makeFolder(KINDS)).serving();
        const { port } = app;
        app.edit('mail.js', "'mail'", "'post'");
        app.edit('server.js', '() => true', 'console.log("waiting") ?? (() => globalThis.isMeant)');
        await app.nextLine('waiting');
        for (const call of calls) await app.get(`/${call}`, { port });
        const before = await app.get('/names', { port });
        await app.get('/go', { port });
        const { outcome } = await app.nextReload();
        assert.equal(outcome, 'committed');
        return [before, await app.get('/names', { port })];
      }

      it('has what current code adds and removes while a new version waits', async () => {
        const seen = await meanwhile(['add/meanwhile', 'remove/clock']);

        assert.deepEqual(seen, [all('mail,meanwhile'), all('post,meanwhile')]);
      });

      it('is another one where the package says so', async () => {
        const seen = await meanwhile(['reset', 'add/anew']);

        assert.deepEqual(seen, [all('anew'), all('post,anew')]);
      });

      for (const read of ["map.get('mail')", 'object.mail', 'list[0]']) {
        it(`has who reads ${read} evaluated with who has written it`, async () => {
          const folder = apps.makeFolder({
            ...KINDS,
            'reader.js': `module.exports = require('kinds').${read};\n`,
            'server.js': KINDS['server.js'].replace("'./clock'", "'./reader'"),
          });
          const app = await apps.launch(folder).serving();

          app.edit('mail.js', "add('mail')", "add('mail', 1)");

          const { evaluated } = await app.nextReload();
          assert.deepEqual(evaluated, ['mail.js', 'reader.js', 'server.js']);
        });
      }
    });

    if (!IS_WHOLE) return;

    it('one that tells a client has it end with the module that made it', async () => {
      const files = {
        'package.json': settings(['adapters.js']),
        'adapters.js': `module.exports = {
  package: 'queue',
  client: { what: 'queue', members: ['add', 'drain'], end: (queue, graceMs) => console.log('ended', queue.name, graceMs) },
};
`,
        'node_modules/queue/package.json': '{ "name": "queue" }',
        'node_modules/queue/index.js': `exports.Queue = class extends require('node:events') {
  add() {}
  drain() {}
};
`,
        'mail.js': `const { Queue } = require('queue');
Object.assign(new Queue(), { name: 'V0' });
`,
        'server.js': SERVER.replace("require('./answer')", "(require('./mail'), () => 'up')"),
      };
      const app = await apps.launch(apps.makeFolder(files)).serving();

      app.edit('mail.js', 'V0', 'V1');

      assert.equal(await app.nextLine('ended'), 'ended V0 5000');
    });

    it('one for other versions of the package is not used', async () => {
      const files = {
        ...PACKAGE,
        'package.json': settings(['adapters.js']),
        'adapters.js': `module.exports = ${ADAPTER.replace('<3', '<2.1')};\n`,
      };
      const app = await apps.launch(apps.makeFolder(files)).serving();

      app.edit('mail.js', 'V0', 'V1');

      const { outcome, error } = await app.nextReload();
      assert.equal(outcome, 'rolled-back');
      assert.match(error.message, /mail is defined already/);
    });

    it('one that does not fit is told, and the program runs', async () => {
      const files = {
        ...PACKAGE,
        'package.json': settings(['adapters.js']),
        'adapters.js': `module.exports = ${ADAPTER.replace("'list'", "'queue'")};\n`,
      };
      const app = await apps.launch(apps.makeFolder(files)).serving();

      await app.nextError(/ERR_SAFE_HOT_ADAPTER|The adapter for jobs 2\.1\.0 does not fit/);
      assert.equal(await app.get(), 'V0 ["V0","V0"]');
    });

    it('a file without one is refused as the program starts', async () => {
      const files = {
        ...PACKAGE,
        'package.json': settings(['adapters.js']),
        'adapters.js': `module.exports = { package: 'jobs' };\n`,
      };
      const app = apps.launch(apps.makeFolder(files));

      await app.nextError(/ERR_SAFE_HOT_ADAPTER_FILE/);
    });
  });
});
