'use strict';

/**
 * `npm run fuzz -- --seed N --minutes M`: random apps and random edits, each compared with a fresh process. What fails is
 * cut down and printed as a folder for `test/scenarios`.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { inspect, parseArgs } = require('node:util');
const { randomCase } = require('./generate');
const { Reference, runCase } = require('./check');
const { writeScenario } = require('./scenario');
const { shrink } = require('./shrink');

const PACKAGE = path.resolve(__dirname, '..', '..');

/**
 * @typedef {object} Options
 * @property {number} seed of the first app; the others count on
 * @property {number} edits an app
 * @property {number} [apps] at most
 * @property {number} untilMs on the clock of `performance.now()`
 * @property {string} [safeHot] the package under test
 * @property {number} [shrinkMs] how long a failing case may be cut down
 *
 * @typedef {object} Outcome
 * @property {number} apps that could start
 * @property {number} edits
 * @property {number} nextSeed
 * @property {{ seed: number, failure: import('./check').Failure, small: import('./generate').Case }[]} failures
 *
 * @param {Options} options
 * @param {(outcome: Outcome) => void} [onApp] called after each app
 * @returns {Promise<Outcome>} ends with the first failure
 */
async function fuzz(options, onApp = () => {}) {
  const { seed, edits, apps = Infinity, untilMs, safeHot = PACKAGE, shrinkMs = 0 } = options;
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-fuzz-')));
  const reference = new Reference(path.join(folder, 'fresh'));
  const bench = { folder, reference, safeHot };
  /** @type {Outcome} */
  const outcome = { apps: 0, edits: 0, nextSeed: seed, failures: [] };
  try {
    while (performance.now() < untilMs && outcome.apps < apps && outcome.failures.length === 0) {
      const given = randomCase(outcome.nextSeed, { edits });
      const { edits: done, failure, isSkipped } = await runCase(given, bench);
      outcome.edits += done;
      if (!isSkipped) outcome.apps += 1;
      if (failure) {
        const small = await smaller(given, failure, bench, performance.now() + shrinkMs);
        outcome.failures.push({ seed: outcome.nextSeed, ...small });
      }
      outcome.nextSeed += 1;
      onApp(outcome);
    }
  } finally {
    await reference.end();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return outcome;
}

/**
 * @param {import('./generate').Case} given
 * @param {import('./check').Failure} failure
 * @param {import('./check').Bench} bench
 * @param {number} untilMs
 */
async function smaller(given, failure, bench, untilMs) {
  let last = failure;
  const fails = async (/** @type {import('./generate').Case} */ each) => {
    const result = await runCase(each, bench);
    const isSame = result.failure?.what === failure.what;
    if (isSame) last = /** @type {any} */ (result.failure);
    return isSame;
  };
  const cut = { ...given, edits: given.edits.slice(0, failure.step) };
  const small = await shrink(cut, fails, { untilMs });
  return { failure: last, small };
}

async function main() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '1' },
      edits: { type: 'string', default: '40' },
      apps: { type: 'string' },
      out: { type: 'string', default: path.join(os.tmpdir(), 'safe-hot-scenario') },
      package: { type: 'string', default: PACKAGE },
    },
  });
  const startMs = performance.now();
  const outcome = await fuzz({
    seed: Number(values.seed),
    edits: Number(values.edits),
    ...(values.apps === undefined ? {} : { apps: Number(values.apps) }),
    untilMs: startMs + Number(values.minutes) * 60_000,
    safeHot: path.resolve(values.package),
    shrinkMs: 120_000,
  });
  const seconds = (performance.now() - startMs) / 1_000;
  const rate = (outcome.edits / seconds).toFixed(1);
  console.log(
    `${outcome.edits} edits of ${outcome.apps} apps, seeds ${values.seed} to ${outcome.nextSeed - 1}, ` +
      `in ${Math.round(seconds)} s (${rate} a second), ${outcome.failures.length} failures`,
  );
  for (const { seed, failure, small } of outcome.failures) {
    fs.rmSync(values.out, { recursive: true, force: true });
    writeScenario(small, values.out);
    console.log(`seed ${seed} (${small.way}): ${inspect(failure, { depth: 6 })}`);
    console.log(`The smallest app that shows it is in ${values.out}`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();

exports.fuzz = fuzz;
