'use strict';

/* The entry itself is replaced: listening sockets move, and an entry that fails to start leaves the old one serving. */

const assert = require('node:assert/strict');
const net = require('node:net');
const { setTimeout: pause } = require('node:timers/promises');
const { useApps } = require('../helpers/cli-app');
const { useLoad } = require('../helpers/load');
const { freePort } = require('../../scripts/free-port');

/** How long the entry's connection takes: long enough for requests meanwhile. */
const CONNECT_MS = 300;

/** Listens once it is connected, as most services do. The answer counts requests, so that state shows. */
const ASYNC_MAIN = `'use strict';
const http = require('node:http');
const connect = require('./connect');
let count = 0;
const server = http.createServer((req, res) => res.end('one ' + ++count));
async function main() {
  console.log('connecting');
  await connect();
  server.listen(0, () => console.log('listening', server.address().port, process.pid));
}
main();
`;
const CONNECT = `module.exports = () => new Promise((resolve) => setTimeout(resolve, ${CONNECT_MS}));\n`;
const FILES = { 'server.js': ASYNC_MAIN, 'connect.js': CONNECT };

describe('entry', () => {
  const apps = useApps();
  const load = useLoad();

  it('finds the arguments again that it has taken, and keeps no listener on the standard streams', async () => {
    const app = await apps.serve(
      {
        'server.js': `const [word] = process.argv.splice(2);
const server = require('node:http').createServer((req, res) => {
  const streams = [process.stdin, process.stdout].map((each) => each.listenerCount('error'));
  res.end(['V0', word, process.argv.length, ...streams].join(' '));
});
process.stdin.on('error', () => 'V0');
process.stdout.on('error', () => 'V0');
if (word === undefined) throw new Error('no word');
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      },
      { args: ['word'], stdin: '' },
    );
    const first = await app.get();
    assert.match(first, /^V0 word 2 /);

    for (let n = 1; n <= 3; n += 1) {
      app.edit('server.js', /V\d/g, `V${n}`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), first.replace('V0', `V${n}`));
    }
    const text = app.read('server.js');
    app.write('server.js', `${text}throw new Error('late');\n`);
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.equal(await app.get(), first.replace('V0', 'V3'));
  });

  it('that listens on another host and the same port starts in a new process', async () => {
    const port = await freePort();
    const server = (/** @type {string} */ host) =>
      `require('node:http').createServer((req, res) => res.end('on ${host}')).listen(${port}, '${host}', (error) => {
  console.log('listening', ${port}, process.pid);
}).on('error', () => process.exit(1));\n`;
    const app = await apps.serve({ 'server.js': server('127.0.0.1') });
    const { pid } = app;

    app.write('server.js', server('0.0.0.0'));

    const { outcome, error } = await app.nextReload();
    assert.equal(outcome, 'restart-required', JSON.stringify(error));
    assert.equal(error.code, 'ERR_SAFE_HOT_ADDRESS');
    await app.serving();
    assert.notEqual(app.pid, pid);
    assert.equal(await app.get(), 'on 0.0.0.0');
  });

  describe('with an asynchronous start', () => {
    it('serves on the old version until the new one listens, and drops nothing', async () => {
      const app = await apps.serve(FILES);
      const { port } = app;
      const traffic = load.start(port, { clients: 6 });

      app.edit('server.js', "'one '", "'two '");
      await app.nextLine('connecting');
      assert.match(await app.get(), /^one/);
      const report = await app.nextReload();

      assert.equal(report.outcome, 'committed');
      assert.ok(report.durationMs >= CONNECT_MS - 10, String(report.durationMs));
      assert.deepEqual(report.handedOver, [':0']);
      assert.match(await app.get('/', { port }), /^two/);
      assert.deepEqual((await traffic.stop()).failures, []);
    });

    const FAILURES = [
      {
        name: 'rejects',
        text: "module.exports = async () => { throw new Error('no database'); };\n",
        code: 'ERR_SAFE_HOT_EVALUATE',
        message: /connect\.js failed: no database; version 1 stays in use/,
      },
      {
        name: 'rejects later',
        text: "module.exports = () => new Promise((_, no) => setTimeout(() => no(new Error('no database')), 5));\n",
        code: 'ERR_SAFE_HOT_EVALUATE',
        message: /failed: no database; version 1 stays in use/,
      },
      {
        name: 'throws in a callback',
        text: "module.exports = () => new Promise(() => setTimeout(() => { throw new Error('no database'); }, 5));\n",
        code: 'ERR_SAFE_HOT_EVALUATE',
        message: /failed: no database; version 1 stays in use/,
      },
      {
        name: 'ends the process in a catch handler',
        text: "module.exports = () => Promise.reject(new Error('no')).catch(() => process.exit(1));\n",
        code: 'ERR_SAFE_HOT_EXIT',
        message: /process\.exit\(1\).*version 1 stays in use/,
      },
      {
        name: 'ends the process later',
        text: 'module.exports = () => new Promise(() => setTimeout(() => process.exit(9), 5));\n',
        code: 'ERR_SAFE_HOT_EXIT',
        message: /process\.exit\(9\)/,
      },
    ];

    for (const { name, text, code, message } of FAILURES) {
      it(`that ${name} is rolled back: the old version serves on with its state`, async () => {
        const app = await apps.serve(FILES);
        const { pid } = app;
        assert.equal(await app.get(), 'one 1');

        app.write('connect.js', text);
        const report = await app.nextReload();

        assert.equal(report.outcome, 'rolled-back');
        assert.equal(report.error.code, code);
        assert.match(report.error.message, message);
        assert.equal(await app.get(), 'one 2');
        app.edit('server.js', "'one '", "'two '");
        assert.equal((await app.nextReload()).outcome, 'rolled-back');
        app.write('connect.js', CONNECT.replace(String(CONNECT_MS), '1'));
        const fixed = await app.nextReload();
        assert.equal(fixed.outcome, 'committed');
        assert.deepEqual(fixed.evaluated, ['connect.js', 'server.js']);
        assert.equal(await app.get(), 'two 1');
        assert.equal(app.pid, pid);
        assert.equal(app.ended, undefined);
      });
    }

    it('that was given up does nothing more', async () => {
      const text = `const http = require('node:http');
        module.exports = async () => {
          const { existsSync, promises } = require('node:fs');
          while (!existsSync('go')) await promises.stat('.');
          console.log('given up');
          http.createServer((req, res) => res.end('given up')).listen(${await freePort()});
          setTimeout(() => { console.log('late'); throw new Error('late'); }, 1);
          setImmediate(() => { console.log('late'); process.exit(1); });
          Promise.reject(new Error('late'));
        };\n`;
      const app = await apps.serve(FILES);

      app.write('connect.js', text);
      await app.nextLine('connecting');
      app.write('connect.js', CONNECT.replace(String(CONNECT_MS), '1'));
      const report = await app.nextReload();

      assert.equal(report.outcome, 'committed');
      app.write('go', '');
      await app.nextLine('given up');
      assert.equal(await app.get(), 'one 1');
      assert.ok(!app.lines.includes('late'));
      assert.equal(app.stderr, '');
      assert.equal(app.ended, undefined);
    });

    it('that never listens is taken when its time is up', async () => {
      const options = ['--report', 'json', '--settle-timeout', '200'];
      const app = await apps.serve(FILES, { options });

      app.edit('server.js', /server\.listen.*/, "console.log('no port');");

      assert.equal((await app.nextReload()).outcome, 'committed');
      await isRefused(app.port);
    });
  });

  it('that listens on another port leaves the old one', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const options = ['--report', 'json', '--settle-timeout', '200'];
    const app = await apps.serve({ 'server.js': serverOn(first, 'one') }, { options });
    assert.equal(await app.get('/', { port: first }), 'one');

    app.write('server.js', serverOn(second, 'two'));

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get('/', { port: second }), 'two');
    await isRefused(first);
  });

  it('that listens on port 0 keeps its port', async () => {
    const app = await apps.serve({ 'server.js': serverOn(0, 'one') });
    const { port } = app;

    for (const text of ['two', 'three']) {
      app.write('server.js', serverOn(0, text));
      assert.equal((await app.nextReload()).outcome, 'committed');
      await app.nextLine('listening');
      assert.equal(app.port, port);
      assert.equal(await app.get('/', { port }), text);
    }
  });

  it('may let a server that stays listen again', async () => {
    const app = await apps.serve({
      'app.js': "module.exports = require('node:http').createServer();\n",
      'server.js': `const server = require('./app');
        server.on('request', (req, res) => res.end('one'));
        server.listen(0, () => console.log('listening', server.address().port, process.pid));\n`,
    });
    const { port } = app;

    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'three'],
    ]) {
      app.edit('server.js', from, to);
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.evaluated, ['server.js']);
      await app.nextLine('listening');
      assert.equal(await app.get('/', { port }), to);
    }
    app.edit('server.js', 'server.listen(0', "server.listen(0); throw new Error('no'); (0");
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.equal(await app.get('/', { port }), 'three');
  });

  it('may close its server itself', async () => {
    const text = `${serverOn(0, 'one')}
      module.hot.dispose((data) => { server.close(); data.closed = true; });
      console.log('data', module.hot.data?.closed);\n`;
    const app = await apps.serve({ 'server.js': text });

    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'three'],
    ]) {
      app.edit('server.js', `'${from}'`, `'${to}'`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      await app.nextLine('data true');
      await app.nextLine('listening');
      assert.equal(await app.get(), to);
    }
  });

  it('that closed its server and fails is restored', async () => {
    const text = `${serverOn(0, 'one')}
      module.hot.dispose(() => server.close());\n`;
    const app = await apps.serve({ 'server.js': text });

    app.edit('server.js', 'module.hot', "throw new Error('no'); module.hot");

    assert.equal((await app.nextReload()).outcome, 'restored');
    await app.nextLine('listening');
    assert.equal(await app.get(), 'one');
  });

  it('whose dispose handler ran is restored when its successor is overtaken by a save that is refused', async () => {
    const text = `${serverOn(0, 'one')}
      module.hot.dispose(() => console.log('disposed'));\n`;
    const app = await apps.serve({ 'server.js': text });

    app.edit('server.js', 'server.listen(', 'const later = () => server.listen(');
    await app.nextLine('disposed');
    app.edit('server.js', 'const later', 'const const later');

    const report = await app.nextReload();
    assert.equal(report.outcome, 'restored');
    assert.equal(report.error.code, 'ERR_SAFE_HOT_SYNTAX');
    await app.nextLine('listening');
    assert.equal(await app.get(), 'one');
    app.edit('server.js', 'const const later = () => server', 'server');
    assert.equal((await app.nextReload()).outcome, 'unchanged');
    app.edit('server.js', "'one'", "'two'");
    assert.equal((await app.nextReload()).outcome, 'committed');
    await app.nextLine('listening');
    assert.equal(await app.get(), 'two');
  });

  it('hands over two servers', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const files = {
      'server.js': "require('./first');\nrequire('./second');\n// one\n",
      'first.js': serverOn(first, 'first one'),
      'second.js': serverOn(second, 'second one'),
    };
    const app = await apps.serve(files);
    const traffic = [first, second].map((port) => load.start(port, { clients: 4 }));

    app.write('first.js', serverOn(first, 'first two'));
    const part = await app.nextReload();
    assert.deepEqual(part.handedOver, [`:${first}`]);
    assert.equal(await app.get('/', { port: first }), 'first two');
    assert.equal(await app.get('/', { port: second }), 'second one');
    app.write(
      'server.js',
      [serverOn(first, 'both one'), serverOn(second, 'both two')].map(block).join(''),
    );
    const both = await app.nextReload();

    assert.equal(both.outcome, 'committed');
    assert.deepEqual(both.handedOver.sort(), [`:${first}`, `:${second}`].sort());
    assert.equal(await app.get('/', { port: first }), 'both one');
    assert.equal(await app.get('/', { port: second }), 'both two');
    for (const each of traffic) assert.deepEqual((await each.stop()).failures, []);
  });
});

function serverOn(port, text) {
  return `const http = require('node:http');
const server = http.createServer((req, res) => res.end('${text}'));
server.listen(${port}, () => console.log('listening', server.address().port, process.pid));
`;
}

function block(text) {
  return `{\n${text}}\n`;
}

/** Waits until nobody listens there. */
async function isRefused(port) {
  const limit = AbortSignal.timeout(5_000);
  for (;;) {
    const error = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('error', resolve);
      socket.once('connect', () => socket.destroy(resolve(undefined)));
    });
    if (error) return assert.equal(error.code, 'ECONNREFUSED');
    limit.throwIfAborted();
    // The kernel tells no one that a port was closed.
    await pause(20);
  }
}
