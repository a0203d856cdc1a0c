'use strict';

/**
 * Defaults and validation. The only place that reads what users set: options, `package.json`, a file of its own and the
 * environment, but for NODE_ENV, which `production.js` reads before anything is loaded.
 */

const fs = require('node:fs');
const path = require('node:path');
const { readConfigFile } = require('./config-file');
const { SafeHotError } = require('./errors');

/** @typedef {import('./types').EngineOptions} EngineOptions */

/**
 * @typedef {object} OptionKind
 * @property {string} expected
 * @property {(value: any) => boolean} accepts
 */

/** @type {OptionKind} */
const GLOBS = {
  expected: 'an array of glob patterns',
  accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
};

/** @type {OptionKind} */
const BOOLEAN = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

/** @param {string[]} names @returns {OptionKind} */
function oneOf(...names) {
  return {
    expected: `one of ${names.map((name) => JSON.stringify(name)).join(', ')}`,
    accepts: (value) => names.includes(value),
  };
}

/** @type {Record<string, OptionKind>} */
const WATCH_OPTIONS = {
  adapters: {
    expected: 'an array of files',
    accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  },
  include: GLOBS,
  exclude: GLOBS,
  unaccepted: oneOf('reload', 'restart', 'ignore'),
  settleTimeoutMs: {
    expected: 'a number of milliseconds from 0 up',
    accepts: (value) => Number.isFinite(value) && value >= 0,
  },
  graceMs: {
    expected: 'a number of milliseconds from 0 up',
    accepts: (value) => Number.isFinite(value) && value >= 0,
  },
  dryRun: BOOLEAN,
  trackReads: BOOLEAN,
  keepUpgraded: BOOLEAN,
  poll: {
    expected: 'true, false, or a number of milliseconds from 10 up',
    accepts: (value) => typeof value === 'boolean' || (Number.isFinite(value) && value >= 10),
  },
  report: oneOf('text', 'json', 'none'),
};

/** @type {Record<string, OptionKind>} */
const HOT_RELOAD_OPTIONS = { isolated: BOOLEAN };

const POLL_INTERVAL_MS = 200;

/**
 * @param {unknown} options
 * @param {Record<string, OptionKind>} kinds
 * @param {string} [source] the file that they stand in
 * @returns {Record<string, any>}
 * @throws {SafeHotError} ERR_SAFE_HOT_UNKNOWN_OPTION, ERR_SAFE_HOT_INVALID_OPTION, ERR_SAFE_HOT_INVALID_ARGUMENT
 */
function validate(options, kinds, source) {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', {
      name: source ? `What ${path.basename(source)} says of safe-hot` : 'options',
      expected: 'an object',
      actual: describe(options),
    });
  }
  for (const [option, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined;
    if (!kind) {
      const nearest = nearestName(option, Object.keys(kinds));
      throw new SafeHotError('ERR_SAFE_HOT_UNKNOWN_OPTION', { option, nearest, source });
    }
    if (value !== undefined && !kind.accepts(value)) {
      const details = { option, expected: kind.expected, actual: describe(value), source };
      throw new SafeHotError('ERR_SAFE_HOT_INVALID_OPTION', details);
    }
  }
  return { ...options };
}

/**
 * What holds for a project: the defaults, then `package.json` or `safe-hot.config.*`, then the environment, then the call.
 *
 * @param {string} root
 * @param {Record<string, any>} given validated
 * @param {Record<string, any>} [defaults]
 * @returns {EngineOptions}
 * @throws {SafeHotError} ERR_SAFE_HOT_CONFIG, and what `validate` throws
 */
function resolveOptions(root, given, defaults = {}) {
  const project = readProjectOptions(root);
  const merged = {
    ...defaults,
    ...project.options,
    ...readEnvironment(),
    ...dropUndefined(given),
  };
  const poll = merged['poll'] ?? false;
  return {
    root,
    adapters: merged['adapters'] ?? [],
    configFiles: project.files,
    include: merged['include'] ?? [],
    exclude: merged['exclude'] ?? [],
    unaccepted: merged['unaccepted'] ?? 'reload',
    settleTimeoutMs: merged['settleTimeoutMs'] ?? 5_000,
    graceMs: merged['graceMs'] ?? 5_000,
    dryRun: merged['dryRun'] ?? false,
    trackReads: merged['trackReads'] ?? true,
    keepUpgraded: merged['keepUpgraded'] ?? false,
    pollIntervalMs: poll === true ? POLL_INTERVAL_MS : poll || null,
    report: merged['report'] ?? 'none',
  };
}

/** @param {string} root */
function readProjectOptions(root) {
  const manifest = path.join(root, 'package.json');
  const inPackage = readPackage(manifest);
  const found = readConfigFile(root);
  if (!found) return { options: validate(inPackage, WATCH_OPTIONS, manifest), files: [] };
  if (inPackage !== undefined) {
    const reason = '"safe-hot" in package.json is there too; keep one of them';
    throw new SafeHotError('ERR_SAFE_HOT_CONFIG', { path: found.path, reason });
  }
  // A file that exports nothing by default is no file with nothing to say.
  const settings = found.settings ?? null;
  return { options: validate(settings, WATCH_OPTIONS, found.path), files: found.files };
}

/** @param {string} file */
function readPackage(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text)['safe-hot'];
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new SafeHotError('ERR_SAFE_HOT_CONFIG', { path: file, reason }, error);
  }
}

function readEnvironment() {
  const report = process.env['SAFE_HOT_REPORT'];
  return report === undefined ? {} : validate({ report }, WATCH_OPTIONS);
}

/** @param {Record<string, any>} options */
function dropUndefined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/**
 * The nearest folder with a `package.json`, from `folder` upwards; `folder` itself if there is none.
 *
 * @param {string} folder
 */
function projectRoot(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'package.json'))) return at;
    if (path.dirname(at) === at) return folder;
  }
}

/**
 * The project of a program. One that is a command of a package works on the project in whose folder it is called.
 *
 * @param {string | undefined} [entry] default: what this process runs
 */
function rootFor(entry = process.argv[1]) {
  const isTool = !entry || entry.split(path.sep).includes('node_modules');
  return projectRoot(isTool ? process.cwd() : path.dirname(path.resolve(entry)));
}

/**
 * The right name for a mistyped one, if one is near enough.
 *
 * @param {string} name
 * @param {string[]} names
 */
function nearestName(name, names) {
  const [best] = names
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, name.length / 3) ? best.each : undefined;
}

/**
 * Levenshtein's distance.
 *
 * @param {string} a
 * @param {string} b
 */
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = /** @type {number} */ (row[j - 1]) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const drop = /** @type {number} */ (row[j]) + 1;
      const insert = /** @type {number} */ (next[j - 1]) + 1;
      next.push(Math.min(change, drop, insert));
    }
    row = next;
  }
  return /** @type {number} */ (row[b.length]);
}

/** @param {unknown} value */
function describe(value) {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}

exports.WATCH_OPTIONS = WATCH_OPTIONS;
exports.HOT_RELOAD_OPTIONS = HOT_RELOAD_OPTIONS;
exports.validate = validate;
exports.nearestName = nearestName;
exports.resolveOptions = resolveOptions;
exports.projectRoot = projectRoot;
exports.rootFor = rootFor;
exports.describe = describe;
