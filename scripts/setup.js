'use strict';

/*
 * Makes a fresh clone ready to run: packages, then the native part. Each step looks first whether it is needed, so
 * this is quiet and quick when nothing is. Uses nothing but Node, because it is what installs the rest.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const EXAMPLES = path.join(ROOT, 'examples') + path.sep;
const EXAMPLE_APP = path.join(EXAMPLES, 'express');
const TESTED_APPS = ['fastify', 'hono', 'koa', 'nest'].map((name) => path.join(EXAMPLES, name));
const TEST_PACKAGES = ['libraries', 'apps', 'package-managers'].map((name) =>
  path.join(ROOT, 'test', name),
);
const OLDEST_NODE = [20, 19];
const NATIVE_INPUTS = [
  'src',
  'Cargo.toml',
  'Cargo.lock',
  'build.rs',
  '.cargo/config.toml',
  'rust-toolchain.toml',
];

/** A step that could not be done. Its message is for a person and says what to do. */
class SetupError extends Error {}

/** Brings packages and the native part up to date, and says what it does while it does it. */
function setup() {
  checkNode();
  installPackages(ROOT);
  installPackages(EXAMPLE_APP);
  buildNative();
}

/** What the tests need besides: apps and libraries that they run under safe-hot. */
function setupTests() {
  setup();
  for (const folder of [...TESTED_APPS, ...TEST_PACKAGES]) installPackages(folder);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;

  throw new SetupError(
    `Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.version}`,
  );
}

/** @param {string} folder holds a package.json and a package-lock.json */
function installPackages(folder) {
  const lockedAtMs = changedAtMs(path.join(folder, 'package-lock.json'));
  // npm writes this file last, so it is there only if an install came to its end.
  const installedAtMs = changedAtMs(path.join(folder, 'node_modules', '.package-lock.json'));
  if (installedAtMs !== undefined && installedAtMs >= (lockedAtMs ?? 0)) return;

  say(`installing the packages of ${path.relative(ROOT, folder) || 'safe-hot'}`);
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  // What an app is built and checked with is not needed to run it.
  if (folder.startsWith(EXAMPLES)) args.push('--omit=dev');
  run('npm', args, { cwd: folder });
}

/** Runs the release build when there is none, or a source of it is newer. */
function buildNative() {
  if (isNativeCurrent()) return;

  if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).error) {
    throw new SetupError(
      'cargo was not found. The native part is built from source: install Rust ' +
        '(https://rustup.rs), then run this again',
    );
  }
  say('building the native part; the first time takes a minute or two');
  run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  if (!isNativeCurrent())
    throw new SetupError('the native build left no current .node file in js/');
}

function isNativeCurrent() {
  const addons = filesIn(path.join(ROOT, 'js')).filter((file) => file.endsWith('.node'));
  const inputs = NATIVE_INPUTS.flatMap((input) => filesIn(path.join(ROOT, input)));
  return addons.length > 0 && newestMs(addons) >= newestMs(inputs);
}

/**
 * @param {string} target a file, or a folder that is walked
 * @returns {string[]} absolute paths; none if there is no such file
 */
function filesIn(target) {
  const stats = fs.statSync(target, { throwIfNoEntry: false });
  if (!stats) return [];
  if (!stats.isDirectory()) return [target];
  return fs.readdirSync(target).flatMap((name) => filesIn(path.join(target, name)));
}

/** @param {string[]} files */
function newestMs(files) {
  return Math.max(0, ...files.map((file) => changedAtMs(file) ?? 0));
}

/** @param {string} file */
function changedAtMs(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/**
 * Runs a program to its end with our standard streams.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @throws {SetupError} if it cannot be started or does not end with 0
 */
function run(command, args, options) {
  // npm is a batch file on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && command === 'npm';
  const { error, status, signal } = spawnSync(command, args, {
    stdio: 'inherit',
    shell,
    ...options,
  });

  if (error) throw new SetupError(`${command} could not be started: ${error.message}`);
  if (status !== 0) {
    throw new SetupError(`${command} ${args.join(' ')} ended with ${signal ?? status}`);
  }
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/**
 * The `main` of a script: runs it, and turns an error into a message and exit code 1.
 *
 * @param {() => unknown} main
 */
async function runAsScript(main) {
  try {
    await main();
  } catch (error) {
    const text = error instanceof SetupError ? error.message : error;
    console.error(text);
    process.exitCode = 1;
  }
}

module.exports = {
  EXAMPLE_APP,
  ROOT,
  SetupError,
  installPackages,
  run,
  runAsScript,
  setup,
  setupTests,
};

if (require.main === module) runAsScript(process.argv.includes('--tests') ? setupTests : setup);
