/*
 * The hooks of Node lines that run them in a thread of their own. What a module exports is read from its text there,
 * since the modules themselves are in the program's thread.
 */

import { createRequire } from 'node:module';
import { receiveMessageOnPort } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { loadOwn } = require('../own-code.js');
const { makeScanner } = loadOwn('hooks/scan.js');
const { fileOf, ownUrl } = loadOwn('hooks/es-modules.js');
const { VIEW, shellText } = loadOwn('runtime/esm/shells.js');

/** @type {ReturnType<typeof makeScanner>} */
let scanner;
/** What comes from the program's thread. @type {import('node:worker_threads').MessagePort} */
let port;
/** Runs a stage? What is imported meanwhile may be of the stage, and is to be noted as imported by it. */
let isStaging = false;
/** How many URLs of a file are used up. @type {Map<string, number>} */
const counts = new Map();

/** @param {{ root: string, include: string[], exclude: string[], port: import('node:worker_threads').MessagePort }} data */
export function initialize({ port: given, ...options }) {
  scanner = makeScanner(options);
  port = given;
  port.unref();
}

/**
 * @param {string} specifier
 * @param {{ parentURL?: string }} context
 * @param {(specifier: string, context: object) => Promise<{ url: string }>} next
 */
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const { parentURL } = context;
  const filename = parentURL && fileOf(resolved.url);
  const url = filename && ownUrl(resolved.url);
  if (!url || !scanner.isHotModule(filename)) return resolved;
  readMessages();
  const importer = fileOf(parentURL);
  if (importer && scanner.importsForGood(importer, specifier)) {
    port.postMessage({ filename, importer });
  }
  if (isStaging) useUp(filename);
  const count = counts.get(filename);
  return count === undefined ? resolved : { ...resolved, url: `${url}?${VIEW}=${count}` };
}

/** All that was sent before the import was asked for. */
function readMessages() {
  for (;;) {
    const { message } = receiveMessageOnPort(port) ?? {};
    if (!message) return;
    if (message.type === 'did-fail') useUp(message.filename);
    else isStaging = message.type === 'will-stage';
  }
}

/** @param {string} filename */
function useUp(filename) {
  counts.set(filename, (counts.get(filename) ?? 0) + 1);
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
