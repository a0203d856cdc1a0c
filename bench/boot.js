'use strict';

/**
 * From the start of the process to the entry evaluated: CommonJS, ES modules and TypeScript, on each Node line, under
 * plain node, under safe-hot and under tsx. All ways of one app take turns.
 */

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { NODE_LINES, nodeOfLine, versionOf } = require('../scripts/node-lines');
const { PEERS, linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { expressApp, fileName, importing, plainModules } = require('./lib/app');
const { median, ms, times } = require('./lib/stats');

/** @typedef {import('./lib/app').Format} Format */

const ROUNDS = 3;
const REGISTER = path.resolve(__dirname, '..', 'js', 'hooks', 'register.js');
const TSX = path.join(PEERS, 'node_modules', 'tsx', 'dist', 'loader.mjs');

/** Uses what it imports: TypeScript drops an import that only stands there. */
const PRINT = `if (app) {
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000 }));
}
`;
const PLAIN = 'plain node';
const OURS = 'safe-hot/register';

/** @type {Record<string, (format: Format) => string[]>} arguments of node */
const WAYS = {
  [PLAIN]: () => [],
  [OURS]: (format) =>
    format === 'commonjs' ? ['-r', REGISTER] : ['--import', pathToFileURL(REGISTER).href],
  tsx: () => ['--import', pathToFileURL(TSX).href],
};

/** @type {Record<Format, string>} */
const FORMATS = { commonjs: 'CommonJS', module: 'ES modules', typescript: 'TypeScript' };

/**
 * Each app's entry loads everything, says when, and ends: nothing listens.
 *
 * @type {Record<string, { formats: Format[], make: (format: Format) => Record<string, string>, entry: (format: Format) => string }>}
 */
const APPS = {
  '300 modules without packages': {
    formats: ['commonjs', 'module', 'typescript'],
    make: plainModules,
    entry: (format) => importing(format, '* as app', './m0'),
  },
  'Express app, 300 modules': {
    formats: ['commonjs', 'typescript'],
    make: (format) => expressApp(format).files,
    entry: (format) => importing(format, 'app', './app'),
  },
  'Express app, 300 modules, date-fns': {
    formats: ['module'],
    make: (format) => expressApp(format).files,
    entry: (format) =>
      importing(format, 'app', './app') +
      importing(format, '{ format }', 'date-fns') +
      'format(0, "PP");\n',
  },
};

/**
 * @typedef {{ line: number, format: Format, ratio: number }} Measured
 * @typedef {{ wallMs: number, cpuMs: number }} Took until the entry has evaluated; the second in user and system mode, over
 *   all threads
 */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  /** @type {string[][]} */
  const rows = [['', '', 'Node', ...Object.keys(WAYS)]];
  /** @type {Measured[]} */
  const measured = [];
  for (const [title, { formats, make, entry }] of Object.entries(APPS)) {
    for (const format of formats) {
      const name = fileName(format, 'entry');
      const folder = makeFolder({ ...make(format), [name]: entry(format) + PRINT });
      linkPackages(folder);
      try {
        for (const line of NODE_LINES) {
          const took = measure(nodeOfLine(line), path.join(folder, name), format);
          const plain = took.get(PLAIN);
          const cells = Object.keys(WAYS).map((way) => inWords(took.get(way), plain));
          const row = [FORMATS[format], title, String(line), ...cells];
          // A run takes minutes.
          process.stderr.write(`  ${row.join('  ')}\n`);
          rows.push(row);
          if (plain)
            measured.push({ line, format, ratio: (took.get(OURS)?.wallMs ?? NaN) / plain.wallMs });
        }
      } finally {
        removeFolder(folder);
      }
    }
  }
  const versions = NODE_LINES.map((line) => versionOf(nodeOfLine(line))).join(', ');
  return {
    setting: `the lines are ${versions}; median of ${ROUNDS} starts each, in turn; in brackets the ratio to plain node, and that of the processor time`,
    rows,
    budgets: budgetsOf(measured),
  };
}

/**
 * @param {string} node
 * @param {string} entry
 * @param {Format} format
 * @returns {Map<string, Took>} medians by way; a way that cannot run the app has none
 */
function measure(node, entry, format) {
  const ways = Object.entries(WAYS).filter(
    ([way]) => way !== PLAIN || format !== 'typescript' || stripsTypes(node),
  );
  const took = new Map(ways.map(([way]) => [way, /** @type {Took[]} */ ([])]));
  const options = /** @type {const} */ ({ stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [way, args] of ways) {
      const at = JSON.parse(execFileSync(node, [...args(format), entry], options));
      if (round > 0) took.get(way)?.push(at);
    }
  }
  const medianOf = (/** @type {Took[]} */ all, /** @type {keyof Took} */ name) =>
    median(all.map((each) => each[name]));
  return new Map(
    [...took].map(([way, all]) => [
      way,
      { wallMs: medianOf(all, 'wallMs'), cpuMs: medianOf(all, 'cpuMs') },
    ]),
  );
}

/** @param {string} node */
function stripsTypes(node) {
  const ask = 'process.features.typescript ?? false';
  return execFileSync(node, ['-p', ask], { encoding: 'utf8' }).trim() !== 'false';
}

/** @param {Took | undefined} took @param {Took | undefined} plain */
function inWords(took, plain) {
  if (took === undefined) return '–';
  const { wallMs, cpuMs } = took;
  if (!plain || took === plain) return ms(wallMs);
  return `${ms(wallMs)} (${times(wallMs / plain.wallMs)}, ${times(cpuMs / plain.cpuMs)})`;
}

/** @param {Measured[]} measured */
function budgetsOf(measured) {
  const worst = (/** @type {(each: Measured) => boolean} */ isMeant) =>
    Math.max(...measured.filter(isMeant).map(({ ratio }) => ratio));
  const commonJs = worst(({ format }) => format === 'commonjs');
  const modules = worst(({ format, line }) => format === 'module' && line >= 22);
  const typescript = worst(({ format }) => format === 'typescript');
  return [
    budget('boot of CommonJS against plain `node`: within 5 %', commonJs, 1.05),
    budget('boot of ES modules on Node 22 and up: below plain `node`', modules, 1),
    budget('boot of TypeScript: below plain `node`', typescript, 1),
  ];
}

/** @param {string} text @param {number} ratio @param {number} most */
function budget(text, ratio, most) {
  return { budget: text, measured: `${times(ratio)} at worst`, isMet: ratio <= most };
}

module.exports = { run };
