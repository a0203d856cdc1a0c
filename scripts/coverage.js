'use strict';

/*
 * `npm run coverage`: the tests of the running Node line and of Rust, and what of `js/` and `src/` they reached, those of the
 * processes and worker threads that they start included. Prints a line for each file that is not reached whole, the
 * lines that were not, and two sums. `npm run coverage -- 20 24` runs the tests on these Node lines, one after another, and
 * tells what none of them reached; `npm run coverage -- test/js/cli.test.js` runs those tests only, and none of Rust.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { nodeOfLine, versionOf } = require('./node-lines');
const { ROOT, SetupError, run, runAsScript, setupTests } = require('./setup');

/** Of the LLVM that rustc is built with; another version cannot read what it wrote. */
const LLVM = { installedBy: 'apt-get install llvm-22', suffix: '-22' };
const FOLDER = path.join(ROOT, 'target', 'coverage');
const OF_JS = path.join(FOLDER, 'js');
const OF_RUST = path.join(FOLDER, 'rust');
const ADDON = path.join(FOLDER, 'addon');
/** Processes count in files that are there, as they go: what a signal ends has counted too. */
const PROFILES = path.join(OF_RUST, '%c%4m.profraw');
const PRELOAD = path.join(__dirname, 'coverage', 'preload.js');
/** Has cargo build our own crate with counters. */
const COUNTED = { RUSTC_WORKSPACE_WRAPPER: path.join(__dirname, 'coverage', 'rustc') };
const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const REPORTER = path.join(__dirname, 'all-nodes', 'reporter.js');
/** Made by napi-rs, for machines that are not this one. */
const GENERATED = 'js/binding.js';

/**
 * @typedef {object} Reached
 * @property {string} file relative to the project
 * @property {number} lines that hold code
 * @property {number[]} missed lines that no test reached, ascending
 */

async function main() {
  const args = process.argv.slice(2);
  const lines = args.filter((each) => /^\d+$/.test(each));
  const tests = args.filter((each) => !lines.includes(each));
  setupTests();
  const nodes = lines.length > 0 ? lines.map(nodeOfLine) : [process.execPath];
  for (const folder of [OF_JS, OF_RUST, ADDON]) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
  }
  const canReadRust = ['profdata', 'cov'].every((tool) => !llvm(tool, ['--version']).error);
  const env = canReadRust ? instrumented() : process.env;

  const outcomes = nodes.map((node) => testNode(node, tests, env));
  if (canReadRust && tests.length === 0) {
    outcomes.push(spawnSync('cargo', ['test', '--quiet'], { cwd: ROOT, stdio: 'inherit', env }));
  }

  tell('js', await reachedInJs(nodes));
  if (canReadRust) tell('src', reachedInRust());
  else console.log(`\nsrc: not measured, for want of LLVM's tools (${LLVM.installedBy})`);
  if (outcomes.some(({ status }) => status !== 0)) process.exitCode = 1;
}

/**
 * @param {string} node
 * @param {string[]} tests all if there are none
 * @param {NodeJS.ProcessEnv} env
 */
function testNode(node, tests, env) {
  console.log(`\n== Node ${versionOf(node)}`);
  // Without it, mocha runs what .mocharc.json names besides.
  const only = tests.length > 0 ? ['--no-config', '--timeout', '60000', ...tests] : [];
  return spawnSync(node, [MOCHA, '--reporter', REPORTER, ...only], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...env,
      NODE: node,
      PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH']}`,
      npm_node_execpath: node,
      NODE_V8_COVERAGE: folderOf(node),
      COVERAGE_FOLDER: folderOf(node),
      NODE_OPTIONS: `--require ${PRELOAD}`,
    },
  });
}

/** @param {string} node @returns {string} where it writes what it reached */
function folderOf(node) {
  return path.join(OF_JS, versionOf(node));
}

/** Builds the addon and the Rust tests with counters. @returns {NodeJS.ProcessEnv} under which they are run */
function instrumented() {
  const env = {
    ...process.env,
    ...COUNTED,
    LLVM_PROFILE_FILE: PROFILES,
  };
  const napi = ['napi', 'build', '--platform', '--release', '--output-dir', ADDON];
  run('npx', napi, { cwd: ROOT, env });
  const [addon] = fs.readdirSync(ADDON).filter((name) => name.endsWith('.node'));
  if (!addon) throw new SetupError('the native build left no .node file');
  return { ...env, NAPI_RS_NATIVE_LIBRARY_PATH: path.join(ADDON, addon) };
}

/**
 * What V8s of several versions have counted is put together by lines: they do not tell the same parts of a function apart.
 *
 * @param {string[]} nodes
 * @returns {Promise<Reached[]>}
 */
