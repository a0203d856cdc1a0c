'use strict';

/* What each process that tests start does for `npm run coverage`, where Node itself does not count, or does not write. */

const fs = require('node:fs');
const path = require('node:path');

const JS = path.join(__dirname, '..', '..', 'js');

/** Around our modules, where they are loaded as `js/own-code.js` has it. */
const BEFORE = '(function (exports, require, module, __filename, __dirname) { '.length;

const { NODE_V8_COVERAGE, COVERAGE_FOLDER } = process.env;
if (NODE_V8_COVERAGE) writeOnSignal();
else if (COVERAGE_FOLDER && require('node:worker_threads').isMainThread) count(COVERAGE_FOLDER);

/**
 * Tests end most programs that they start by a signal, and Node writes no coverage of a program that a signal ends. What
 * was reached until then is written, and the signal does what it does without us.
 */
function writeOnSignal() {
  const v8 = require('node:v8');
  process.once('SIGTERM', () => {
    v8.takeCoverage();
    if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
  });
}

/**
 * Some of what safe-hot does is off where NODE_V8_COVERAGE is set. The tests of that take it away, and V8 is asked here.
 *
 * @param {string} folder
 */
function count(folder) {
  const inspector = require('node:inspector');
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const { emit } = process;
  process.emit = /** @type {any} */ (
    function (/** @type {string} */ name, /** @type {unknown[]} */ ...args) {
      try {
        return Reflect.apply(emit, process, [name, ...args]);
      } finally {
        // What listens for the end is counted too.
        if (name === 'exit') {
          session.post('Profiler.takePreciseCoverage', (_, { result }) => {
            const json = JSON.stringify({ result: result.flatMap((script) => ownOf(script) ?? []) });
            fs.writeFileSync(path.join(folder, `coverage-${process.pid}-own.json`), json);
          });
        }
      }
    }
  );
}

/**
 * @param {import('node:inspector').Profiler.ScriptCoverage} script
 * @returns {import('node:inspector').Profiler.ScriptCoverage | undefined} in offsets of the file; undefined if it is none of ours
 */
function ownOf(script) {
  const { pathname } = URL.canParse(script.url) ? new URL(script.url) : { pathname: script.url };
  const [, name] = /[\\/]js[\\/](.*)$/.exec(decodeURIComponent(pathname)) ?? [];
  const file = name && path.join(JS, name);
  if (!file || !fs.existsSync(file)) return undefined;
  const text = fs.readFileSync(file, 'utf8');
  // One of a copy of the project that a test has edited.
  if (fs.existsSync(pathname) && fs.readFileSync(pathname, 'utf8') !== text) return undefined;
  const [all] = script.functions[0]?.ranges ?? [];
  const shift = all && all.endOffset > text.length ? BEFORE : 0;
  const clamp = (/** @type {number} */ at) => Math.min(Math.max(at - shift, 0), text.length);
  // What V8 took out of a cache has no blocks, and counts as a whole what ran in part.
  const counted = script.functions.filter(({ isBlockCoverage }) => isBlockCoverage);
  const functions = counted.map((each) => ({
    ...each,
    ranges: each.ranges.map(({ startOffset, endOffset, count: times }) => ({
      startOffset: clamp(startOffset),
      endOffset: clamp(endOffset),
      count: times,
    })),
  }));
  return { ...script, url: require('node:url').pathToFileURL(file).href, functions };
}
