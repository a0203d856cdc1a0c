'use strict';

/*
 * An app of `examples/` in a folder of its own, as it is, and the same files in a fresh process of plain Node to compare
 * it with. TypeScript is compiled for that one with `tsc`, as the starters of these apps do it.
 */

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const { ROOT } = require('./cli-app');

const EXAMPLES = path.join(ROOT, 'examples');
const PRELOADED = ['probe.js', 'say-listening.js'].map((name) => path.join(__dirname, name));
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const run = promisify(execFile);

/** One that no framework takes for the end. */
const PROBE_SIGNAL = 'SIGWINCH';

/** Quiet, at any port; what it holds, and where it listens, is said for it. */
const ENVIRONMENT = {
  PROBE_SIGNAL,
  PORT: '0',
  LOG_LEVEL: 'error',
  NODE_OPTIONS: PRELOADED.map((file) => `--require ${file}`).join(' '),
};

/** A framework of several hundred modules may take long to start on a busy machine. */
const OPTIONS = { env: ENVIRONMENT, patienceMs: 60_000 };

/**
 * @param {string} name of a folder in `examples`
 * @param {string} folder that exists
 */
function copyExample(name, folder) {
  const source = path.join(EXAMPLES, name);
  const filter = (file) => path.basename(file) !== 'node_modules';
  fs.cpSync(source, folder, { recursive: true, filter });
  fs.symlinkSync(path.join(source, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  return folder;
}

/**
 * Starts what the files of `folder` say now, in `coldFolder`, by plain Node.
 *
 * @param {ReturnType<typeof import('./cli-app').useApps>} apps
 * @param {{ entry: string, project?: string }} app `project` is the tsconfig of its build, if it has one
 * @param {string} folder
 * @param {string} coldFolder a copy of the example; its sources are written anew
 */
async function startCold(apps, { entry, project }, folder, coldFolder) {
  for (const name of ['src', 'config.json']) {
    fs.rmSync(path.join(coldFolder, name), { recursive: true, force: true });
    fs.cpSync(path.join(folder, name), path.join(coldFolder, name), { recursive: true });
  }
  if (project) {
    const types = path.join(ROOT, 'node_modules', '@types');
    const args = [TSC, '-p', project, '--noCheck', '--incremental', 'false', '--typeRoots', types];
    await run(process.execPath, args, { cwd: coldFolder });
  }
  const file = project ? entry.replace('src/', 'dist/').replace(/\.ts$/, '.js') : entry;
  const cold = apps.launch(coldFolder, { how: 'plain', entry: file, ...OPTIONS });
  await cold.nextLine('listening');
  return cold;
}

exports.OPTIONS = OPTIONS;
exports.PROBE_SIGNAL = PROBE_SIGNAL;
exports.EXAMPLES = EXAMPLES;
exports.copyExample = copyExample;
exports.startCold = startCold;
