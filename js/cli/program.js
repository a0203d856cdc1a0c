'use strict';

/** Finds the program that the command line is to run, and starts it under `register`, with a pipe for what it tells. */

const { spawn } = require('node:child_process');
const { createRequire } = require('node:module');
const path = require('node:path');
const { envFiles, readEnvFiles, withoutRead } = require('../env-files');
const { SafeHotError } = require('../errors');
const { resolveOptions, rootFor } = require('../options');
const { findCommand, findEntry } = require('./entry');
const { makeScope } = require('../scope');
const { environmentFor, readChannel } = require('../supervision');

const REGISTER = path.join(__dirname, '..', 'hooks', 'register.js');

/** The descriptor of the pipe in the program: the first after the standard streams. */
const CHANNEL_FD = 3;

/**
 * What the files of variables said when this process began. It has them itself: Node takes `--env-file` from all arguments, also
 * from ours.
 *
 * @type {Record<string, string | undefined> | undefined}
 */
let variables;

/**
 * @typedef {object} Program
 * @property {string} entry
 * @property {string[]} programArgs
 * @property {string[]} [nodeArgs] of a script that was read
 * @property {Record<string, string>} [env] the same
 * @property {string} [cwd] the same
 * @property {string[]} envFiles for Node's `--env-file`
 * @property {Record<string, any>} options validated
 * @property {import('../check').CheckSettings} [check]
 */

/**
 * With the entry, where the command line names none, or names a command of a package.
 *
 * @template {{ entry?: string, programArgs: string[], envFiles: string[], options: Record<string, any> }} I
 * @param {I} invocation
 * @returns {I & Program}
 * @throws {SafeHotError} ERR_SAFE_HOT_NO_ENTRY
 */
function completed(invocation) {
  const cwd = process.cwd();
  if (invocation.entry !== undefined) {
    return { ...invocation, entry: findCommand(invocation.entry, cwd) };
  }
  const { from, entry, command, ...found } = findEntry(cwd);
  const report = invocation.options['report'] ?? process.env['SAFE_HOT_REPORT'] ?? 'text';
  const name = path.relative(cwd, entry);
  const text = [command ?? name, ...found.programArgs].join(' ');
  if (report === 'text') process.stderr.write(`safe-hot  ${text}, from ${from}\n`);
  return { ...invocation, ...found, entry: name };
}

/**
 * The file that `node <entry>` would run.
 *
 * @param {Program} program
 * @throws {SafeHotError} ERR_SAFE_HOT_ENTRY_NOT_FOUND, ERR_SAFE_HOT_BAD_GLOB, ERR_SAFE_HOT_CONFIG, …
 */
function findProgram({ entry, options }) {
  const file = resolveEntry(entry);
  makeScope(resolveOptions(rootFor(file), options));
  return file;
}

/** @param {string} entry */
function resolveEntry(entry) {
  const file = path.resolve(entry);
  try {
    return createRequire(file).resolve(file);
  } catch (error) {
    // Anything else, such as a broken package.json, is told by who meets it.
    if (/** @type {any} */ (error).code !== 'MODULE_NOT_FOUND') return file;
    throw new SafeHotError('ERR_SAFE_HOT_ENTRY_NOT_FOUND', { path: entry }, error);
  }
}

/**
 * @param {Program} program
 * @param {import('node:child_process').StdioOptions & any[]} streams of the program: input, output and error
 * @param {(message: import('../supervision').Message) => void} onMessage
 */
function spawnProgram(program, streams, onMessage) {
  const { entry, programArgs, env = {}, cwd, options, check } = program;
  const args = [...nodeArgsOf(program), '-r', REGISTER, path.resolve(entry), ...programArgs];
  variables ??= readEnvFiles(envFilesOf(program));
  const settings = { fd: CHANNEL_FD, options, ...(check ? { check } : {}) };
  const child = spawn(process.execPath, args, {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [...streams, 'pipe'],
    env: { ...withoutRead(process.env, variables), ...env, ...environmentFor(settings) },
  });
  const channel = /** @type {import('node:stream').Readable} */ (child.stdio[CHANNEL_FD]);
  readChannel(channel, onMessage);
  return child;
}

exports.completed = completed;
/** @param {Program} program */
function nodeArgsOf({ nodeArgs = [], envFiles: files }) {
  const ofFiles = files.map((file) => `--env-file=${path.resolve(file)}`);
  return [...process.execArgv, ...ofFiles, ...nodeArgs];
}

/** The files whose variables the program begins with. @param {Program} program */
function envFilesOf(program) {
  return envFiles(nodeArgsOf(program), program.cwd);
}

exports.envFilesOf = envFilesOf;
exports.findProgram = findProgram;
exports.spawnProgram = spawnProgram;
