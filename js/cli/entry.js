'use strict';

/**
 * Finds what to run where the command line does not say: `main` of `package.json`, or the command of a package that a
 * script gives it to; else what the script `start` or `dev` runs under node, tsx, nodemon, ts-node, vite-node or nest.
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { SafeHotError } = require('../errors');
const { projectRoot } = require('../options');

/**
 * @typedef {object} Found
 * @property {string} entry absolute
 * @property {string[]} programArgs
 * @property {string[]} nodeArgs
 * @property {Record<string, string>} env
 * @property {string} [cwd] where npm runs scripts
 * @property {string} [command] of a package, by its name
 * @property {string} from where it was found, for people
 */

const SCRIPTS = ['start', 'dev'];

/** Flags of each runner that take the next word as their value, besides those of node. */
const NODE_VALUES =
  '-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --watch-path --title';
/** @type {Record<string, string>} */
const VALUES = {
  node: NODE_VALUES,
  tsx: `${NODE_VALUES} --tsconfig --include --exclude --ignore`,
  nodemon: `${NODE_VALUES} -w --watch -e --ext -i --ignore -x --exec -d --delay -s --signal --config --cwd`,
  'vite-node': `${NODE_VALUES} -c --config -m --mode -l --logLevel --root --base`,
  'ts-node': `${NODE_VALUES} -P --project -O --compiler-options --compiler --cwd -I --ignore -D --ignore-diagnostics`,
};
/** Other names of the same. @type {Record<string, string>} */
const ALIASES = { 'ts-node-dev': 'ts-node', 'ts-node-esm': 'ts-node', tsnd: 'ts-node' };

/** What node is to have too; all else is a matter of the runner, or of watching. */
/** Where programs are, most often: for a hint, since what is guessed is not run. */
const LIKELY = ['app', 'server', 'index', 'main'].flatMap((name) =>
  ['', 'src/'].flatMap((folder) => ['.js', '.ts', '.mjs'].map((end) => folder + name + end)),
);

const PASSED_ON =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file.*|--inspect.*|--title|--max-old-space-size|--trace-.*|--enable-source-maps|--no-.*|--expose-gc|--stack-trace-limit)(=|$)/;
/** Compilers of TypeScript, which safe-hot runs as it is. */
const COMPILERS =
  /^(ts-node|tsx|tsconfig-paths|@?swc-node|@swc\/register|@swc-node\/|esbuild-register|@babel\/register)/;

/**
 * @param {string} cwd
 * @returns {Found}
 * @throws {SafeHotError} ERR_SAFE_HOT_NO_ENTRY
 */
function findEntry(cwd) {
  const root = projectRoot(cwd);
  const file = path.join(root, 'package.json');
  const { main, scripts } = readPackage(file);
  const tried = [];
  if (typeof main === 'string') {
    const entry = resolve(root, main);
    if (entry) {
      const found = { entry, programArgs: [], nodeArgs: [], env: {}, from: 'main of package.json' };
      return commandFor(entry, scripts, root) ?? found;
    }
    tried.push(`main is ${main}, which does not exist`);
  }
  for (const name of SCRIPTS) {
    const script = scripts?.[name];
    if (typeof script !== 'string') continue;
    const found = readScript(script, root);
    if (found) return { ...found, cwd: root, from: `scripts.${name} of package.json` };
    tried.push(`scripts.${name} is "${script}"`);
  }
  const reason =
    tried.length > 0 ? tried.join(', ') : 'it has neither main nor a script start or dev';
  const likely = LIKELY.find((name) => fs.existsSync(path.join(root, name)));
  throw new SafeHotError('ERR_SAFE_HOT_NO_ENTRY', { path: file, reason, likely });
}

/**
 * `fastify start app.js`: what a command of a package is given is no program by itself.
 *
 * @param {string} main
 * @param {Record<string, unknown> | undefined} scripts
 * @param {string} root
 * @returns {Found | undefined}
 */
function commandFor(main, scripts, root) {
  for (const name of SCRIPTS) {
    const script = scripts?.[name];
    if (typeof script !== 'string') continue;
    const { env, words } = lastCommand(script);
    const [command = '', ...programArgs] = words;
    if (runnerOf(command) in VALUES || !programArgs.some((word) => resolve(root, word) === main)) {
      continue;
    }
    const entry = findCommand(command, root);
    if (entry === command) continue;
    return {
      entry,
      command,
      programArgs,
      nodeArgs: [],
      env,
      cwd: root,
      from: `scripts.${name} of package.json`,
    };
  }
  return undefined;
}

/**
 * What a script runs, if its last command is one of the runners.
 *
 * @param {string} script
 * @param {string} root
 * @returns {Omit<Found, 'from'> | undefined}
 */
