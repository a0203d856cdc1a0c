'use strict';

/**
 * From the start of the process to the entry evaluated: CommonJS, ES modules and TypeScript. Plain node, safe-hot and tsx
 * on each Node line; the other tools on one of them. All ways of one app take turns.
 */

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { NODE_LINES, nodeOfLine, versionOf } = require('../scripts/node-lines');
const { PEERS, linkPackages, makeFolder, removeFolder } = require('./lib/folder');
const { expressApp, fileName, importing, plainModules } = require('./lib/app');
const { median, ms, times } = require('./lib/stats');
const { BUN, VITE_RUNNER } = require('./lib/tools');

/** @typedef {import('./lib/app').Format} Format */

const ROUNDS = 30;
/** Of the app whose starts take seconds. */
const ROUNDS_OF_SLOW = 10;
/** The one Node line of the other tools; bun, which has none, stands beside it. */
const LINE_OF_OTHERS = 24;
/** A tool that hangs ends the bench. */
const HANGS_AFTER_MS = 60_000;
const REGISTER = path.resolve(__dirname, '..', 'js', 'hooks', 'register.js');
const TSX = path.join(PEERS, 'node_modules', 'tsx', 'dist', 'loader.mjs');

/**
 * Uses what it imports: TypeScript drops an import that only stands there. The time is that of the day, since bun's and
 * Node's own clocks begin at different moments of a start. `bun --hot` would wait for a save.
 */
const PRINT = `if (app) {
  const at = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ at, cpuMs: (user + system) / 1000 }));
  if (process.versions.bun) process.exit();
}
`;

/** What runs the entry where the tool does not do it itself. */
const LAUNCHERS = {
  'hot-hook.mjs': "await import('./entry.js', import.meta.hot.boundary);\n",
  'vite.mjs': `${VITE_RUNNER}await runner.import(\`/\${process.argv[2]}\`);\nprocess.exit();\n`,
};

/**
 * @typedef {object} Way
 * @property {Format[]} formats that it can run
 * @property {string} [program] default: node
 * @property {(entry: string, format: Format) => string[]} args in the folder of the app
 */

const PLAIN = 'plain node';
const OURS = 'safe-hot/register';
/** @type {Format[]} */
const ALL = ['commonjs', 'module', 'typescript'];

/** @type {Record<string, Way>} */
const ON_EACH_LINE = {
  [PLAIN]: { formats: ALL, args: (entry) => [entry] },
  [OURS]: {
    formats: ALL,
    args: (entry, format) =>
      format === 'commonjs'
        ? ['-r', REGISTER, entry]
        : ['--import', pathToFileURL(REGISTER).href, entry],
  },
  tsx: { formats: ALL, args: (entry) => ['--import', pathToFileURL(TSX).href, entry] },
};

/** @type {Record<string, Way>} */
const OTHERS = {
  'hot-hook': {
    formats: ['module'],
    args: () => ['--import', 'hot-hook/register', 'hot-hook.mjs'],
  },
  dynohot: { formats: ['module'], args: (entry) => ['--import', 'dynohot/register', entry] },
  "Vite's runner": { formats: ['module', 'typescript'], args: (entry) => ['vite.mjs', entry] },
  'bun --hot': { formats: ALL, program: BUN, args: (entry) => ['--hot', entry] },
};

const WAYS = { ...ON_EACH_LINE, ...OTHERS };

/** @type {Record<Format, string>} */
const FORMATS = { commonjs: 'CommonJS', module: 'ES modules', typescript: 'TypeScript' };

/**
 * Each app's entry loads everything, says when, and ends: nothing listens.
 *
 * @type {Record<string, { formats: Format[], make: (format: Format) => Record<string, string>, entry: (format: Format) => string, rounds?: number }>}
 */
const APPS = {
  '300 modules without packages': {
    formats: ['commonjs', 'module', 'typescript'],
    make: plainModules,
    entry: (format) => importing(format, '* as app', './m0'),
  },
  'Express app, 300 modules': {
    formats: ['commonjs', 'module', 'typescript'],
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
    rounds: ROUNDS_OF_SLOW,
  },
};

