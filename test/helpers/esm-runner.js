'use strict';

/*
 * Imports the entry of each graph in a folder, natively or by the ESM runtime, and says in one line for each what it
 * did. `node esm-runner.js native|runtime|runtime-async <folder>`
 */

const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const MAX_DEPTH = 4;

const [, , mode, folder] = process.argv;
const globals = /** @type {any} */ (globalThis);
/** @type {string[]} */
let lines = [];
let depth = 0;

globals.log = (...values) => lines.push(values.map(format).join(' '));
/** Logs what comes of something that may fail. */
globals.attempt = (label, call) => {
  try {
    globals.log(label, call());
  } catch (error) {
    globals.log(label, 'throws', error);
  }
};
/** The same where an engine may word it in its own way. */
globals.attemptKind = (label, call) => {
  try {
    globals.log(label, call());
  } catch (error) {
    globals.log(label, 'throws', error.name);
  }
};
/** What something gives, as text. */
globals.outcomeOf = (call) => {
  if (depth >= MAX_DEPTH) return 'deep';
  depth += 1;
  try {
    return format(call());
  } catch (error) {
    return format(error);
  } finally {
    depth -= 1;
  }
};
globals.describe = describeNamespace;

// What a graph leaves rejected is no matter of this comparison, and must not end it.
process.on('unhandledRejection', () => {});

function format(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) return `[${value.map(format)}]`;
  if (typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return `${value}`;
  if (value[Symbol.toStringTag] === 'Module') return `ns(${Object.getOwnPropertyNames(value)})`;
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${format(each)}`);
  return `{${entries.join(', ')}}`;
}

function describeNamespace(namespace) {
  return Reflect.ownKeys(namespace).map((key) => {
    const own = globals.outcomeOf(() => Reflect.getOwnPropertyDescriptor(namespace, key));
    return `${String(key)} = ${own}`;
  });
}

async function runGraph(name, load) {
  lines = [];
  const url = pathToFileURL(path.join(folder, name, 'main.mjs')).href;
  const first = await untilQuiet(load(url));
  const again = await untilQuiet(load(url));
  if ('thrown' in first && first.thrown === again.thrown) again.isSame = true;
  return { name, lines, first: asText(first), again: asText(again) };
}

/**
 * What a promise comes to, when nothing is left that could happen.
 *
 * @param {Promise<object>} promise
 * @returns {Promise<{ namespace?: object, thrown?: any, isSame?: boolean }>}
 */
async function untilQuiet(promise) {
  let result = {};
  promise.then(
    (namespace) => (result = { namespace }),
    (thrown) => (result = { thrown }),
  );
  // The event comes again only where there was something to do.
  setImmediate(() => {});
  await once(process, 'beforeExit');
  return result;
}

function asText({ isSame, ...result }) {
  if ('namespace' in result) return describeNamespace(result.namespace);
  if (!('thrown' in result)) return 'pending';
  const { thrown } = result;
  // Whether the error of a file that is not there, or of linking, is the same again differs among versions of Node.
  const isOfLoading = thrown instanceof SyntaxError || thrown?.code === 'ERR_MODULE_NOT_FOUND';
  return [format(thrown), thrown?.code, isOfLoading || isSame];
}

async function main() {
  const load = mode === 'native' ? (url) => import(url) : loadByRuntime();
  for (const name of fs.readdirSync(folder).sort()) {
    process.stdout.write(`${JSON.stringify(await runGraph(name, load))}\n`);
  }
  process.exit();
}

function loadByRuntime() {
  const { EsmHost } = require('./esm-host');
  const host = new EsmHost({ isAsync: mode === 'runtime-async' });
  return (url) => host.import(url);
}

main();
