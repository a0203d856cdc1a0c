'use strict';

/*
 * As much of MongoDB as a driver asks for: collections in memory, one answer a command. Debian has no package of the
 * real one.
 */

const net = require('node:net');
const { once } = require('node:events');

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** @param {typeof import('bson')} bson that of the driver */
async function startMongo({ serialize, deserialize, Long }) {
  /** @type {Map<string, any[]>} */
  const collections = new Map();
  const sockets = new Set();
  /** @type {(() => void)[]} */
  const waiting = [];
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 4 && buffer.length >= buffer.readInt32LE(0)) {
        const message = buffer.subarray(0, buffer.readInt32LE(0));
        buffer = buffer.subarray(message.length);
        socket.write(replyTo(message));
      }
    });
  });

  function replyTo(message) {
    const [id, code] = [message.readInt32LE(4), message.readInt32LE(12)];
    if (code === OP_QUERY) {
      const start = message.indexOf(0, 20) + 9;
      const answer = serialize(run(deserialize(message.subarray(start))));
      const head = Buffer.alloc(20);
      head.writeInt32LE(1, 16);
      return packed(OP_REPLY, id, head, answer);
    }
    const size = message.readInt32LE(21);
    const command = deserialize(message.subarray(21, 21 + size), { promoteBuffers: true });
    // A second section: documents apart from the command.
    let at = 21 + size;
    if (at + 5 < message.length && message[at] === 1) {
      const end = at + 1 + message.readInt32LE(at + 1);
      const nameEnd = message.indexOf(0, at + 5);
      const name = message.toString('utf8', at + 5, nameEnd);
      command[name] = [];
      for (at = nameEnd + 1; at < end; at += message.readInt32LE(at)) {
        command[name].push(deserialize(message.subarray(at, at + message.readInt32LE(at))));
      }
    }
    return packed(OP_MSG, id, Buffer.alloc(5), serialize(run(command)));
  }

  function run(command) {
    const [name = ''] = Object.keys(command);
    const documents = collections.get(command[name]) ?? [];
    if (/^(hello|ismaster)$/i.test(name)) {
      waiting.splice(0).forEach((resolve) => resolve());
      return hello();
    }
    if (name === 'insert') collections.set(command.insert, [...documents, ...command.documents]);
    if (name === 'insert') return { ok: 1, n: command.documents.length };
    if (name === 'find') {
      return {
        ok: 1,
        cursor: { id: Long.ZERO, ns: `test.${command.find}`, firstBatch: documents },
      };
    }
    return { ok: 1 };
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `mongodb://127.0.0.1:${server.address().port}/test`,
    connections: () => sockets.size,
    /** Resolves when a client asks next whether the server is there. */
    nextHello: () => new Promise((resolve) => waiting.push(() => resolve(undefined))),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function hello() {
  return {
    ok: 1,
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    minWireVersion: 0,
    maxWireVersion: 21,
    localTime: new Date(),
    connectionId: 1,
  };
}

function packed(code, answerTo, ...parts) {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + parts.reduce((sum, { length }) => sum + length, 0), 0);
  head.writeInt32LE(answerTo, 8);
  head.writeInt32LE(code, 12);
  return Buffer.concat([head, ...parts]);
}

exports.startMongo = startMongo;
