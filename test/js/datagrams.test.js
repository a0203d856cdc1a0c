'use strict';

/* A datagram socket is handed over: whatever is sent while its module is replaced is answered. */

const assert = require('node:assert/strict');
const dgram = require('node:dgram');
const { once } = require('node:events');
const { useApps } = require('../helpers/cli-app');

const ENTRY = `'use strict';
const socket = require('node:dgram').createSocket('udp4', (message, from) => {
  socket.send('one ' + message, from.port, from.address);
});
socket.bind(0, '127.0.0.1', () => console.log('bound', socket.address().port));
`;

/** Asks without a pause, the next question at each answer, until it is stopped. */
function ask(port) {
  const client = dgram.createSocket('udp4');
  const answers = [];
  let isStopped = false;
  const send = () => client.send(String(answers.length), port, '127.0.0.1');
  client.on('message', (message) => {
    answers.push(String(message));
    if (isStopped) client.close();
    else setImmediate(send);
  });
  send();
  return {
    answers,
    async stop() {
      isStopped = true;
      await once(client, 'close');
    },
  };
}

describe('a datagram socket', () => {
  const apps = useApps();

  it('is handed over to the version that binds there, and no question is lost', async () => {
    const app = apps.run({ 'server.js': ENTRY });
    const [, port] = /bound (\d+)/.exec(await app.nextLine('bound'));
    await app.nextReport(({ type }) => type === 'ready');
    const client = ask(Number(port));
    const words = ['one', 'two', 'three', 'four', 'five'];

    for (let i = 1; i < words.length; i += 1) {
      app.edit('server.js', `'${words[i - 1]} '`, `'${words[i]} '`);
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.handedOver, ['udp4 127.0.0.1:0']);
      assert.match(await app.nextLine('bound'), new RegExp(`bound ${port}$`));
    }
    app.edit('server.js', 'socket.bind', "throw new Error('no'); socket.bind");
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    await client.stop();

    // A question that was lost would have been the last.
    client.answers.forEach((answer, index) => assert.match(answer, new RegExp(`^\\w+ ${index}$`)));
    assert.match(client.answers.at(-1), /^five /);
  });

  it('stays with the version that serves where the new one fails once it has bound', async () => {
    const app = apps.run({ 'server.js': ENTRY });
    const [, port] = /bound (\d+)/.exec(await app.nextLine('bound'));
    await app.nextReport(({ type }) => type === 'ready');

    app.write('server.js', `${ENTRY.replace('one', 'two')}throw new Error('no');\n`);

    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    const client = ask(Number(port));
    await client.stop();
    assert.deepEqual(client.answers, ['one 0']);
  });

  it('goes with its version where the new one closes what it has bound', async () => {
    const app = apps.run({ 'server.js': ENTRY });
    const [, port] = /bound (\d+)/.exec(await app.nextLine('bound'));
    await app.nextReport(({ type }) => type === 'ready');

    app.write('server.js', `${ENTRY}socket.close(() => console.log('closed'));\n`);

    const { outcome, handedOver } = await app.nextReload();
    assert.deepEqual([outcome, handedOver], ['committed', []]);
    await app.nextLine('closed');
    assert.deepEqual(app.lines, [`bound ${port}`, 'closed']);
    const other = dgram.createSocket('udp4').bind(Number(port), '127.0.0.1');
    await once(other, 'listening');
    other.close();
  });
});
