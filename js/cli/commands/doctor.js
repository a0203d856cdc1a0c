'use strict';

/** `safe-hot doctor`: who holds the old versions that are in memory, of a program that runs or in a heap snapshot. */

const path = require('node:path');
const { diagnoseFile } = require('../../diagnose');
const { askDoctor, chooseProgram, runningPrograms } = require('../../doctor/ask');
const { projectRoot } = require('../../options');
const { diagnosisText } = require('../../report/diagnosis');

/**
 * Prints what is found to standard output. The exit status is 1 if an old version is reachable.
 *
 * @param {{ file?: string, entry?: string, pid?: number, json: boolean }} invocation
 * @throws {import('../../errors').SafeHotError} ERR_SAFE_HOT_SNAPSHOT, ERR_SAFE_HOT_UNREADABLE of a file;
 *   ERR_SAFE_HOT_NOT_RUNNING, ERR_SAFE_HOT_SEVERAL_RUN, ERR_SAFE_HOT_NO_ANSWER of a program
 */
async function doctor({ file, json, ...choice }) {
  const cwd = process.cwd();
  const root = projectRoot(cwd);
  const diagnoses =
    file === undefined
      ? await askDoctor(chooseProgram(await runningPrograms(), { root, cwd, ...choice }))
      : await diagnoseFile(path.resolve(file), root);
  process.stdout.write(json ? `${JSON.stringify(diagnoses)}\n` : diagnosisText(diagnoses));
  process.exitCode = diagnoses.length > 0 ? 1 : 0;
}

exports.doctor = doctor;
