'use strict';

/** `safe-hot check <entry>`: starts a program, has it reload each of its modules as it is, and says what that leaves. */

const { SafeHotError } = require('../../errors');
const { checkText } = require('../../report/check');
const { findProgram, spawnProgram } = require('../program');

/** How long the program may take, beyond the time of the check, to look for what is left and to tell, in milliseconds. */
const REPORT_MS = 30_000;

/** How long it may take to end, in milliseconds. */
const END_MS = 5_000;

/**
 * Prints what is found to standard output, to which nothing of the program goes. The exit status is 1 if the program is
 * not safe to reload.
 *
 * @param {import('../program').Program & { check: import('../../check').CheckSettings, json: boolean }} invocation
 * @throws {SafeHotError} ERR_SAFE_HOT_ENTRY_NOT_FOUND, ERR_SAFE_HOT_BAD_GLOB, ERR_SAFE_HOT_CHECK
 */
async function check({ json, ...program }) {
  findProgram(program);
  const report = await reportOf(program);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : checkText(report));
  process.exitCode = report.isSafe ? 0 : 1;
}

/**
 * @param {import('../program').Program & { check: import('../../check').CheckSettings }} program
 * @returns {Promise<import('../../types').CheckReport>} once the program has ended
 */
function reportOf(program) {
  return new Promise((resolve, reject) => {
    /** @type {import('../../types').CheckReport | undefined} */
    let report;
    let isLate = false;
    const child = spawnProgram(program, ['ignore', 2, 2], (message) => {
      if (message.type !== 'check') return;
      report = message;
      clearTimeout(timer);
      child.kill('SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    });
    let timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, program.check.timeoutMs + REPORT_MS);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (report) return resolve(report);
      const { entry } = program;
      const reason = isLate
        ? 'has told nothing in time'
        : `ended with ${signal ?? `code ${code}`} before it could be checked`;
      reject(new SafeHotError('ERR_SAFE_HOT_CHECK', { path: entry, reason }));
    });
  });
}

exports.check = check;
