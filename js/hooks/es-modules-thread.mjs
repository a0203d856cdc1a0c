/*
 * The hooks of Node lines that run them in a thread of their own. What a module exports is read from its text there,
 * since the modules themselves are in the program's thread.
 */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { makeScanner } = require('./scan.js');
const { fileOf } = require('./es-modules.js');
const { shellText } = require('../runtime/esm/shells.js');

/** @type {ReturnType<typeof makeScanner>} */
let scanner;

/** @param {{ root: string, include: string[], exclude: string[] }} options */
export function initialize(options) {
  scanner = makeScanner(options);
}

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => Promise<unknown>} next
 */
export async function load(url, context, next) {
  const filename = fileOf(url);
  if (!filename || !scanner.isHotModule(filename)) return next(url, context);
  // Whether the graph awaits is not known here; a shell may always wait.
  const source = shellText(url, scanner.namesOf(filename), { isAsync: true });
  return { format: 'module', source, shortCircuit: true };
}
