'use strict';

/** Runs a script in a process of its own, with `--expose-gc`, to its end. */

const { spawn } = require('node:child_process');

/**
 * @typedef {object} Ended
 * @property {any[]} values the JSON lines of standard output
 * @property {string[]} lines the other lines
 * @property {string} stderr
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 */

/**
 * @param {string} entry
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {string[]} [options.nodeArgs]
 * @param {string[]} [options.args]
 * @param {Record<string, string>} [options.env]
 * @param {(ended: Ended) => boolean} [options.until] looked at after each line: then the program is ended
 * @param {number} [options.timeoutMs]
 * @returns {Promise<Ended>}
 */
function runScript(entry, options = {}) {
  const { cwd, nodeArgs = [], args = [], env = {}, until, timeoutMs = 45_000 } = options;
  const child = spawn(process.execPath, ['--expose-gc', ...nodeArgs, entry, ...args], {
    cwd,
    env: { ...withoutOwn(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {Ended} */
  const ended = { values: [], lines: [], stderr: '', code: null, signal: null };
  child.stderr.setEncoding('utf8').on('data', (text) => (ended.stderr += text));
  let isEnding = false;
  const reader = require('node:readline').createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    const value = parse(line);
    if (value === undefined) ended.lines.push(line);
    else ended.values.push(value);
    // Once: a program that takes its time to end must not be met by a second signal.
    if (isEnding || !until?.(ended)) return;
    isEnding = true;
    child.kill('SIGTERM');
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(Object.assign(ended, { code, signal }));
    });
  });
}

/** @param {string} line */
function parse(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a person has set for safe-hot must not decide what a test sees. @param {NodeJS.ProcessEnv} env */
function withoutOwn(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SAFE_HOT_')));
}

exports.runScript = runScript;
