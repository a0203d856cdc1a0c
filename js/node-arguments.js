'use strict';

/** What Node itself was told on its command line and in NODE_OPTIONS. */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const REGISTER = path.join(__dirname, 'hooks', 'register.js');
const PRELOAD = /^(?:-r|--require|--import|--(?:experimental-)?loader)$/;

/** @returns {[name: string, value: string][]} `NODE_OPTIONS` first, as Node has it; a value that is no value for a flag */
function argumentsOfNode() {
  const given = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  return given.map((arg, index) => {
    const [name = '', value = given[index + 1] ?? ''] = arg.split(/=(.*)/s);
    return [name, value];
  });
}

/** Conditions of `exports` and `imports`: those of `--conditions`, `-C`. */
function userConditions() {
  const isMeant = (/** @type {[string, string]} */ [name]) =>
    name === '--conditions' || name === '-C';
  return argumentsOfNode()
    .filter(isMeant)
    .map(([, value]) => value)
    .filter(Boolean);
}

/** `--preserve-symlinks`: a file has the path by which it was found. */
function preservesSymlinks() {
  const isSet = process.env['NODE_PRESERVE_SYMLINKS'] === '1';
  return isSet || argumentsOfNode().some(([name]) => name === '--preserve-symlinks');
}

/**
 * Hooks that were there before ours are not seen by us. So there can be none: we are what Node loads first.
 *
 * @param {[name: string, value: string][]} given
 */
function isFirstPreload(given) {
  const preloads = given.filter(([name]) => PRELOAD.test(name));
  if (preloads.some(([name]) => name.endsWith('loader'))) return false;
  // Node loads what `--require` names before what `--import` does.
  const imports = preloads.filter(([name]) => name === '--import');
  const first = preloads.find(([name]) => name !== '--import') ?? imports[0];
  return first !== undefined && isRegister(first[1]);
}

/** @param {string} name as on the command line */
function isRegister(name) {
  if (name === 'safe-hot/register') return true;
  try {
    const file = name.startsWith('file:') ? fileURLToPath(name) : path.resolve(name);
    return fs.realpathSync(file) === REGISTER;
  } catch {
    return false;
  }
}

exports.argumentsOfNode = argumentsOfNode;
exports.isFirstPreload = isFirstPreload;
exports.preservesSymlinks = preservesSymlinks;
exports.userConditions = userConditions;
