'use strict';

/** What an `import` stands for, by the rules of Node, or of TypeScript where a file of that asks. */

const Module = require('node:module');
const { binding } = require('./native');

const CONDITIONS = ['node', 'import', 'module-sync', 'node-addons'];
const TYPESCRIPT = /\.[mc]?tsx?$/;

/** @typedef {import('./binding').NativeResolver} NativeResolver */
/** @typedef {{ type: 'builtin', name: string } | { type: 'file', path: string }} Target */

/**
 * @returns {((importer: string, specifier: string) => Target | null) & { clear: () => void }}
 */
function makeResolveImport() {
  /** Made when they are first needed: a program in CommonJS never does. @type {Map<string, NativeResolver>} */
  const resolvers = new Map();
  const resolve = (/** @type {string} */ importer, /** @type {string} */ specifier) => {
    const mode = TYPESCRIPT.test(importer) ? 'typescript' : 'import';
    const resolver = resolvers.get(mode) ?? makeResolver(mode);
    resolvers.set(mode, resolver);
    const resolved = resolver.resolve(importer, specifier);
    return resolved.type === 'failed' ? null : resolved;
  };
  const clear = () => {
    for (const resolver of resolvers.values()) resolver.clear();
  };
  return Object.assign(resolve, { clear });
}

/** @param {'import' | 'typescript'} mode */
function makeResolver(mode) {
  const extensions = ['.js', '.json', '.node'];
  const typescript = mode === 'typescript' ? ['.ts', '.tsx', '.mts', '.cts'] : [];
  return new binding.NativeResolver({
    mode,
    conditions: [...CONDITIONS, ...userConditions()],
    extensions: [...typescript, ...extensions],
    builtins: [...Module.builtinModules],
  });
}

/** Those of `--conditions`, `-C`. */
function userConditions() {
  const args = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return args.flatMap((arg, index) => {
    const [name, value = args[index + 1]] = arg.split('=');
    return (name === '--conditions' || name === '-C') && value ? [value] : [];
  });
}

exports.makeResolveImport = makeResolveImport;
