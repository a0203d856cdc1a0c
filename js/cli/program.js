'use strict';

/** Finds the program that the command line is to run, and starts it under `register`, with a pipe for what it tells. */

const { spawn } = require('node:child_process');
const { createRequire } = require('node:module');
const path = require('node:path');
const { SafeHotError } = require('../errors');
const { projectRoot } = require('../options');
const { makeScope } = require('../scope');
const { environmentFor, readChannel } = require('../supervision');

const REGISTER = path.join(__dirname, '..', 'hooks', 'register.js');

/** The descriptor of the pipe in the program: the first after the standard streams. */
const CHANNEL_FD = 3;

/**
 * @typedef {object} Program
 * @property {string} entry
 * @property {string[]} programArgs
 * @property {Record<string, any>} options validated
 * @property {import('../check').CheckSettings} [check]
 */

/**
 * The file that `node <entry>` would run.
 *
 * @param {Program} program
 * @throws {SafeHotError} ERR_SAFE_HOT_ENTRY_NOT_FOUND, ERR_SAFE_HOT_BAD_GLOB
 */
function findProgram({ entry, options }) {
  const file = resolveEntry(entry);
  const { include = [], exclude = [] } = options;
  makeScope({ root: projectRoot(path.dirname(file)), include, exclude });
  return file;
}

/** @param {string} entry */
function resolveEntry(entry) {
  const file = path.resolve(entry);
  try {
    return createRequire(file).resolve(file);
  } catch (error) {
    throw new SafeHotError('ERR_SAFE_HOT_ENTRY_NOT_FOUND', { path: entry }, error);
  }
}

/**
 * @param {Program} program
 * @param {import('node:child_process').StdioOptions & any[]} streams of the program: input, output and error
 * @param {(message: import('../supervision').Message) => void} onMessage
 */
function spawnProgram({ entry, programArgs, options, check }, streams, onMessage) {
  const args = [...process.execArgv, '-r', REGISTER, path.resolve(entry), ...programArgs];
  const settings = { fd: CHANNEL_FD, options, ...(check ? { check } : {}) };
  const child = spawn(process.execPath, args, {
    stdio: [...streams, 'pipe'],
    env: { ...process.env, ...environmentFor(settings) },
  });
  const channel = /** @type {import('node:stream').Readable} */ (child.stdio[CHANNEL_FD]);
  readChannel(channel, onMessage);
  return child;
}

exports.findProgram = findProgram;
exports.spawnProgram = spawnProgram;
