'use strict';

/**
 * The catalogue of everything that safe-hot can say went wrong. A code is kept for good once it is released;
 * messages may change. `scripts/errors-doc.js` makes `docs/errors.md` from it.
 */

const path = require('node:path');

/** @type {Record<string, { message: (details: any) => string, solve: string }>} */
const CATALOGUE = {
  ERR_SAFE_HOT_ADAPTER: {
    message: (d) => `The adapter for ${d.package} ${d.version} does not fit: ${d.reason}`,
    solve:
      'The package is used as it is, so what hot modules register with it may pile up. Look for a newer adapter, or write one: docs/guide/adapters.md.',
  },
  ERR_SAFE_HOT_ADAPTER_FILE: {
    message: (d) =>
      `The adapters of ${d.path} could not be loaded: ${d.reason?.message ?? d.reason}`,
    solve:
      'Export an adapter, or an array of them, from each file that the option "adapters" names.',
  },
  ERR_SAFE_HOT_ADDRESS: {
    message: (d) =>
      `${d.path} listens on ${d.address} now, and the version in use on ${d.used}, which is the same port: the process must start again`,
    solve: 'Restart the process. The command line does it by itself.',
  },
  ERR_SAFE_HOT_ALREADY_WATCHING: {
    message: () =>
      'watch() is active already; close() the first watcher or give both sets of options to one call',
    solve:
      'Keep the watcher that the first call returned, or `close()` it before calling `watch()` again.',
  },
  ERR_SAFE_HOT_ASYNC: {
    message: (d) =>
      `${d.path}, or what it imports, awaits at the top level, so it cannot be reloaded synchronously; ${inUse(d)}`,
    solve: 'Use `await reload(path)`, then `await import(path)`.',
  },
  ERR_SAFE_HOT_BAD_GLOB: {
    message: (d) => d.reason,
    solve:
      'Correct the pattern. `*` stays within a folder, `**` crosses folders, `{a,b}` are alternatives.',
  },
  ERR_SAFE_HOT_BUILTIN: {
    message: (d) => `${d.specifier} is part of Node and cannot be reloaded`,
    solve: 'Only files can be reloaded.',
  },
  ERR_SAFE_HOT_BUSY: {
    message: (d) => `${d.what} was called while another reload was under way`,
    solve:
      'Call it when the reload has ended, for example from a timer or a request, or call `reload()`, which waits.',
  },
  ERR_SAFE_HOT_CHECK: {
    message: (d) => `${d.path} ${d.reason}`,
    solve:
      'Mend what ends the program, or let it end by itself: one that calls `process.exit()` cannot be reloaded. A slow one may need a longer `--timeout`.',
  },
  ERR_SAFE_HOT_COLD_CHANGED: {
    message: (d) =>
      `${d.path} is cold and was loaded: the process must start again to use the change`,
    solve: 'Restart the process. The command line does it by itself.',
  },
  ERR_SAFE_HOT_CONFIG: {
    message: (d) => `The settings in ${d.path} cannot be read: ${d.reason}`,
    solve:
      'Mend the file that the message names. A project has its settings in one place: under "safe-hot" in `package.json`, or in one file named `safe-hot.config` with `.json`, `.js`, `.mjs`, `.cjs`, `.ts` or `.mts`, which exports them by default.',
  },
  ERR_SAFE_HOT_DECLINED: {
    message: (d) => `${d.path} cannot be replaced: ${d.by} declines it`,
    solve: 'Restart the process, or remove the `hot.decline()` call.',
  },
  ERR_SAFE_HOT_DELETED: {
    message: (d) => `${d.path} was deleted and is still required; ${inUse(d)}`,
    solve: 'Bring the file back, or remove the `require` that names it.',
  },
  ERR_SAFE_HOT_DIRECTORY: {
    message: (d) => `${d.path} is a folder now; ${inUse(d)}`,
    solve: 'Put the file back, or change the `require` that names it.',
  },
  ERR_SAFE_HOT_DISPOSE: {
    message: (d) => `Disposing ${d.what} of ${d.path}@${d.version} failed: ${d.reason}`,
    solve: 'The `cause` is what was thrown. Everything else of that version was disposed.',
  },
  ERR_SAFE_HOT_EMPTY: {
    message: (d) => `${d.path} is empty, which is how a save in progress looks; ${inUse(d)}`,
    solve: 'Save the file again. A module that is meant to do nothing may hold a comment.',
  },
  ERR_SAFE_HOT_ENTRY_NOT_FOUND: {
    message: (d) => `The entry ${d.path} does not exist`,
    solve: 'Give the path of the file that `node` would run.',
  },
  ERR_SAFE_HOT_ENV_CHANGED: {
    message: (d) =>
      `${d.path} was read into process.env: the process must start again to use the change`,
    solve: 'Restart the process. The command line does it by itself.',
  },
  ERR_SAFE_HOT_ES_MODULE: {
    message: (d) => `${d.path} is an ES module, which this version loads but does not reload`,
    solve: 'Restart the process to use the change.',
  },
  ERR_SAFE_HOT_EVALUATE: {
    message: (d) => `Evaluating ${d.path} failed: ${d.reason}; ${inUse(d)}`,
    solve: 'The `cause` is the error that the module threw. Mend the module and save it.',
  },
  ERR_SAFE_HOT_EXIT: {
    message: (d) =>
      `The new version called process.exit(${d.exitCode}) while it started; ${inUse(d)}`,
    solve: 'Look at what the program printed before it gave up, mend it and save.',
  },
  ERR_SAFE_HOT_EXPORTS_CHANGED: {
    message: (d) =>
      `${d.path} exports other names now (${d.names}), which ${d.importer} cannot see: the process must start again`,
    solve: 'Restart the process. The command line does it by itself.',
  },
  ERR_SAFE_HOT_INTERNAL: {
    message: (d) => `safe-hot met a bug of its own: ${d.reason}; the process goes on`,
    solve: 'Please report it with the message and the stack.',
  },
  ERR_SAFE_HOT_INVALID_ARGUMENT: {
    message: (d) => `${d.name} must be ${d.expected}, not ${d.actual}`,
    solve: 'Pass a value of the type that the message names.',
  },
  ERR_SAFE_HOT_INVALID_OPTION: {
    message: (d) =>
      `The option "${d.option}"${d.source ? ` in ${d.source}` : ''} must be ${d.expected}, not ${d.actual}`,
    solve: 'Pass a value of the kind that the message names.',
  },
  ERR_SAFE_HOT_KEPT: {
    message: (d) =>
      `${d.path} asks ${d.package} for another connection than the one that is open, which all versions share: the process must start again`,
    solve: 'Restart the process. The command line does it by itself.',
  },
  ERR_SAFE_HOT_LINK: {
    message: (d) =>
      `${d.importer}:${d.line}:${d.column} ${d.reason}${d.path === d.importer ? '' : ` since ${d.path} has changed`}; ${inUse(d)}`,
    solve:
      'Export the name, or take it out of the import at the place that the code frame shows, and save.',
  },
  ERR_SAFE_HOT_NATIVE_ADDON: {
    message: (d) => `${d.path} is a native addon, which no process can load twice`,
    solve: 'Restart the process to use a new build of an addon.',
  },
  ERR_SAFE_HOT_NATIVE_MISSING: {
    message: (d) => `safe-hot has no native part for ${d.platform}: ${d.reason}`,
    solve:
      'It is in a package of its own for each system, an optional dependency: install with optional dependencies, and with a lock file that was made for this system too. In a clone, `npm run build` makes it.',
  },
  ERR_SAFE_HOT_NOT_FOUND: {
    message: (d) => `${d.specifier} was not found from ${d.from}`,
    solve: 'A relative path is relative to the calling file, as with `require`.',
  },
  ERR_SAFE_HOT_NOT_ISOLATED: {
    message: (d) => `${d.path} is not isolated: ${d.reasons.join('; ')}`,
    solve: 'Let one module alone import it, or call `hotReload` without `isolated`.',
  },
  ERR_SAFE_HOT_NOT_RUNNING: {
    message: (d) =>
      `No ${d.what} runs under safe-hot in ${d.root}${d.running ? `; there is ${d.running}` : ''}`,
    solve:
      'Start the program with `safe-hot` or `safe-hot/register`, and ask once it is ready. `--pid` finds one of another project.',
  },
  ERR_SAFE_HOT_NO_ANSWER: {
    message: (d) => `${d.what} gives no answer: ${d.reason}`,
    solve: 'Wait until the program has time, or end it. If it runs in a debugger, let it go on.',
  },
  ERR_SAFE_HOT_NO_ENTRY: {
    message: (d) =>
      `No entry was given, and ${d.path} names none: ${d.reason}${d.likely ? `; try "safe-hot ${d.likely}"` : ''}`,
    solve:
      'Name the file that `node` would run: `safe-hot server.js`. A command of a package may be named too: `safe-hot fastify start app.js`.',
  },
  ERR_SAFE_HOT_RESOLVE: {
    message: (d) => d.reason,
    solve: 'Correct the `package.json` that the message names, or its permissions.',
  },
  ERR_SAFE_HOT_RESTORE: {
    message: (d) =>
      `${d.path} failed, and so did its last good version when it was evaluated again`,
    solve: 'Restart the process: its state is not known any more.',
  },
  ERR_SAFE_HOT_SEVERAL_RUN: {
    message: (d) => `Several programs run under safe-hot here: ${d.running}`,
    solve: 'Choose one with `--pid <pid>`, or `--entry <entry>`.',
  },
  ERR_SAFE_HOT_SNAPSHOT: {
    message: (d) => `${d.path ? `${d.path}: ` : ''}${d.reason}`,
    solve:
      'Write the snapshot again, with `v8.writeHeapSnapshot()` or developer tools; one that was cut off cannot be read.',
  },
  ERR_SAFE_HOT_SYNTAX: {
    message: (d) => `${d.path}:${d.line}:${d.column} ${d.reason}; ${inUse(d)}`,
    solve: 'Mend the syntax at the place that the code frame shows and save.',
  },
  ERR_SAFE_HOT_TSCONFIG: {
    message: (d) => `${d.reason}${d.staysInUse ? '; what runs stays in use' : ''}`,
    solve: 'Mend the tsconfig.json that the message names, or the file that it extends, and save.',
  },
  ERR_SAFE_HOT_UNACCEPTED: {
    message: (d) => `No module accepts the change of ${d.path}`,
    solve:
      'Accept it with `module.hot.accept`, or leave the option "unaccepted" at its default, "reload".',
  },
  ERR_SAFE_HOT_UNKNOWN_MODULE: {
    message: (d) => `${d.reason}`,
    solve: 'Please report it: the module graph was asked for a module that it does not hold.',
  },
  ERR_SAFE_HOT_UNKNOWN_OPTION: {
    message: (d) =>
      `There is no option "${d.option}"${d.source ? ` in ${d.source}` : ''}${d.nearest ? `; did you mean "${d.nearest}"?` : ''}`,
    solve: 'The README lists every option.',
  },
  ERR_SAFE_HOT_UNREADABLE: {
    message: (d) => `${d.path} cannot be read (${d.reason}); ${inUse(d)}`,
    solve: 'Check the permissions of the file.',
  },
  ERR_SAFE_HOT_UNRESOLVED: {
    message: (d) =>
      `${d.path} requires ${JSON.stringify(d.specifier)}, which was not found; ${inUse(d)}`,
    solve: 'Create the file, install the package or correct the name.',
  },
  ERR_SAFE_HOT_UNSEEN: {
    message: (d) =>
      `${d.tool} does not see ${d.path}, which ${d.importer} imports, nor other ES packages that hot modules import`,
    solve:
      'Import the package with `await import()`, or in a module that `exclude` makes cold: what Node loads by itself is seen.',
  },
  ERR_SAFE_HOT_WATCH: {
    message: (d) => `Watching failed: ${d.reason}`,
    solve: 'Raise the limits of the system for watches and open files, or use the option "poll".',
  },
};