function readScript(script, root) {
  const { env, words } = lastCommand(script);
  const found = readCommand(runnerOf(words.shift() ?? ''), words, root);
  const entry = found && resolve(root, found.entry);
  return found && entry ? { ...found, entry, env } : undefined;
}

/** @param {string} script @returns {{ env: Record<string, string>, words: string[] }} */
function lastCommand(script) {
  const words = wordsOf(script.split(/&&|;/).at(-1) ?? '');
  /** @type {Record<string, string>} */
  const env = {};
  for (;;) {
    const [, name, value = ''] = /^(\w+)=(.*)$/s.exec(words[0] ?? '') ?? [];
    if (name) env[name] = value;
    else if (!/^(npx|cross-env|exec|env)$/.test(words[0] ?? '')) break;
    words.shift();
  }
  return { env, words };
}

/** @param {string} command */
function runnerOf(command) {
  const name = path.basename(command);
  return ALIASES[name] ?? name;
}

/**
 * @param {string} runner
 * @param {string[]} words after it
 * @param {string} root
 * @returns {{ entry: string, programArgs: string[], nodeArgs: string[] } | undefined}
 */
function readCommand(runner, words, root) {
  if (runner === 'nest' && words[0] === 'start') return nestEntry(words[1], root);
  const values = VALUES[runner]?.split(' ');
  if (!values) return undefined;
  /** @type {string[]} */
  const nodeArgs = [];
  let index = 0;
  if (runner === 'tsx' && words[0] === 'watch') index = 1;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) break;
    // Text to run is no file.
    if (runner === 'node' && /^(-e|--eval|-p|--print)$/.test(word)) return undefined;
    const takesNext = values.includes(word);
    const value = takesNext ? (words[(index += 1)] ?? '') : (word.split('=')[1] ?? '');
    // `nodemon --exec "ts-node -r x" app.ts`
    if (runner === 'nodemon' && /^(-x|--exec)$/.test(word)) {
      const [inner = '', ...flags] = wordsOf(value);
      const name = ALIASES[inner] ?? inner;
      return readCommand(name, [...flags, ...words.slice(index + 1)], root);
    }
    if (!PASSED_ON.test(word) || COMPILERS.test(value)) continue;
    nodeArgs.push(word, ...(takesNext ? [value] : []));
  }
  const entry = words[index];
  return entry === undefined ? undefined : { entry, programArgs: words.slice(index + 1), nodeArgs };
}

/**
 * The source of what `nest start` compiles and runs, as `nest-cli.json` has it.
 *
 * @param {string | undefined} project
 * @param {string} root
 */
function nestEntry(project = '', root) {
  const file = path.join(root, 'nest-cli.json');
  const config = fs.existsSync(file) ? readJson(file) : {};
  const { sourceRoot = 'src', entryFile = 'main' } = { ...config, ...config.projects?.[project] };
  return { entry: `${sourceRoot}/${entryFile}.ts`, programArgs: [], nodeArgs: [] };
}

/** Words as a shell parts them; quotes are taken off. @param {string} text */
function wordsOf(text) {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {string | undefined} the file that node would run
 */
function resolve(root, name) {
  const file = path.resolve(root, name);
  try {
    return createRequire(file).resolve(file);
  } catch {
    // Runners of TypeScript take a name without its extension.
    return ['.ts', '.tsx', '.mts', '.cts']
      .map((each) => file + each)
      .find((each) => fs.existsSync(each));
  }
}

/** @param {string} file @returns {{ main?: unknown, scripts?: Record<string, unknown> }} */
function readPackage(file) {
  if (fs.existsSync(file)) return readJson(file);
  const reason = 'there is no package.json';
  throw new SafeHotError('ERR_SAFE_HOT_NO_ENTRY', { path: file, reason });
}

/** @param {string} file @returns {any} */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) ?? {};
  } catch (cause) {
    const { message: reason } = /** @type {Error} */ (cause);
    throw new SafeHotError('ERR_SAFE_HOT_NO_ENTRY', { path: file, reason }, cause);
  }
}

/**
 * The command of a package, by the name that scripts know it by.
 *
 * @param {string} name as on the command line
 * @param {string} cwd
 * @returns {string} its file, or `name` where that is a file itself or there is no such command
 */
function findCommand(name, cwd) {
  if (/[\\/]/.test(name) || fs.existsSync(path.resolve(cwd, name))) return name;
  for (let at = cwd; ; at = path.dirname(at)) {
    const file = path.join(at, 'node_modules', '.bin', name);
    if (fs.existsSync(file) && isScript(fs.realpathSync(file))) return fs.realpathSync(file);
    if (path.dirname(at) === at) return name;
  }
}

/** Would node run it? @param {string} file */
function isScript(file) {
  return (
    /\.[cm]?js$/.test(file) || /^#!.*\bnode\b/.test(fs.readFileSync(file, 'latin1').slice(0, 200))
  );
}

exports.findEntry = findEntry;
exports.findCommand = findCommand;
