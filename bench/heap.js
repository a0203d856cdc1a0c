'use strict';

/** Who holds a stale version, in heaps whose snapshots have 50, 200 and 500 MB: from a program that runs, and from a file. */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { megabytes, ms, times } = require('./lib/stats');

const SIZES_MB = [50, 200, 500];
const READERS = ['safe-hot', 'memlab', 'JSON.parse'];
/** For V8 and for memlab, whose data is in its heap. */
const HEAP_LIMIT_MB = 12_000;
const CHILDREN = path.join(__dirname, 'children');

/** @typedef {{ durationMs: number, processorMs: number, peakBytes: number }} Took */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const folder = makeFolder({
    'package.json': '{ "name": "large-heap" }\n',
    'leaky.js': 'module.exports = () => 1;\n',
    ...Object.fromEntries(
      ['large-heap.js', 'peak.js'].map((name) => [
        name,
        fs.readFileSync(path.join(CHILDREN, name), 'utf8'),
      ]),
    ),
  });
  linkPackages(folder);
  const rows = [
    ['snapshot', '', 'time', 'processor time', 'against safe-hot', 'peak memory', 'of the file'],
  ];
  /** @type {import('./lib/readme').Budget[]} */
  let budgets = [];
  try {
    for (const size of SIZES_MB) {
      const file = path.join(folder, 'measured.heapsnapshot');
      const program = path.join(folder, 'large-heap.js');
      const written = childTook([program, String(size), file]);
      const diagnosed = childTook([program, String(size)]);
      const bytes = fs.statSync(file).size;
      const read = READERS.map((reader) =>
        childTook([path.join(CHILDREN, 'heap-readers.js'), reader, file]),
      );
      const name = megabytes(bytes);
      rows.push(
        row(name, 'V8 alone: the program writes the file', written, undefined, bytes),
        row(
          name,
          '`diagnose()` in the program, from the start of the snapshot',
          diagnosed,
          undefined,
          bytes,
        ),
        ...READERS.map((reader, index) =>
          row(name, `the file, by ${reader}`, read[index], read[0], bytes),
        ),
      );
      budgets = read[0] ? budgetsOf(read[0], bytes) : [];
    }
  } finally {
    removeFolder(folder);
  }
  return { setting: 'one run each, in turn, in processes of their own', rows, budgets };
}

/**
 * @param {string} name
 * @param {string} what
 * @param {Took | undefined} took
 * @param {Took | undefined} ours
 * @param {number} bytes
 */
function row(name, what, took, ours, bytes) {
  if (!took) return [name, what, 'cannot be read', '', '', '', ''];
  const ratio = ours ? times(took.processorMs / ours.processorMs) : '';
  const { durationMs, processorMs, peakBytes } = took;
  return [
    name,
    what,
    ms(durationMs),
    ms(processorMs),
    ratio,
    megabytes(peakBytes),
    times(peakBytes / bytes),
  ];
}

/** @param {Took} took @param {number} bytes of the largest snapshot */
function budgetsOf({ durationMs, peakBytes }, bytes) {
  const perHalfGigabyte = (durationMs * 500e6) / bytes;
  return [
    {
      budget: 'analysis alone: 1 s for 500 MB',
      measured: ms(perHalfGigabyte),
      isMet: perHalfGigabyte <= 1_000,
    },
    {
      budget: 'analysis alone: less memory than the size of the snapshot',
      measured: times(peakBytes / bytes),
      isMet: peakBytes < bytes,
    },
  ];
}

/**
 * @param {string[]} args
 * @returns {Took | undefined} undefined if it failed
 */
function childTook(args) {
  try {
    const output = execFileSync(
      process.execPath,
      [`--max-old-space-size=${HEAP_LIMIT_MB}`, ...args],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'utf8',
      },
    );
    return JSON.parse(/** @type {string} */ (output.trimEnd().split('\n').at(-1)));
  } catch {
    return undefined;
  }
}

module.exports = { run };
