'use strict';

/* Every kind of server that listens on connections is handed over; connections that are open go on. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { useApps } = require('../helpers/cli-app');

const TLS = path.join(__dirname, '..', 'fixtures', 'tls');

/** Listens in every form; says on which ports. */
const ENTRY = `'use strict';
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const word = require('./word');
const pem = (name) => fs.readFileSync(${JSON.stringify(TLS)} + '/' + name + '.pem');
const tls = { key: pem('key'), cert: pem('cert') };
const answer = (request, response) => response.end(word);
const socket = __dirname + '/socket';
const servers = {
  http: http.createServer(answer).listen(0),
  https: https.createServer(tls, answer).listen({ port: 0, host: '127.0.0.1', backlog: 64 }),
  http2: http2.createServer(answer).listen(0, 'localhost'),
  http2s: http2.createSecureServer(tls, answer).listen({ port: 0, host: '127.0.0.1', exclusive: true }),
  net: net.createServer((c) => c.on('data', (data) => c.write(word + data))).listen(0, '::'),
  unix: http.createServer(answer).listen(socket),
};
const listening = Object.values(servers).map((server) => require('node:events').once(server, 'listening'));
Promise.all(listening).then(() => {
  const ports = Object.entries(servers).map(([name, server]) => [name, server.address().port ?? socket]);
  console.log('listening', JSON.stringify(Object.fromEntries(ports)));
});
`;

