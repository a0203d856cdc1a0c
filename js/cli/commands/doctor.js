'use strict';

/** `safe-hot doctor <file>`: who holds the old versions that a heap snapshot shows. */

const path = require('node:path');
const { diagnoseFile } = require('../../diagnose');
const { projectRoot } = require('../../options');
const { diagnosisText } = require('../../report/diagnosis');

/**
 * Prints what is found to standard output. The exit status is 1 if an old version is reachable.
 *
 * @param {{ file: string, json: boolean }} invocation
 * @throws {import('../../errors').SafeHotError} ERR_SAFE_HOT_SNAPSHOT, ERR_SAFE_HOT_UNREADABLE
 */
async function doctor({ file, json }) {
  const diagnoses = await diagnoseFile(path.resolve(file), projectRoot(process.cwd()));
  process.stdout.write(json ? `${JSON.stringify(diagnoses)}\n` : diagnosisText(diagnoses));
  process.exitCode = diagnoses.length > 0 ? 1 : 0;
}

exports.doctor = doctor;
