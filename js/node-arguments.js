'use strict';

/** What Node itself was told on its command line and in NODE_OPTIONS. */

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

exports.argumentsOfNode = argumentsOfNode;
exports.preservesSymlinks = preservesSymlinks;
exports.userConditions = userConditions;
