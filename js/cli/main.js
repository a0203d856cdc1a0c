'use strict';

/** The command line: reads what was asked and hands it on. */

const { SafeHotError } = require('../errors');
const { HELP, readArgs } = require('./args');

/** The exit status of a wrong command line, as of most tools. */
const WRONG_USE = 2;

/** @param {string[]} args without `node` and the script */
async function main(args) {
  try {
    const invocation = readArgs(args);
    if (invocation.command === 'help') process.stdout.write(HELP);
    else if (invocation.command === 'version') process.stdout.write(`${readVersion()}\n`);
    else if (invocation.command === 'run') require('./commands/run').run(completed(invocation));
    else if (invocation.command === 'check')
      await require('./commands/check').check(completed(invocation));
    else if (invocation.command === 'doctor') await require('./commands/doctor').doctor(invocation);
  } catch (error) {
    if (!(error instanceof SafeHotError)) throw error;
    process.stderr.write(`safe-hot: ${error.message} (${error.code})\n`);
    process.exitCode = WRONG_USE;
  }
}

/**
 * @template {{ entry?: string, programArgs: string[], envFiles: string[], options: Record<string, any> }} I
 * @param {I} invocation
 */
function completed(invocation) {
  return require('./program').completed(invocation);
}

function readVersion() {
  return require('../../package.json').version;
}

exports.main = main;
