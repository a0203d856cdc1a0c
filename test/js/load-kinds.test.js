'use strict';

/* Servers of other kinds under load, while a handler, a middle module and the entry are saved again and again. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { useApps } = require('../helpers/cli-app');
const { isLowestLine } = require('../helpers/node-lines');

/** Of each file, so a thousand in all; on the other lines enough to see that they do the same. */
const RELOADS = isLowestLine ? 334 : 67;
const CLIENTS = 30;
const TLS = path.join(__dirname, '..', 'fixtures', 'tls');
const FILES = ['handler.js', 'middle.js', 'server.js'];

/** Each module says its version; the handler is asked for both before and after it waits. */
const APP = {
  'handler.js': `module.exports = () => 'V0';\n`,
  'middle.js': `const handler = require('./handler');
const { setTimeout: pause } = require('node:timers/promises');
module.exports = async () => {
  const first = handler();
  await pause(2);
  return first + ' ' + handler() + ' V0';
};
`,
};

const LISTEN = `server.listen(0, () => console.log('listening', server.address().port, process.pid));\n`;

describe('load on servers of each kind', function () {
  this.timeout(60_000);
  const apps = useApps();
  let isOn = false;

  // Also after a failure: who goes on asking keeps the process of the tests.
  afterEach(() => {
    isOn = false;
  });

  for (const [name, client, make] of [
    ['http', http, `require('node:http').createServer(`],
    [
      'https',
      https,
      `require('node:https').createServer({ key: require('node:fs').readFileSync(${JSON.stringify(TLS)} + '/key.pem'), cert: require('node:fs').readFileSync(${JSON.stringify(TLS)} + '/cert.pem') }, `,
    ],
  ]) {
    it(`${name}: ${CLIENTS} clients fail nowhere over ${3 * RELOADS} reloads`, async function () {
      const folder = apps.makeFolder({
        ...APP,
        'server.js': `const middle = require('./middle');
const server = ${make}(req, res) => {
  middle().then((text) => res.end(text + ' V0'));
});
${LISTEN}`,
      });
      const app = await apps.launch(folder).serving();
      isOn = true;
      let answered = 0;
      const failures = [];
      const run = async (_, index) => {
        const agent = index % 2 ? new client.Agent({ keepAlive: true, maxSockets: 1 }) : false;
        while (isOn) {
          try {
            const [first, second] = (await get(client, { port: app.port, agent })).split(' ');
            assert.equal(first, second);
            answered += 1;
          } catch (error) {
            failures.push(String(error));
          }
          await pause(client === https ? 40 : 10);
        }
        if (agent) agent.destroy();
      };
      const clients = Array.from({ length: CLIENTS }, run);

      await saveEach(app);

      isOn = false;
      await Promise.all(clients);
      console.log(`      ${answered} requests`);
      assert.deepEqual(failures, []);
      assert.ok(answered > RELOADS);
    });
  }

  it(`net: streams go on through ${3 * RELOADS} reloads, and new ones meet the new code`, async () => {
    const app = await apps
      .launch(
        apps.makeFolder({
          ...APP,
          'server.js': `const middle = require('./middle'); // V0
const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => middle().then((text) => socket.write(data + ' ' + text + '\\n')));
});
${LISTEN}`,
        }),
      )
      .serving();
    const ask = async (socket, text) => {
      socket.write(text);
      return String((await once(socket, 'data'))[0]).trim();
    };
    const connect = async () => {
      const socket = net.connect(app.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    };
    const streams = await Promise.all(Array.from({ length: CLIENTS }, connect));
    // Only what has been answered was accepted for certain.
    for (const stream of streams) assert.equal(await ask(stream, 'begin'), 'begin V0 V0 V0');
    const entry = app.read('server.js');
    let count = 0;

    await saveEach(app, async (version) => {
      const stream = streams[(count += 1) % CLIENTS];
      // A stream stays with the version that accepted it.
      assert.equal(await ask(stream, `n${count}`), `n${count} V0 V0 V0`);
      const fresh = await connect();
      const answer = await ask(fresh, 'fresh');
      if (app.read('server.js') === entry) assert.ok(answer.includes(version), answer);
      fresh.destroy();
    });

    for (const stream of streams) assert.equal(await ask(stream, 'end'), 'end V0 V0 V0');
    for (const stream of streams) stream.destroy();
  });
});

async function saveEach(app, check = async () => {}) {
  for (const file of FILES) {
    const text = app.read(file);
    for (let n = 1; n <= RELOADS; n += 1) {
      app.write(file, text.replaceAll('V0', `V${n}`));
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed', JSON.stringify(report));
      await check(`V${n}`);
    }
  }
}

function get(client, options) {
  return new Promise((resolve, reject) => {
    client
      .get({ host: '127.0.0.1', rejectUnauthorized: false, ...options }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text)).on('error', reject);
      })
      .on('error', reject);
  });
}