/**
 * @typedef {{ line: number, format: Format, ratio: number }} Measured
 * @typedef {{ wallMs: number, cpuMs: number }} Took until the entry has evaluated; the second in user and system mode, over
 *   all threads
 */

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  const rows = [['', '', 'Node', ...Object.keys(ON_EACH_LINE)]];
  const rowsOfAll = [['', '', ...Object.keys(WAYS)]];
  /** @type {Measured[]} */
  const measured = [];
  for (const [title, { formats, make, entry, rounds = ROUNDS }] of Object.entries(APPS)) {
    for (const format of formats) {
      const name = fileName(format, 'entry');
      const folder = makeFolder({ ...make(format), ...LAUNCHERS, [name]: entry(format) + PRINT });
      linkPackages(folder);
      try {
        for (const line of NODE_LINES) {
          const took = measure(line, folder, name, format, rounds);
          const plain = took.get(PLAIN);
          const cells = Object.keys(ON_EACH_LINE).map((way) => inWords(took.get(way), plain));
          rows.push(told([FORMATS[format], title, String(line), ...cells]));
          if (plain)
            measured.push({ line, format, ratio: (took.get(OURS)?.wallMs ?? NaN) / plain.wallMs });
          if (line !== LINE_OF_OTHERS) continue;
          const ratios = Object.keys(WAYS).map((way) => asRatios(took.get(way), plain));
          rowsOfAll.push(told([FORMATS[format], title, ...ratios]));
        }
      } finally {
        removeFolder(folder);
      }
    }
  }
  const versions = NODE_LINES.map((line) => versionOf(nodeOfLine(line))).join(', ');
  return {
    setting: `the lines are ${versions}; median of ${ROUNDS} starts each (${ROUNDS_OF_SLOW} of the app with date-fns), in turn; in brackets the ratio to plain node, and that of the processor time`,
    rows,
    second: {
      caption: `All ways on Node ${LINE_OF_OTHERS}, in the same run: the ratio to plain node, and that of the processor time`,
      rows: rowsOfAll,
    },
    budgets: budgetsOf(measured),
  };
}

/** A run takes long. @param {string[]} row */
function told(row) {
  process.stderr.write(`  ${row.join('  ')}\n`);
  return row;
}

/**
 * @param {number} line
 * @param {string} folder
 * @param {string} entry in it
 * @param {Format} format
 * @param {number} rounds one more warms up
 * @returns {Map<string, Took>} medians by way; a way that cannot run the app has none
 */
function measure(line, folder, entry, format, rounds) {
  const node = nodeOfLine(line);
  const ways = Object.entries(line === LINE_OF_OTHERS ? WAYS : ON_EACH_LINE)
    .filter(([, { formats }]) => formats.includes(format))
    .filter(([name]) => name !== PLAIN || format !== 'typescript' || stripsTypes(node));
  const took = new Map(ways.map(([name]) => [name, /** @type {Took[]} */ ([])]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { program = node, args }] of ways) {
      const start = startOnce(program, args(entry, format), folder);
      if (round > 0) took.get(name)?.push(start);
    }
  }
  const medianOf = (/** @type {Took[]} */ all, /** @type {keyof Took} */ name) =>
    median(all.map((each) => each[name]));
  return new Map(
    [...took].map(([name, all]) => [
      name,
      { wallMs: medianOf(all, 'wallMs'), cpuMs: medianOf(all, 'cpuMs') },
    ]),
  );
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd where `--import` looks for packages, and Vite for the app
 * @returns {Took} the first from before the process is made
 */
function startOnce(program, args, cwd) {
  const from = performance.timeOrigin + performance.now();
  const printed = execFileSync(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: HANGS_AFTER_MS,
  });
  // Vite says on the same stream that its runner is connected.
  const { at, cpuMs } = JSON.parse(printed.slice(printed.lastIndexOf('\n') + 1));
  return { wallMs: at - from, cpuMs };
}

/** @param {string} node */
function stripsTypes(node) {
  const ask = 'process.features.typescript ?? false';
  return execFileSync(node, ['-p', ask], { encoding: 'utf8' }).trim() !== 'false';
}

/** @param {Took | undefined} took @param {Took | undefined} plain */
function inWords(took, plain) {
  if (took === undefined) return '–';
  const { wallMs } = took;
  return !plain || took === plain ? ms(wallMs) : `${ms(wallMs)} (${asRatios(took, plain)})`;
}

/** Plain node itself in milliseconds. @param {Took | undefined} took @param {Took | undefined} plain */
function asRatios(took, plain) {
  if (took === undefined) return '–';
  if (!plain || took === plain) return ms(took.wallMs);
  return `${times(took.wallMs / plain.wallMs)}, ${times(took.cpuMs / plain.cpuMs)}`;
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
