'use strict';

/** What an import stands for, by the rules of Node, or of TypeScript where a file of that asks. */

const Module = require('node:module');
const path = require('node:path');
const { binding } = require('./native');
const { preservesSymlinks, userConditions } = require('./node-arguments');

/** Conditions of `exports` and `imports` beside `default`, by the kind of the request. */
const CONDITIONS = {
  import: ['node', 'import', 'module-sync', 'node-addons'],
  require: ['node', 'require', 'module-sync', 'node-addons'],
};
/** Those that an import may leave out, first come first served. */
const EXTENSIONS = {
  node: ['.js', '.json', '.node'],
  typescript: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.json', '.node'],
};
const TYPESCRIPT = /\.(?:[mc]?ts|tsx|jsx)$/;
const RELATIVE = /^(?:\/|\.{1,2}(?:\/|$))/;

/**
 * @typedef {import('./binding').NativeResolver} NativeResolver
 * @typedef {{ type: 'builtin', name: string } | { type: 'file', path: string }} Target
 * @typedef {keyof typeof CONDITIONS} RequestKind
 *
 * @typedef {object} ResolveParts
 * @property {ResolveImport} byTypeScript what its rules alone give; null for an importer that is none of its files
 * @property {(importer: string, specifier: string) => string[]} bases the paths where a module of the project may be that
 *   a specifier means; what an import may leave out is left out there
 * @property {() => void} clear forgets what was on the disk
 *
 * @typedef {'node' | 'typescript'} Rules
 *
 * @callback ResolveImport
 * @param {string} importer absolute
 * @param {string} specifier
 * @param {RequestKind} [kind] `import` if left out
 * @returns {Target | null} null for what is not there
 */

/**
 * @param {import('./tsconfigs').Tsconfigs} tsconfigs
 * @returns {ResolveImport & ResolveParts}
 */
function makeResolveImport(tsconfigs) {
  /** JavaScript that TypeScript compiles too: Node's rules come first there. */
  const isCompiled = (/** @type {string} */ filename) => tsconfigs.allowsJs(filename);
  /** Made when they are first needed: a program in CommonJS never does. @type {Map<string, NativeResolver>} */
  const resolvers = new Map();
  const resolverFor = (/** @type {Rules} */ rules, /** @type {RequestKind} */ kind) => {
    const key = `${rules} ${kind}`;
    const resolver = resolvers.get(key) ?? makeResolver(rules, kind, tsconfigs);
    resolvers.set(key, resolver);
    return resolver;
  };
  const find = (
    /** @type {NativeResolver} */ resolver,
    /** @type {string} */ importer,
    /** @type {string} */ specifier,
  ) => {
    const resolved = resolver.resolve(importer, specifier);
    return resolved.type === 'failed' ? null : resolved;
  };
  /** @type {ResolveImport} */
  const byTypeScript = (importer, specifier, kind = 'import') =>
    isTypeScript(importer) || isCompiled(importer)
      ? find(resolverFor('typescript', kind), importer, specifier)
      : null;
  /** @type {ResolveImport} */
  const resolve = (importer, specifier, kind = 'import') => {
    const found = isTypeScript(importer)
      ? null
      : find(resolverFor('node', kind), importer, specifier);
    return (
      found ?? byTypeScript(importer, specifier, kind) ?? byPlugAndPlay(importer, specifier, kind)
    );
  };
  const bases = (/** @type {string} */ importer, /** @type {string} */ specifier) => {
    if (RELATIVE.test(specifier)) return [path.resolve(path.dirname(importer), specifier)];
    // Node's rules come first for JavaScript.
    const isNodes = () => find(resolverFor('node', 'import'), importer, specifier) !== null;
    if (!isTypeScript(importer) && (isNodes() || !isCompiled(importer))) return [];
    return resolverFor('typescript', 'import').aliases(importer, specifier);
  };
  const clear = () => {
    for (const resolver of resolvers.values()) resolver.clear();
  };
  return Object.assign(resolve, { byTypeScript, bases, clear });
}

/**
 * What Yarn's Plug'n'Play knows, in a program that runs under it: packages are in no `node_modules` then.
 *
 * @type {ResolveImport}
 */
function byPlugAndPlay(importer, specifier, kind = 'import') {
  const api = /** @type {any} */ (Module).findPnpApi?.(importer);
  if (!api || RELATIVE.test(specifier)) return null;
  const conditions = new Set([...CONDITIONS[kind], ...userConditions()]);
  try {
    const found = api.resolveRequest(specifier, importer, { conditions });
    return found && { type: 'file', path: found };
  } catch {
    return null;
  }
}

/** @param {string} filename */
function isTypeScript(filename) {
  return TYPESCRIPT.test(filename);
}

/**
 * @param {Rules} rules
 * @param {RequestKind} kind
 * @param {import('./tsconfigs').Tsconfigs} tsconfigs
 */
function makeResolver(rules, kind, tsconfigs) {
  const options = {
    mode: rules === 'typescript' ? rules : kind,
    conditions: [...CONDITIONS[kind], ...userConditions()],
    extensions: EXTENSIONS[rules],
    builtins: [...Module.builtinModules],
    preservesSymlinks: preservesSymlinks(),
  };
  return new binding.NativeResolver(options, tsconfigs.native);
}

exports.CONDITIONS = CONDITIONS;
exports.EXTENSIONS = EXTENSIONS;
exports.isTypeScript = isTypeScript;
exports.makeResolveImport = makeResolveImport;
