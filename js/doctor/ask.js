'use strict';

/** The side that asks: which programs run under safe-hot, and who holds old versions in one of them. */

const net = require('node:net');
const path = require('node:path');
const { SafeHotError } = require('../errors');
const { readCards, removePlace } = require('./places');

/** @typedef {import('./places').Card & { place: import('./places').Place }} Program */

/** How long a program may take to say that it has been asked, in milliseconds. */
const PATIENCE_MS = 5_000;

/** What connecting to the socket of a process that is gone ends with. */
const GONE = ['ECONNREFUSED', 'ENOENT'];

/**
 * The programs that run. What is left of those that were killed is taken away.
 *
 * @returns {Promise<Program[]>} by process id, without the one that asks
 */
async function runningPrograms() {
  const cards = readCards().filter(({ pid }) => pid !== process.pid);
  const running = await Promise.all(cards.map(isRunning));
  return cards.filter((_, index) => running[index]).sort((a, b) => a.pid - b.pid);
}

/** @param {Program} program */
async function isRunning({ place }) {
  try {
    (await connect(place.socket)).destroy();
    return true;
  } catch (error) {
    if (GONE.includes(/** @type {any} */ (error).code)) removePlace(place);
    return false;
  }
}

/**
 * The one program that is meant.
 *
 * @param {Program[]} programs
 * @param {{ root: string, cwd: string, entry?: string | undefined, pid?: number | undefined }} choice a process id may be
 *   of any project, all else is of the project, or of one in a folder below
 * @throws {SafeHotError} ERR_SAFE_HOT_NOT_RUNNING, ERR_SAFE_HOT_SEVERAL_RUN
 */
function chooseProgram(programs, { root, cwd, entry, pid }) {
  const isHere = (/** @type {Program} */ program) =>
    program.root === root || program.root.startsWith(cwd + path.sep);
  const isMeant = (/** @type {Program} */ program) => {
    if (pid !== undefined) return program.pid === pid;
    const file = path.join(program.root, program.entry);
    return isHere(program) && (entry === undefined || isEntry(file, path.resolve(cwd, entry)));
  };
  const [program, ...others] = programs.filter(isMeant);
  if (!program) {
    const what = pid === undefined ? (entry ?? 'program') : `process ${pid}`;
    const running = programs.map(programText).join(', ');
    throw new SafeHotError('ERR_SAFE_HOT_NOT_RUNNING', { what, root, running });
  }
  if (others.length > 0) {
    const running = [program, ...others].map(programText).join(', ');
    throw new SafeHotError('ERR_SAFE_HOT_SEVERAL_RUN', { running });
  }
  return program;
}

/** Without its extension it is found as well. @param {string} file @param {string} given */
function isEntry(file, given) {
  return file === given || file.slice(0, -path.extname(file).length) === given;
}

/** @param {Program} program */
function programText({ root, entry, pid }) {
  return `${path.join(root, entry)} (pid ${pid})`;
}

/**
 * Who holds old versions in a program.
 *
 * @param {Program} program
 * @param {number} [patienceMs] how long it may take to begin; a heap snapshot may take any time
 * @returns {Promise<import('../types').Diagnosis[]>}
 * @throws {SafeHotError} ERR_SAFE_HOT_NO_ANSWER
 */
async function askDoctor(program, patienceMs = PATIENCE_MS) {
  const noAnswer = (/** @type {string} */ reason) =>
    new SafeHotError('ERR_SAFE_HOT_NO_ANSWER', { what: programText(program), reason });
  const socket = await connect(program.place.socket).catch((error) => {
    throw noAnswer(error.message);
  });
  let reason = 'it ended meanwhile';
  const timer = setTimeout(() => {
    reason = `it has said nothing for ${patienceMs / 1_000} s: its main thread is busy, or stands still`;
    socket.destroy();
  }, patienceMs);
  socket.write('diagnose\n');
  try {
    for await (const answer of answers(socket)) {
      clearTimeout(timer);
      if (answer.type === 'answered') return answer.diagnoses;
      if (answer.type === 'failed') reason = answer.reason;
    }
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  throw noAnswer(reason);
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {AsyncGenerator<import('./answer').Answer>}
 */
async function* answers(socket) {
  let text = '';
  try {
    for await (const chunk of socket.setEncoding('utf8')) {
      const lines = (text + chunk).split('\n');
      text = /** @type {string} */ (lines.pop());
      yield* lines.map((line) => JSON.parse(line));
    }
  } catch {
    // The program was killed, or was given up.
  }
}

/**
 * @param {string} place
 * @returns {Promise<import('node:net').Socket>}
 */
function connect(place) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(place, () => {
      socket.off('error', reject);
      // What goes wrong from now on ends the lines that are read of it.
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

exports.runningPrograms = runningPrograms;
exports.chooseProgram = chooseProgram;
exports.askDoctor = askDoctor;