describe('every kind of server', () => {
  const apps = useApps();
  const closers = [];

  afterEach(() => closers.splice(0).forEach((close) => close()));

  async function serve() {
    const app = apps.run({ 'server.js': ENTRY, 'word.js': "module.exports = 'one';\n" });
    const ports = JSON.parse((await app.nextLine('listening')).replace('listening ', ''));
    await app.nextReport(({ type }) => type === 'ready');
    return { app, ports };
  }

  function ask(module, options) {
    return new Promise((resolve, reject) => {
      const request = module.get({ rejectUnauthorized: false, ...options }, (response) => {
        let body = '';
        response.on('data', (data) => (body += data)).on('end', () => resolve(body));
      });
      request.on('error', reject);
    });
  }

  function session(url) {
    const client = http2.connect(url, { rejectUnauthorized: false });
    // The program may be ended before its clients are.
    client.on('error', () => {});
    closers.push(() => client.destroy());
    return () =>
      new Promise((resolve, reject) => {
        const stream = client.request({ ':path': '/' });
        let body = '';
        stream.on('data', (data) => (body += data));
        stream.on('end', () => resolve(body)).on('error', reject);
      });
  }

  function connect(port) {
    const socket = net.connect(port).on('error', () => {});
    closers.push(() => socket.destroy());
    return socket;
  }

  function agent(module) {
    const made = new module.Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => made.destroy());
    return made;
  }

  it('is handed over, and the next request on an open connection meets the new code', async () => {
    const { app, ports } = await serve();
    const [kept, keptTls, keptUnix] = [agent(http), agent(https), agent(http)];
    const askHttp2 = session(`http://localhost:${ports.http2}`);
    const askHttp2s = session(`https://127.0.0.1:${ports.http2s}`);
    const round = async () => ({
      http: await ask(http, { port: ports.http, agent: kept }),
      fresh: await ask(http, { port: ports.http, agent: false }),
      https: await ask(https, { port: ports.https, host: '127.0.0.1', agent: keptTls }),
      http2: await askHttp2(),
      http2s: await askHttp2s(),
      unix: await ask(http, { socketPath: ports.unix, agent: keptUnix }),
    });
    const all = (word) => ({
      http: word,
      fresh: word,
      https: word,
      http2: word,
      http2s: word,
      unix: word,
    });
    assert.deepEqual(await round(), all('one'));

    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'three'],
    ]) {
      app.edit('word.js', from, to);
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.equal(report.handedOver.length, 6);
      assert.deepEqual(await round(), all(to));
      const again = JSON.parse((await app.nextLine('listening')).replace('listening ', ''));
      assert.deepEqual(again, ports);
    }
  });

  it('is handed over where the program gives a descriptor or a handle', async () => {
    // A module that stays opens the sockets, as a process manager does that hands them down.
    const sockets = `const net = require('node:net');
const { TCP, constants } = process.binding('tcp_wrap');
function open() {
  const handle = new TCP(constants.SERVER);
  handle.bind('127.0.0.1', 0);
  return handle;
}
exports.handle = open();
const fdHandle = open();
exports.fd = fdHandle.fd;
exports.keep = fdHandle;
`;
    const entry = `const http = require('node:http');
const { once } = require('node:events');
const { handle, fd } = require('./sockets');
const word = 'one';
const byHandle = http.createServer((request, response) => response.end(word)).listen(handle);
const byFd = http.createServer((request, response) => response.end(word)).listen({ fd });
Promise.all([once(byHandle, 'listening'), once(byFd, 'listening')]).then(() => {
  console.log('listening', JSON.stringify([byHandle.address().port, byFd.address().port]));
});
`;
    const app = apps.run(
      { 'server.js': entry, 'sockets.js': sockets },
      { nodeArgs: ['--no-deprecation'] },
    );
    const ports = JSON.parse((await app.nextLine('listening')).replace('listening ', ''));
    await app.nextReport(({ type }) => type === 'ready');

    app.edit('server.js', "'one'", "'two'");
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.evaluated, ['server.js']);
    assert.equal(report.handedOver.length, 2);
    for (const port of ports) assert.equal(await ask(http, { port, agent: false }), 'two');
  });

  it('lets a request that is in flight end where it began', async () => {
    const text = `const server = require('node:http').createServer((request, response) => {
  if (request.url === '/') return response.end('one');
  if (request.url === '/end') return response.end(String(globalThis.release()));
  response.write('begun in one, ');
  globalThis.release = () => response.end('ended in one');
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
    const app = await apps.serve({ 'server.js': text });
    const { port } = app;
    const begun = new Promise((resolve, reject) => {
      http.get({ port, path: '/slow', agent: false }, resolve).on('error', reject);
    });
    const response = await begun;
    let body = '';
    response.on('data', (data) => (body += data));
    await once(response, 'data');

    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'three'],
    ]) {
      app.write('server.js', app.read('server.js').replaceAll(from, to));
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await ask(http, { port, agent: false }), to);
    }
    const end = once(response, 'end');
    http.get({ port, path: '/end', agent: false }).on('error', () => {});
    await end;

    assert.equal(body, 'begun in one, ended in one');
  });

  it('leaves a stream that is open on the version that took it', async () => {
    const { app, ports } = await serve();
    const old = connect(ports.net);
    const echo = async (socket, text) => {
      socket.write(text);
      return String((await once(socket, 'data'))[0]);
    };
    assert.equal(await echo(old, '!'), 'one!');

    app.edit('word.js', 'one', 'two');
    assert.equal((await app.nextReload()).outcome, 'committed');

    const fresh = connect(ports.net);
    assert.equal(await echo(old, '?'), 'one?');
    assert.equal(await echo(fresh, '?'), 'two?');
  });

  it('stays as it was when a version fails after it has listened', async () => {
    const { app, ports } = await serve();

    app.edit('server.js', 'const listening =', "throw new Error('no'); const listening =");
    assert.equal((await app.nextReload()).outcome, 'rolled-back');

    assert.equal(await ask(http, { port: ports.http, agent: false }), 'one');
    assert.equal(await ask(https, { port: ports.https, host: '127.0.0.1', agent: false }), 'one');
    assert.equal(await session(`https://127.0.0.1:${ports.http2s}`)(), 'one');
    assert.equal(await ask(http, { socketPath: ports.unix, agent: false }), 'one');
  });

  const UPGRADE = `server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n');
});
`;
  const LISTEN = `server.listen(0, () => console.log('listening', server.address().port, process.pid));\n`;
  for (const [when, rest] of Object.entries({
    'a server that takes them': UPGRADE + LISTEN,
    'a server that takes them once it listens': LISTEN + UPGRADE,
  })) {
    it(`closes WebSockets of the old version with status 1012: ${when}`, () => closes(rest));
  }

  async function closes(/** @type {string} */ rest) {
    const text = `'use strict';\nconst server = require('node:http').createServer();\n${rest}`;
    const app = await apps.serve({ 'server.js': text });
    const socket = connect(app.port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 101/);
    const frame = once(socket, 'data');
    const end = once(socket, 'end');

    app.edit('server.js', "'use strict';", "'use strict'; // again");
    assert.equal((await app.nextReload()).outcome, 'committed');

    assert.deepEqual([...(await frame)[0]], [0x88, 0x02, 0x03, 0xf4]);
    await end;
  }

  it('closes the port where the new version closes the server that has asked for it', async () => {
    const text = `'use strict';
const server = require('node:http').createServer((req, res) => res.end('one'));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
    const settings = '{ "safe-hot": { "settleTimeoutMs": 20 } }';
    const app = await apps.serve({ 'package.json': settings, 'server.js': text });
    const { port } = app;

    app.write('server.js', `${text}server.close(() => console.log('closed'));\n`);

    const { outcome, handedOver } = await app.nextReload();
    assert.deepEqual([outcome, handedOver], ['committed', []]);
    await app.nextLine('closed');
    // Until then a successor could still ask for it.
    const isServed = () =>
      app.get('/', { port }).then(Boolean, ({ code }) => code !== 'ECONNREFUSED');
    while (await isServed());
  });

  it('closes the port that the new version does not ask for where the program has stopped its timers', async () => {
    const text = `'use strict';
const timers = require('node:timers');
globalThis.setTimeout = timers.setTimeout = () => ({ ref() {}, unref() {} });
require('node:module').syncBuiltinESMExports();
const server = require('node:http').createServer((req, res) => res.end('one'));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
    const settings = '{ "safe-hot": { "settleTimeoutMs": 20 } }';
    const app = await apps.serve({ 'package.json': settings, 'server.js': text });

    app.write('server.js', text.replace('server.listen', 'process.env.NEVER && server.listen'));

    const { outcome, handedOver } = await app.nextReload();
    assert.deepEqual([outcome, handedOver], ['committed', []]);
    await assert.rejects(app.get('/'), { code: 'ECONNREFUSED' });
  });

  it('keeps the port where the old version closes the server that is being replaced', async () => {
    const text = `'use strict';
const http = require('node:http');
const first = http.createServer((req, res) => res.end('one'));
first.listen(0, () => console.log('first', first.address().port));
const server = http.createServer((req, res) => {
  first.close();
  globalThis.isClosed = true;
  res.end();
});
const listen = (isMeant) => {
  if (!isMeant()) setTimeout(listen, 5, isMeant);
  else server.listen(0, () => console.log('listening', server.address().port, process.pid));
};
listen(() => true);
`;
    const app = await apps.serve({ 'server.js': text });
    const port = Number(app.lines.find((line) => line.startsWith('first')).split(' ')[1]);

    app.write(
      'server.js',
      text.replace("'one'", "'two'").replace('() => true', '() => globalThis.isClosed'),
    );
    await app.nextLine(`first ${port}`);
    await app.get();

    const { outcome, handedOver } = await app.nextReload();
    assert.deepEqual([outcome, handedOver.length], ['committed', 2]);
    assert.equal(await app.get('/', { port }), 'two');
  });
});
