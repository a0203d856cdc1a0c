'use strict';

/* Libraries from the registry in small apps with no hot code, reloaded again and again. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const {
  holdings,
  holdsAgain,
  library,
  needsLibraries,
  reload,
  useLibraryApps,
} = require('../helpers/library-app');

const RELOADS = 50;

const LISTEN = `server.listen(0, () => console.log('listening', server.address().port, process.pid));`;

describe('libraries', function () {
  this.timeout(60_000);
  needsLibraries();
  const apps = useLibraryApps();

  /** Connections of `server` that are open now. */
  const connectionsOf = (server) =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));

  it('ws: clients are told 1012 at each reload, connect again, and meet the new code', async () => {
    const app = await apps.serve({
      'answer.js': `module.exports = (text) => 'V0 ' + text;\n`,
      'server.js': `const server = require('node:http').createServer((req, res) => res.end());
const { WebSocketServer } = require('ws');
const answer = require('./answer');
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (message) => socket.send(answer(String(message))));
});
${LISTEN}
`,
    });
    const WebSocket = library('ws');
    const connect = async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${app.port}`);
      await once(socket, 'open');
      return { socket, closed: once(socket, 'close') };
    };
    const ask = async (socket) => {
      socket.send('hello');
      const [message] = await once(socket, 'message');
      return String(message);
    };
    let clients = await Promise.all([connect(), connect(), connect()]);
    const before = await holdings(app);
    const codes = new Set();

    await reload(app, 'answer.js', RELOADS, async (version) => {
      for (const { closed } of clients) codes.add((await closed)[0]);
      clients = await Promise.all([connect(), connect(), connect()]);
      for (const { socket } of clients) assert.equal(await ask(socket), `${version} hello`);
    });

    for (const { closed } of clients) codes.add((await closed)[0]);
    clients = await Promise.all([connect(), connect(), connect()]);
    await holdsAgain(app, before);
    for (const { socket } of clients) socket.terminate();
    assert.deepEqual([...codes], [1012]);
  });

  for (const transports of [['websocket'], ['polling', 'websocket']]) {
    it(`socket.io: clients over ${transports} connect again and meet the new code`, async () => {
      const app = await apps.serve({
        'answer.js': `module.exports = (text) => 'V0 ' + text;\n`,
        'server.js': `const server = require('node:http').createServer((req, res) => res.end());
const { Server } = require('socket.io');
const answer = require('./answer');
new Server(server).on('connection', (socket) => {
  socket.on('ask', (text, reply) => reply(answer(text)));
});
${LISTEN}
`,
      });
      const { io } = library('socket.io-client');
      const client = io(`http://127.0.0.1:${app.port}`, {
        transports,
        reconnectionDelay: 5,
        reconnectionDelayMax: 10,
      });
      const answerOf = async (version) => {
        for (;;) {
          const answer = await client
            .timeout(500)
            .emitWithAck('ask', 'hello')
            .catch(() => null);
          if (answer === `${version} hello`) return;
        }
      };
      await answerOf('V0');
      if (client.io.engine.transport.name !== 'websocket') await once(client.io.engine, 'upgrade');
      const before = await holdings(app);

      await reload(app, 'answer.js', RELOADS, async (version) => {
        await answerOf(version);
        if (client.io.engine.transport.name !== 'websocket')
          await once(client.io.engine, 'upgrade');
      });

      await answerOf('V0');
      if (client.io.engine.transport.name !== 'websocket') await once(client.io.engine, 'upgrade');
      await holdsAgain(app, before);
      client.close();
    });
  }

  describe('with keepUpgraded, clients stay when the entry is replaced', () => {
    const settings = { 'package.json': JSON.stringify({ 'safe-hot': { keepUpgraded: true } }) };
    const EDITS = 10;

    it('ws', async () => {
      const app = await apps.serve({
        ...settings,
        'server.js': `const server = require('node:http').createServer((req, res) => res.end());
const { WebSocketServer } = require('ws');
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (message) => socket.send('V0 ' + message));
});
${LISTEN}
`,
      });
      const WebSocket = library('ws');
      const ask = async (socket) => {
        socket.send('hello');
        return String((await once(socket, 'message'))[0]);
      };
      const first = new WebSocket(`ws://127.0.0.1:${app.port}`);
      await once(first, 'open');

      await reload(app, 'server.js', EDITS, async (version) => {
        const next = new WebSocket(`ws://127.0.0.1:${app.port}`);
        await once(next, 'open');
        assert.equal(await ask(next), `${version} hello`);
        assert.equal(await ask(first), 'V0 hello');
        next.close();
        await once(next, 'close');
      });

      assert.equal(first.readyState, WebSocket.OPEN);
      first.close();
      await once(first, 'close');
      await holdsAgain(app, { stale: [] }, ({ stale }) => stale);
    });

    it('socket.io', async () => {
      const app = await apps.serve({
        ...settings,
        'server.js': `const server = require('node:http').createServer((req, res) => res.end());
const { Server } = require('socket.io');
new Server(server).on('connection', (socket) => {
  socket.on('ask', (text, reply) => reply('V0 ' + text));
});
${LISTEN}
`,
      });
      const { io } = library('socket.io-client');
      const connect = async () => {
        const socket = io(`http://127.0.0.1:${app.port}`, {
          transports: ['websocket'],
          forceNew: true,
        });
        await new Promise((resolve) => socket.once('connect', resolve));
        return socket;
      };
      const first = await connect();
      const { id } = first;

      await reload(app, 'server.js', EDITS, async (version) => {
        const next = await connect();
        assert.equal(await next.emitWithAck('ask', 'hello'), `${version} hello`);
        assert.equal(await first.emitWithAck('ask', 'hello'), 'V0 hello');
        next.close();
      });

      assert.equal(first.id, id);
      first.close();
      await holdsAgain(app, { stale: [] }, ({ stale }) => stale);
    });
  });

  for (const [name, make] of Object.entries({
    'undici Agent': `const { Agent, request } = require('undici');
const agent = new Agent({ keepAliveTimeout: 60_000 });
module.exports = async (url) => (await request(url, { dispatcher: agent })).body.text();`,
    'undici Client': `const { Client } = require('undici');
const client = new Client('http://127.0.0.1:' + process.env.UPSTREAM, { keepAliveTimeout: 60_000 });
module.exports = async () => (await client.request({ path: '/', method: 'GET' })).body.text();`,
    'http.Agent': `const http = require('node:http');
const agent = new http.Agent({ keepAlive: true });
module.exports = (url) => new Promise((resolve, reject) => http.get(url, { agent }, (response) => {
  response.setEncoding('utf8').on('data', resolve).on('error', reject);
}).on('error', reject));`,
    'global fetch': `module.exports = async (url) => (await fetch(url)).text();`,
  })) {
    it(`${name}: a client of a module's own, used as it loads and in requests`, async () => {
      const upstream = await apps.startUpstream();
      const { port } = upstream.address();
      const app = await apps.serve(
        {
          'client.js': `${make}\n// V0\n`,
          'server.js': `const client = require('./client');
const url = 'http://127.0.0.1:' + process.env.UPSTREAM;
const server = require('node:http').createServer((req, res) => client(url).then((text) => res.end(text), (error) => res.end(String(error))));
client(url).then(() => ${LISTEN.slice(0, -1)});
`,
        },
        { env: { UPSTREAM: String(port) } },
      );
      assert.equal(await app.get(), 'up');
      const before = await holdings(app);
      const connections = await connectionsOf(upstream);

      await reload(app, 'client.js', RELOADS, async () => assert.equal(await app.get(), 'up'));

      await holdsAgain(app, before);
      const left = await connectionsOf(upstream);
      assert.ok(left <= 2 * connections, `${left} connections, ${connections} at first`);
    });
  }

  it('node-cron: a job that runs every second runs once a second', async () => {
    const app = await apps.serve({
      'server.js': `const server = require('node:http').createServer((req, res) => res.end());
require('node-cron').schedule('* * * * * *', () => console.log('tick', 'V0'));
${LISTEN}
`,
    });
    const before = await holdings(app);

    await reload(app, 'server.js', RELOADS);

    const since = app.lines.length;
    await app.nextLine('tick V0');
    await app.nextLine('tick V0');
    const ticks = app.lines.slice(since).filter((line) => line.startsWith('tick'));
    assert.ok(ticks.length <= 3, ticks.join());
    // node-cron keeps each task in a registry of its own, and with it the code of the task.
    await holdsAgain(app, before, (all) => ({ ...all, stale: [] }));
  });

  it('chokidar: a watcher sees changes after the reloads, and is one', async () => {
    const app = await apps.serve({
      'data/a.txt': '0',
      'server.js': `const server = require('node:http').createServer((req, res) => res.end());
require('chokidar').watch(require('node:path').join(__dirname, 'data')).on('ready', () => console.log('watching V0')).on('change', () => console.log('changed V0'));
${LISTEN}
`,
    });
    await app.nextLine('watching V0');
    const before = await holdings(app);

    await reload(app, 'server.js', RELOADS, (version) => app.nextLine(`watching ${version}`));

    await app.nextLine('watching V0');
    await holdsAgain(app, before);
    app.write('data/a.txt', '1');
    await app.nextLine('changed V0');
  });

  it('an entry with a signal handler, an interval and kept sockets holds as much after the reloads', async () => {
    const upstream = await apps.startUpstream();
    const app = await apps.serve(
      {
        'server.js': `const http = require('node:http');
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((req, res) => res.end('V0'));
process.on('SIGTERM', () => server.close(() => process.exit()));
setInterval(() => {}, 1_000);
const url = 'http://127.0.0.1:' + process.env.UPSTREAM;
http.get(url, { agent }, (response) => response.resume().on('end', () => ${LISTEN.slice(0, -1)}));
`,
      },
      { env: { UPSTREAM: String(upstream.address().port) } },
    );
    assert.equal(await app.get(), 'V0');
    const before = await holdings(app);

    await reload(app, 'server.js', RELOADS, async (v) => assert.equal(await app.get(), v));

    assert.equal(await app.get(), 'V0');
    await holdsAgain(app, before);
    assert.equal(await connectionsOf(upstream), 1);
  });

  it('what was given up while it waited starts no timer and no connection', async () => {
    const app = await apps.serve({
      'server.js': `const server = require('node:http').createServer((req, res) => res.end('V0'));
(async () => {
  if ('V0' === 'V1') {
    console.log('waiting');
    await new Promise((resolve) => (globalThis.go = resolve));
    setInterval(() => console.log('zombie'), 5);
    setTimeout(() => console.log('zombie'), 5);
  }
  ${LISTEN}
  globalThis.go?.();
})();
`,
    });
    const text = app.read('server.js');
    const before = await holdings(app);

    app.write('server.js', text.replaceAll('V0', 'V1').replace("'V1' === 'V1'", 'true'));
    await app.nextLine('waiting');
    app.write('server.js', text + '// again');
    await app.nextReload();

    await holdsAgain(app, before, ({ active }) => active);
    assert.ok(!app.lines.includes('zombie'));
  });

  for (const [name, install, tick, uninstall] of [
    [
      '@sinonjs/fake-timers',
      `const clock = require('@sinonjs/fake-timers').install();`,
      'clock.tick(1_000)',
      'clock.uninstall()',
    ],
    [
      'node:test',
      `const { mock } = require('node:test'); mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate'] });`,
      'mock.timers.tick(1_000)',
      'mock.timers.reset()',
    ],
  ]) {
    it(`${name}: faked time is what a hot module sees`, async () => {
      const app = await apps.serve({
        'work.js': `module.exports = (done) => {
  let ticks = 0;
  setInterval(() => (ticks += 1), 100);
  clearTimeout(setTimeout(() => (ticks = -100), 10));
  setTimeout(() => done(ticks + ' V0'), 1_000);
};
`,
        'server.js': `const work = require('./work');
const server = require('node:http').createServer((req, res) => {
  ${install}
  let said = 'nothing';
  work((text) => (said = text));
  ${tick};
  ${uninstall};
  res.end(said);
});
${LISTEN}
`,
      });

      await reload(app, 'work.js', 5, async (v) =>
        assert.match(await app.get(), RegExp(`^(9|10) ${v}$`)),
      );

      assert.match(await app.get(), /^(9|10) V0$/);
    });
  }

  for (const [name, pause] of [
    ['timers/promises', `require('node:timers/promises').setTimeout`],
    ['setTimeout', `(ms) => new Promise((resolve) => setTimeout(resolve, ms))`],
  ]) {
    it(`a request that waits for ${name} of a replaced module is answered`, async () => {
      const app = await apps.serve({
        'middle.js': `const pause = ${pause};
module.exports = async () => {
  console.log('asked');
  await pause(200);
  return 'V0';
};
`,
        'server.js': `const middle = require('./middle');
const server = require('node:http').createServer((req, res) => middle().then((text) => res.end(text)));
${LISTEN}
`,
      });

      const answer = app.get();
      await app.nextLine('asked');
      await reload(app, 'middle.js', 1);

      assert.equal(await answer, 'V0');
    });
  }
});
