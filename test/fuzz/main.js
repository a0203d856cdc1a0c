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
const { runCase } = require('./check');
const { Reference } = require('./reference');
const { writeScenario } = require('./scenario');
const { shrink } = require('./shrink');
const { writeSection } = require('../../bench/lib/readme');

/** How long a failing case is cut down. */
const SHRINK_MS = 120_000;

/** What a release is held to. */
const LEAST_EDITS = 20_000;
const LEAST_APPS = 500;

const PACKAGE = path.resolve(__dirname, '..', '..');

/**
 * @typedef {object} Options
 * @property {number} seed of the first app; the others count on
 * @property {number} edits an app
 * @property {number} [apps] at most, of those that can start
 * @property {number} untilMs on the clock of `performance.now()`
 * @property {string} [safeHot] the package under test
 * @property {number} [shrinkMs] how long a failing case may be cut down
 * @property {number} [jobs] how many apps run side by side
 * @property {number} [states] how many states of apps a process of plain Node shows
 * @property {boolean} [goesOn] after a failure
 *
 * @typedef {object} Outcome
 * @property {number} apps that could start
 * @property {number} edits that were compared
 * @property {number} cut apps that ended early, since plain Node failed by a bug of its own
 * @property {number} nextSeed
 * @property {{ seed: number, failure: import('./check').Failure, small: import('./generate').Case }[]} failures
 *
 * @param {Options} options
 * @param {(outcome: Outcome, seed: number) => void} [onApp] called after each app
 * @returns {Promise<Outcome>} ends with the first failure, unless it goes on
 */
async function fuzz(options, onApp = () => {}) {
  const { seed, edits, apps = Infinity, untilMs, safeHot = PACKAGE, shrinkMs = 0 } = options;
  const { jobs = 1, states = 1, goesOn = false } = options;
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-fuzz-')));
  /** @type {Outcome} */
  const outcome = { apps: 0, edits: 0, cut: 0, nextSeed: seed, failures: [] };
  let running = 0;
  const isOver = () =>
    performance.now() >= untilMs ||
    outcome.apps + running >= apps ||
    (outcome.failures.length > 0 && !goesOn);
  const work = async (/** @type {number} */ job) => {
    const reference = new Reference(path.join(folder, `fresh-${job}`), { states });
    const bench = { folder, reference, safeHot };
    while (!isOver()) {
      const own = outcome.nextSeed;
      outcome.nextSeed += 1;
      running += 1;
      const given = randomCase(own, { edits });
      const { edits: done, failure, end } = await runCase(given, bench);
      running -= 1;
      outcome.edits += done;
      if (end !== 'skipped') outcome.apps += 1;
      if (end === 'cut') outcome.cut += 1;
      if (failure) {
        const small = await smaller(given, failure, bench, performance.now() + shrinkMs);
        outcome.failures.push({ seed: own, ...small });
      }
      onApp(outcome, own);
    }
    await reference.end();
  };
  try {
    await Promise.all(Array.from({ length: jobs }, (_, job) => work(job)));
  } finally {
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
      jobs: { type: 'string', default: String(os.availableParallelism()) },
      states: { type: 'string', default: '1' },
      'goes-on': { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(os.tmpdir(), 'safe-hot-scenario') },
      package: { type: 'string', default: PACKAGE },
    },
  });
  const startMs = performance.now();
  const options = {
    seed: Number(values.seed),
    edits: Number(values.edits),
    ...(values.apps === undefined ? {} : { apps: Number(values.apps) }),
    jobs: Number(values.jobs),
    states: Number(values.states),
  };
  const outcome = await fuzz(
    {
      ...options,
      goesOn: values['goes-on'],
      untilMs: startMs + Number(values.minutes) * 60_000,
      safeHot: path.resolve(values.package),
      shrinkMs: values['goes-on'] ? 0 : SHRINK_MS,
    },
    (outcome, seed) => {
      const failed = outcome.failures.find((each) => each.seed === seed);
      if (failed) showFailure(failed, values);
      else showProgress(outcome, seed);
    },
  );
  const seconds = (performance.now() - startMs) / 1_000;
  console.log(`${inWords(outcome, options.seed)}, ${inTime(outcome, seconds)}`);
  if (outcome.failures.length > 0) process.exitCode = 1;
  if (values.report) writeSection('fuzz', resultOf(outcome, options, seconds));
}

/** @param {Outcome} outcome @param {number} seed */
function showProgress({ apps, edits, failures }, seed) {
  if (!process.stderr.isTTY) return;
  process.stderr.write(
    `\r${edits} edits of ${apps} apps, seed ${seed}, ${failures.length} failures `,
  );
}

/**
 * @param {Outcome['failures'][number]} failed
 * @param {{ out: string, 'goes-on': boolean }} values
 */
function showFailure({ seed, failure, small }, { out, 'goes-on': goesOn }) {
  console.log(`seed ${seed} (${small.way}): ${inspect(failure, { depth: 12 })}`);
  if (goesOn) return;
  fs.rmSync(out, { recursive: true, force: true });
  writeScenario(small, out);
  console.log(`The smallest app that shows it is in ${out}`);
}

/** @param {Outcome} outcome @param {number} seed */
function inWords({ edits, apps, nextSeed, failures }, seed) {
  return `${edits} edits of ${apps} apps, seeds ${seed} to ${nextSeed - 1}, ${failures.length} failures`;
}

/** @param {Outcome} outcome @param {number} seconds */
function inTime({ edits }, seconds) {
  return `${Math.round(seconds)} s (${(edits / seconds).toFixed(1)} edits a second)`;
}

/**
 * What a run has come to, for `bench/README.md`.
 *
 * @param {Outcome} outcome
 * @param {{ seed: number, edits: number, jobs: number, states: number }} options
 * @param {number} seconds
 * @returns {import('../../bench/lib/readme').Result}
 */
function resultOf(outcome, { seed, edits, jobs, states }, seconds) {
  const { apps, cut, nextSeed, failures } = outcome;
  const count = (/** @type {number} */ value) => value.toLocaleString('en');
  return {
    setting: `seeds ${seed} to ${nextSeed - 1}, up to ${edits} edits an app, a plain process for ${states === 1 ? 'each state' : `${states} states`}, ${jobs} apps side by side on ${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim()})`,
    rows: [
      ['', 'count'],
      ['apps', count(apps)],
      ['edits, each compared with a fresh process', count(outcome.edits)],
      ['differences', count(failures.length)],
      ['seeds whose app plain Node cannot start', count(nextSeed - seed - apps)],
      ['apps that ended early, by a bug of plain Node', count(cut)],
      ['time', inTime(outcome, seconds)],
    ],
    budgets: [
      {
        budget: `${count(LEAST_EDITS)} edits of ${LEAST_APPS} apps: no difference`,
        measured: `${failures.length} differences in ${count(outcome.edits)} edits of ${count(apps)} apps`,
        isMet: failures.length === 0 && outcome.edits >= LEAST_EDITS && apps >= LEAST_APPS,
      },
    ],
  };
}

if (require.main === module) void main();

exports.fuzz = fuzz;
