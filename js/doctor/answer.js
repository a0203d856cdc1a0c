'use strict';

/**
 * The program's side of `safe-hot doctor`: answers on a local socket, once the program has started. The socket keeps no
 * process alive, belongs to no version, and a program that cannot have one runs without.
 */

const fs = require('node:fs');
const net = require('node:net');
const { atExit } = require('../at-exit');
const { runningPrograms } = require('./ask');
const { newPlace, openFolder, removePlace } = require('./places');

/**
 * @typedef {import('../types').Diagnosis} Diagnosis
 *
 * @typedef {{ type: 'asked' } | { type: 'answered', diagnoses: Diagnosis[] }
 *   | { type: 'failed', reason: string }} Answer the first at once, then one of the others
 */

/**
 * @param {{ root: string, entry: string }} program
 * @param {() => Promise<Diagnosis[]>} diagnose
 */
function answerDoctor({ root, entry }, diagnose) {
  /** @type {import('./places').Place} */
  let place;
  try {
    place = newPlace(openFolder());
  } catch {
    return;
  }
  const diagnoseOnce = onceAtATime(diagnose);
  const server = net.createServer((socket) => answer(socket, diagnoseOnce));
  server.unref();
  server.on('error', () => {});
  // Not that of the primary, in a cluster.
  server.listen({ path: place.socket, exclusive: true });
  if (!server.listening) return;
  try {
    fs.writeFileSync(place.card, JSON.stringify({ pid: process.pid, root, entry }), {
      mode: 0o600,
    });
    if (process.platform !== 'win32') fs.chmodSync(place.socket, 0o600);
  } catch {
    server.close();
    return;
  }
  atExit(() => removePlace(place));
  // What killed programs have left is taken away.
  void runningPrograms();
}

/**
 * @param {import('node:net').Socket} socket
 * @param {() => Promise<Diagnosis[]>} diagnose
 */
function answer(socket, diagnose) {
  socket.unref();
  socket.on('error', () => {});
  require('node:readline')
    .createInterface({ input: socket })
    .once('line', async () => {
      await new Promise((resolve) => send(socket, { type: 'asked' }, resolve));
      try {
        send(socket, { type: 'answered', diagnoses: await diagnose() });
      } catch (error) {
        send(socket, { type: 'failed', reason: /** @type {Error} */ (error).message });
      }
      socket.end();
    });
}

/**
 * @param {import('node:net').Socket} socket
 * @param {Answer} answer
 * @param {(error?: Error | null) => void} [didSend]
 */
function send(socket, answer, didSend) {
  socket.write(`${JSON.stringify(answer)}\n`, didSend);
}

/**
 * A heap snapshot takes several times the heap: who asks while one is taken gets the same.
 *
 * @template T
 * @param {() => Promise<T>} make
 * @returns {() => Promise<T>}
 */
function onceAtATime(make) {
  /** @type {Promise<T> | null} */
  let pending = null;
  return () => {
    pending ??= make().finally(() => (pending = null));
    return pending;
  };
}

exports.answerDoctor = answerDoctor;
