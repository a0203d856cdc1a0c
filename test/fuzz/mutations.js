'use strict';

/**
 * `npm run fuzz:mutations [name…]`: a fuzzer that never fails proves nothing. Each patch of `mutations/` plants one mistake in
 * a copy of the package, and the fuzzer has a minute to find it.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fuzz } = require('./main');

const ROOT = path.resolve(__dirname, '..', '..');
const PATCHES = path.join(__dirname, 'mutations');

/** How long the fuzzer may look for one. */
const PATIENCE_MS = 60_000;
const EDITS_AN_APP = 20;

/** @returns {string[]} */
function mutations() {
  return fs.readdirSync(PATCHES).map((file) => path.basename(file, '.patch'));
}

/** @param {string} name @throws if the patch is of another text than that of the package */
function checkMutation(name) {
  const args = ['apply', '--check', path.join(PATCHES, `${name}.patch`)];
  execFileSync('git', args, { cwd: ROOT, stdio: 'pipe' });
}

/**
 * @param {string} name
 * @returns {Promise<import('./main').Outcome>} with a failure, if the fuzzer has found it
 */
async function findMutation(name) {
  const copy = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-mutation-'));
  try {
    fs.cpSync(path.join(ROOT, 'js'), path.join(copy, 'js'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
    execFileSync('git', ['apply', path.join(PATCHES, `${name}.patch`)], { cwd: copy });
    const untilMs = performance.now() + PATIENCE_MS;
    return await fuzz({ seed: 1, edits: EDITS_AN_APP, untilMs, safeHot: copy });
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

async function main() {
  const given = process.argv.slice(2);
  for (const name of given.length > 0 ? given : mutations()) {
    const startMs = performance.now();
    const { edits, failures } = await findMutation(name);
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    const [found] = failures;
    const how = found ? `found: not so that ${found.failure.what}` : 'NOT FOUND';
    console.log(`${name}: ${how}, after ${edits} edits in ${seconds} s`);
    if (!found) process.exitCode = 1;
  }
}

if (require.main === module) void main();

exports.checkMutation = checkMutation;
exports.findMutation = findMutation;
exports.mutations = mutations;
