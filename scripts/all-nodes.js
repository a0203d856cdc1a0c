'use strict';

/*
 * `npm run test:all-nodes`: every JavaScript test on each Node line that we support, and the Rust tests once. Lines
 * other than the running one come from the registry's `node` package, each in a folder of its own in `.nodes/`.
 * The last line printed is the sum, alone: "N passed, N failed".
 */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { NOTHING, addUp, inWords } = require('./all-nodes/totals');
const { NODE_LINES, nodeOfLine, versionOf } = require('./node-lines');
const { ROOT, runAsScript, setupTests } = require('./setup');

const MOST_AT_ONCE = 2;
const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = path.join(__dirname, 'all-nodes', 'reporter.js');

/**
 * @typedef {import('./all-nodes/totals').Totals} Totals
 * @typedef {object} Job
 * @property {string} name
 * @property {() => Promise<Totals>} run
 */

async function main() {
  setupTests();
  const nodes = NODE_LINES.map((line) => nodeOfLine(line));
  /** @type {Job[]} */
  const jobs = nodes.map((node) => {
    const name = `Node ${versionOf(node)}`;
    return { name, run: () => testNode(name, node) };
  });
  jobs.push({ name: 'Rust', run: () => testRust('Rust') });

  const results = await runAll(jobs, Math.min(MOST_AT_ONCE, os.availableParallelism()));

  console.log('\n== Summary');
  const sum = addUp(results);
  for (const [index, totals] of results.entries()) {
    console.log(`${jobs[index]?.name.padEnd(16)}${inWords(totals)}`);
    for (const failure of totals.failures) console.log(`  failed: ${failure}`);
  }
  console.log(`\n${inWords(sum)}`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

/**
 * Much of what the tests do is waiting, so that two runs side by side take little longer than one.
 *
 * @param {Job[]} jobs
 * @param {number} atOnce
 * @returns {Promise<Totals[]>} of each job
 */
async function runAll(jobs, atOnce) {
  /** @type {Totals[]} */
  const results = [];
  const waiting = jobs.entries();
  const takeTurns = async () => {
    for (const [index, { name, run }] of waiting) {
      console.log(`== ${name}`);
      results[index] = await run();
      console.log(`== ${name}: ${inWords(results[index])}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
  return results;
}

/**
 * Runs mocha under `node`, which is also the `node` of whatever the tests start.
 *
 * @param {string} name
 * @param {string} node
 * @returns {Promise<Totals>}
 */
async function testNode(name, node) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-tests-'));
  const totalsFile = path.join(folder, 'totals.json');
  const env = {
    ...process.env,
    NODE: node,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}`,
    npm_node_execpath: node,
    SAFE_HOT_TEST_TOTALS: totalsFile,
  };
  try {
    const code = await runNamed(name, node, [MOCHA, '--reporter', REPORTER], { env });
    return withExitCode(code, fs.existsSync(totalsFile) ? readTotals(totalsFile) : NOTHING);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} name @returns {Promise<Totals>} */
async function testRust(name) {
  let output = '';
  const code = await runNamed(name, 'cargo', ['test', '--quiet'], {
    onLine: (line) => (output += `${line}\n`),
  });

  const lines = output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm);
  const totals = [...lines].map(([, passed, failed, skipped]) => ({
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
    failures: [],
  }));
  return withExitCode(code, addUp(totals));
}

/** @param {string} file @returns {Totals} */
function readTotals(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

/**
 * A run that ended badly has failed, also when no single test did.
 *
 * @param {number | null} code null if a signal ended it
 * @param {Totals} totals
 */
function withExitCode(code, totals) {
  if (code === 0 || totals.failed > 0) return totals;
  return { ...totals, failed: 1, failures: [`the run ended with ${code}`] };
}

/**
 * Runs a program to its end; each line that it prints is printed with a name before it.
 *
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options
 * @returns {Promise<number | null>} its exit code, or null if a signal ended it
 */
async function runNamed(name, command, args, { env = process.env, onLine = () => {} }) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      onLine(line);
      if (line.trim() !== '') console.log(`${name.padEnd(14)} │ ${line}`);
    });
  }
  const [code] = await once(child, 'close');
  return code;
}

runAsScript(main);