async function reachedInJs(nodes) {
  /** @type {Map<string, Map<number, number>>} */
  const files = new Map();
  for (const node of nodes) {
    const map = await countsIn(folderOf(node));
    for (const file of map.files()) {
      const counts = files.get(file) ?? new Map();
      files.set(file, counts);
      for (const [line, count] of Object.entries(map.fileCoverageFor(file).getLineCoverage()))
        counts.set(Number(line), (counts.get(Number(line)) ?? 0) + count);
    }
  }
  return [...files].map(([file, counts]) => {
    const missed = [...counts].filter(([, count]) => count === 0).map(([line]) => line);
    return { file: path.relative(ROOT, file), lines: counts.size, missed };
  });
}

/** @param {string} folder @returns {Promise<any>} of istanbul's, by file */
function countsIn(folder) {
  for (const file of filesIn(folder, '.json')) nameCopies(file);
  const { Report } = require(path.join(ROOT, 'test', 'libraries', 'node_modules', 'c8'));
  const report = Report({
    all: true,
    exclude: [GENERATED],
    include: ['js/**/*.js', 'js/**/*.mjs'],
    mergeAsync: true,
    omitRelative: true,
    reporter: [],
    resolve: '',
    src: [path.join(ROOT, 'js')],
    tempDirectory: folder,
  });
  return report.getCoverageMapFromAllCoverageFiles();
}

/**
 * Tests install the package, or parts of it, in folders of their own: what is reached there is reached here.
 *
 * @param {string} file of coverage
 */
function nameCopies(file) {
  const json = fs.readFileSync(file, 'utf8');
  const named = json.replace(/"file:[^"]*\/safe-hot\/js\//g, `"${pathToFileURL(ROOT)}/js/`);
  if (named !== json) fs.writeFileSync(file, named);
}

/** @returns {Reached[]} */
function reachedInRust() {
  const data = path.join(OF_RUST, 'all.profdata');
  const raw = filesIn(OF_RUST, '.profraw');
  must(llvm('profdata', ['merge', '--sparse', '-o', data, ...raw]));
  const objects = [...filesIn(ADDON, '.node'), ...testPrograms()];
  const args = ['export', '--format=lcov', `--instr-profile=${data}`];
  const { stdout } = must(llvm('cov', [...args, ...objects.flatMap((each) => ['--object', each])]));
  return stdout
    .split('end_of_record\n')
    .map((record) => {
      const file = /^SF:(.*)$/m.exec(record)?.[1] ?? '';
      const counts = [...record.matchAll(/^DA:(\d+),(\d+)/gm)];
      const missed = counts.filter(([, , count]) => count === '0').map(([, line]) => Number(line));
      return { file: path.relative(ROOT, file), lines: counts.length, missed };
    })
    .filter(({ file }) => file.startsWith(`src${path.sep}`));
}

/** @returns {string[]} the Rust tests, as they were built last */
function testPrograms() {
  const args = ['test', '--no-run', '--message-format=json', '--quiet'];
  // What the build runs is counted too, and writes beside us if it is not told where.
  const env = { ...process.env, ...COUNTED, LLVM_PROFILE_FILE: PROFILES };
  const { stdout } = must(
    spawnSync('cargo', args, { cwd: ROOT, encoding: 'utf8', env, maxBuffer: Infinity }),
  );
  const messages = stdout.split('\n').filter((line) => line.startsWith('{'));
  return messages.map((line) => JSON.parse(line).executable).filter(Boolean);
}

/** @param {string} folder @param {string} ending @returns {string[]} absolute */
function filesIn(folder, ending) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => path.join(folder, name));
}

/** @param {string} tool `cov` or `profdata` @param {string[]} args */
function llvm(tool, args) {
  return spawnSync(`llvm-${tool}${LLVM.suffix}`, args, { encoding: 'utf8', maxBuffer: Infinity });
}

/** @param {import('node:child_process').SpawnSyncReturns<string>} result */
function must(result) {
  if (result.error) throw result.error;
  if (result.status !== 0) throw new SetupError(result.stderr);
  return result;
}

/** @param {string} folder @param {Reached[]} files */
function tell(folder, files) {
  console.log(`\n== ${folder}`);
  for (const { file, lines, missed } of files.sort((a, b) => b.missed.length - a.missed.length)) {
    if (missed.length > 0)
      console.log(`${percent(lines, missed.length)}  ${file}: ${inRanges(missed)}`);
  }
  const lines = files.reduce((sum, each) => sum + each.lines, 0);
  const missed = files.reduce((sum, each) => sum + each.missed.length, 0);
  console.log(`${percent(lines, missed)}  of ${lines} lines in ${files.length} files`);
}

/** @param {number} lines @param {number} missed */
function percent(lines, missed) {
  return `${(100 * (1 - missed / Math.max(lines, 1))).toFixed(1).padStart(5)} %`;
}

/** @param {number[]} numbers ascending @returns {string} such as `3-5, 9` */
function inRanges(numbers) {
  /** @type {[first: number, last: number][]} */
  const ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}

runAsScript(main);