/** What serves now, at the end of each message of a reload that did not happen. */
function inUse(/** @type {{ version?: number | undefined }} */ details) {
  return details.version ? `version ${details.version} stays in use` : 'nothing was changed';
}

/** Details that are paths; a message shows them relative to the working directory. */
const PATHS = ['path', 'by', 'from', 'importer', 'source'];

/** @param {Record<string, unknown>} details */
function forPeople(details) {
  const shown = { ...details };
  for (const name of PATHS) {
    const value = shown[name];
    if (typeof value === 'string' && path.isAbsolute(value)) shown[name] = relativeToCwd(value);
  }
  return shown;
}

/** @param {string} file */
function relativeToCwd(file) {
  try {
    return path.relative(process.cwd(), file) || '.';
  } catch {
    // The working directory may be gone.
    return file;
  }
}

/** @typedef {keyof typeof CATALOGUE} ErrorCode */

/** An error with a stable `code`. Tell errors apart by `code`: two copies of this package may be loaded. */
class SafeHotError extends Error {
  /**
   * @param {string} code one of the catalogue
   * @param {Record<string, unknown>} details values of the message, absolute and unformatted
   * @param {unknown} [cause] the error underneath, untouched
   */
  constructor(code, details = {}, cause) {
    const entry = CATALOGUE[code];
    const message = entry ? entry.message(forPeople(details)) : String(details.reason ?? code);
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SafeHotError';
    this.code = code;
    this.details = details;
    /** @type {string | undefined} a code frame, if the failure has a place in a file */
    this.frame = undefined;
  }
}

exports.CATALOGUE = CATALOGUE;
exports.SafeHotError = SafeHotError;
