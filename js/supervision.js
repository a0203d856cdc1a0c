'use strict';

/**
 * What the command line and the program that it runs tell each other: settings on the way down, in one variable of
 * the environment that the program never sees; files and wishes on the way up, as lines of JSON on a pipe.
 */

const fs = require('node:fs');

const VARIABLE = 'SAFE_HOT_SUPERVISION';

/**
 * @typedef {object} Settings
 * @property {number} fd the descriptor of the pipe
 * @property {Record<string, any>} options validated
 * @property {import('./check').CheckSettings} [check] the program is to be checked, and not watched
 *
 * @typedef {object} UsedFile
 * @property {string} path
 * @property {string} [fingerprint] of the content that is in use
 *
 * @typedef {{ type: 'files', files: UsedFile[], bases?: string[] } | { type: 'committed' | 'restart' | 'unwatched' }
 *   | import('./types').CheckReport} Message
 */

/**
 * @param {Settings} settings
 * @returns {Record<string, string>} for the environment of the program
 */
function environmentFor(settings) {
  return { [VARIABLE]: JSON.stringify(settings) };
}

/** @returns {Settings | null} null when no command line supervises; the environment is as the user set it then */
function takeSettings() {
  const text = process.env[VARIABLE];
  if (text === undefined) return null;
  delete process.env[VARIABLE];
  return JSON.parse(text);
}

/** @param {number} fd */
function openChannel(fd) {
  return {
    /** @param {Message} message */
    send(message) {
      try {
        fs.writeSync(fd, `${JSON.stringify(message)}\n`);
      } catch {
        // The command line is gone; the program goes on without it.
      }
    },
  };
}

/**
 * @param {import('node:stream').Readable} stream
 * @param {(message: Message) => void} onMessage
 */
function readChannel(stream, onMessage) {
  const lines = require('node:readline').createInterface({ input: stream });
  lines.on('line', (line) => onMessage(JSON.parse(line)));
  stream.on('error', () => {});
}

exports.environmentFor = environmentFor;
exports.takeSettings = takeSettings;
exports.openChannel = openChannel;
exports.readChannel = readChannel;
