'use strict';

/** What the command line was asked. Everything after the entry belongs to the program. */

const { parseArgs } = require('node:util');
const { SafeHotError } = require('../errors');
const { WATCH_OPTIONS, nearestName, validate } = require('../options');

/** What decides how a program is reloaded. */
const RELOAD_OPTIONS = /** @type {const} */ ({
  help: { type: 'boolean', short: 'h' },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  unaccepted: { type: 'string' },
  'settle-timeout': { type: 'string' },
  'env-file': { type: 'string', multiple: true },
});

const OPTIONS = /** @type {const} */ ({
  ...RELOAD_OPTIONS,
  version: { type: 'boolean', short: 'v' },
  'dry-run': { type: 'boolean' },
  report: { type: 'string' },
  poll: { type: 'boolean' },
});

const CHECK_OPTIONS = /** @type {const} */ ({
  ...RELOAD_OPTIONS,
  json: { type: 'boolean' },
  rounds: { type: 'string' },
  timeout: { type: 'string' },
});

/** How often `check` reloads each module, and how long it goes on, in milliseconds. */
const CHECK_DEFAULTS = { rounds: 3, timeoutMs: 120_000 };

const DOCTOR_OPTIONS = /** @type {const} */ ({
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  entry: { type: 'string' },
  pid: { type: 'string' },
});

const HELP = `Usage: safe-hot [options] [entry] [arguments of the program]
       safe-hot check [--json] [--rounds <n>] [--timeout <ms>] [entry] [arguments of the program]
       safe-hot doctor [--json] [--entry <entry>] [--pid <pid>]
       safe-hot doctor [--json] <file.heapsnapshot>

Runs a program as node does and reloads it in place when a file of it is saved.
The check starts a program, reloads each module of it as it is (3 times), tells what that
leaves behind, and fails if there is anything. It stops after 120000 ms.
The doctor tells who holds the old versions that are in memory: of the program that runs in
this project, or that a heap snapshot shows.

Options:
  --report <text|json>     how reloads are reported on standard error (default: text)
  --dry-run                report what a save would replace, and replace nothing
  --include <glob>         only these files are hot; may be repeated
  --exclude <glob>         these files are not hot; may be repeated
  --unaccepted <reload|restart|ignore>
                           what to do with a change that no module accepts (default: reload)
  --settle-timeout <ms>    how long a new version may take to listen (default: 5000)
  --env-file <file>        variables for the program, read again when the file is saved; may be repeated
  --poll                   look at the files instead of being told of changes
  -h, --help               print this
  -v, --version            print the version
`;

/**
 * @typedef {{ command: 'help' } | { command: 'version' }
 *   | { command: 'doctor', file?: string, entry?: string, pid?: number, json: boolean }
 *   | { command: 'run', entry?: string, programArgs: string[], envFiles: string[], options: Record<string, any> }
 *   | { command: 'check', entry?: string, programArgs: string[], envFiles: string[], options: Record<string, any>, json: boolean,
 *     check: import('../check').CheckSettings }} Invocation
 */

/**
 * @param {string[]} args without `node` and the script
 * @returns {Invocation}
 * @throws {SafeHotError} ERR_SAFE_HOT_UNKNOWN_OPTION, ERR_SAFE_HOT_INVALID_OPTION, ERR_SAFE_HOT_INVALID_ARGUMENT
 */
function readArgs(args) {
  if (args[0] === 'doctor') return readDoctor(args.slice(1));
  if (args[0] === 'check') return readCheck(args.slice(1));
  const { own, entry, programArgs } = splitAtEntry(args, OPTIONS);
  const { values } = parse(own, OPTIONS);
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const options = {
    ...reloadOptions(values),
    report: values.report,
    dryRun: values['dry-run'],
    poll: values.poll,
  };
  const envFiles = values['env-file'] ?? [];
  const program = { ...(entry === undefined ? {} : { entry }), programArgs, envFiles };
  return { command: 'run', ...program, options: validate(options, WATCH_OPTIONS) };
}

/**
 * @param {string[]} args after `check`
 * @returns {Invocation}
 */
function readCheck(args) {
  const { own, entry, programArgs } = splitAtEntry(args, CHECK_OPTIONS);
  const { values } = parse(own, CHECK_OPTIONS);
  if (values.help) return { command: 'help' };
  const { json = false } = values;
  const check = {
    rounds: readCount('rounds', values.rounds, CHECK_DEFAULTS.rounds),
    timeoutMs: readCount('timeout', values.timeout, CHECK_DEFAULTS.timeoutMs),
  };
  const options = validate({ ...reloadOptions(values), report: 'none' }, WATCH_OPTIONS);
  const envFiles = values['env-file'] ?? [];
  const program = { ...(entry === undefined ? {} : { entry }), programArgs, envFiles };
  return { command: 'check', ...program, options, json, check };
}

/** @param {{ [name: string]: any }} values */
function reloadOptions({ include, exclude, unaccepted, 'settle-timeout': settleTimeout }) {
  const settleTimeoutMs = settleTimeout === undefined ? undefined : Number(settleTimeout);
  return { include, exclude, unaccepted, settleTimeoutMs };
}

/**
 * @param {string} option
 * @param {string | undefined} text
 * @param {number} otherwise
 */
function readCount(option, text, otherwise) {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const details = { option, expected: 'a whole number from 1 up', actual: JSON.stringify(text) };
  throw new SafeHotError('ERR_SAFE_HOT_INVALID_OPTION', details);
}

/**
 * @param {string[]} args after `doctor`
 * @returns {Invocation}
 */
function readDoctor(args) {
  const { values, positionals } = parse(args, DOCTOR_OPTIONS);
  if (values.help) return { command: 'help' };
  const { json = false, entry, pid } = values;
  const [file] = positionals;
  const count = positionals.length;
  if (count > 1 || (count === 1 && (entry ?? pid) !== undefined)) {
    const expected = 'one heap snapshot, without --entry and --pid';
    const details = { name: 'file', expected, actual: positionals.join(' ') };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details);
  }
  if (file !== undefined) return { command: 'doctor', file, json };
  if (pid === undefined) return { command: 'doctor', json, ...(entry ? { entry } : {}) };
  return { command: 'doctor', json, pid: readCount('pid', pid, 0) };
}

/**
 * The first argument that is no option, and no option's value, is the entry.
 *
 * @param {string[]} args
 * @param {NonNullable<import('node:util').ParseArgsConfig['options']>} options
 */
function splitAtEntry(args, options) {
  const { tokens } = parseArgs({
    args,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const first = tokens.find(({ kind }) => kind === 'positional');
  if (!first) return { own: args, entry: undefined, programArgs: [] };
  const { index } = first;
  const own = args.slice(0, index).filter((arg) => arg !== '--');
  return { own, entry: args[index], programArgs: args.slice(index + 1) };
}

/**
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} O
 * @param {string[]} args
 * @param {O} options
 */
function parse(args, options) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const details = { name: 'the command line', expected: 'as --help says', actual: message };
      throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details, error);
    }
    const option = args.find((arg) => arg.startsWith('-') && message.includes(arg.split('=')[0]));
    const nearest =
      option?.startsWith('--') &&
      nearestName(
        option,
        Object.keys(options).map((name) => `--${name}`),
      );
    const details = { option: option ?? message, nearest };
    throw new SafeHotError('ERR_SAFE_HOT_UNKNOWN_OPTION', details, error);
  }
}

exports.HELP = HELP;
exports.readArgs = readArgs;
