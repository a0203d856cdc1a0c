'use strict';

/** What the command line was asked. Everything after the entry belongs to the program. */

const { parseArgs } = require('node:util');
const { SafeHotError } = require('../errors');
const { WATCH_OPTIONS, nearestName, validate } = require('../options');

const OPTIONS = /** @type {const} */ ({
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  'dry-run': { type: 'boolean' },
  report: { type: 'string' },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  unaccepted: { type: 'string' },
  'settle-timeout': { type: 'string' },
  poll: { type: 'boolean' },
});

const DOCTOR_OPTIONS = /** @type {const} */ ({
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  entry: { type: 'string' },
  pid: { type: 'string' },
});

const HELP = `Usage: safe-hot [options] <entry> [arguments of the program]
       safe-hot doctor [--json] [--entry <entry>] [--pid <pid>]
       safe-hot doctor [--json] <file.heapsnapshot>

Runs a program as node does and reloads it in place when a file of it is saved.
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
  --poll                   look at the files instead of being told of changes
  -h, --help               print this
  -v, --version            print the version
`;

/**
 * @typedef {{ command: 'help' } | { command: 'version' }
 *   | { command: 'doctor', file?: string, entry?: string, pid?: number, json: boolean }
 *   | { command: 'run', entry: string, programArgs: string[], options: Record<string, any> }} Invocation
 */

/**
 * @param {string[]} args without `node` and the script
 * @returns {Invocation}
 * @throws {SafeHotError} ERR_SAFE_HOT_UNKNOWN_OPTION, ERR_SAFE_HOT_INVALID_OPTION, ERR_SAFE_HOT_INVALID_ARGUMENT
 */
function readArgs(args) {
  if (args[0] === 'doctor') return readDoctor(args.slice(1));
  const { own, entry, programArgs } = splitAtEntry(args);
  const values = parse(own, OPTIONS).values;
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  if (entry === undefined) {
    const details = { name: 'entry', expected: 'the file of a program', actual: 'missing' };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_ARGUMENT', details);
  }
  const settleTimeout = values['settle-timeout'];
  const options = {
    report: values.report,
    dryRun: values['dry-run'],
    include: values.include,
    exclude: values.exclude,
    unaccepted: values.unaccepted,
    settleTimeoutMs: settleTimeout === undefined ? undefined : Number(settleTimeout),
    poll: values.poll,
  };
  return { command: 'run', entry, programArgs, options: validate(options, WATCH_OPTIONS) };
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
  if (!/^\d+$/.test(pid)) {
    const details = { option: 'pid', expected: 'the id of a process', actual: JSON.stringify(pid) };
    throw new SafeHotError('ERR_SAFE_HOT_INVALID_OPTION', details);
  }
  return { command: 'doctor', json, pid: Number(pid) };
}

/**
 * The first argument that is no option, and no option's value, is the entry.
 *
 * @param {string[]} args
 */
function splitAtEntry(args) {
  const { tokens } = parseArgs({
    args,
    options: OPTIONS,
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
