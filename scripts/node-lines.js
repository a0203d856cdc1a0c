'use strict';

/*
 * The Node lines that we support. Those other than the running one come from the registry's `node` package, each in a
 * folder of its own in `.nodes/`.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, run, SetupError } = require('./setup');

const NODE_LINES = [20, 22, 24, 26];

/** The lowest that we support, to the last digit. */
const LOWEST_NODE = '20.19.0';

/**
 * The program of a Node line: the running one if it is of that line, else one in `.nodes/`, installed at need.
 *
 * @param {number | string} line or a whole version
 */
function nodeOfLine(line) {
  if (isOf(line, versionOf(process.execPath))) return process.execPath;

  const folder = path.join(ROOT, '.nodes', String(line));
  const nodePackage = path.join(folder, 'node_modules', 'node');
  const node = path.join(nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!fs.existsSync(node)) installNode(line, folder, nodePackage);

  const version = fs.existsSync(node) ? versionOf(node) : 'nothing';
  if (!isOf(line, version)) {
    throw new SetupError(
      `the package node@${line} gave ${version}; remove ${folder} and try again`,
    );
  }
  return node;
}

/** @param {number | string} line @param {string} version */
function isOf(line, version) {
  return `${version}.`.startsWith(`${line}.`);
}

/**
 * @param {number | string} line
 * @param {string} folder
 * @param {string} nodePackage
 */
function installNode(line, folder, nodePackage) {
  console.log(`installing Node ${line}`);
  // Its own package.json keeps npm from installing into the repository. The package fetches its program in an install
  // script, which newer npm runs only where that is allowed.
  const manifest = { private: true, allowScripts: { node: true } };
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  run('npm', ['install', '--no-save', '--loglevel=error', `node@${line}`], { cwd: folder });

  // An npm that runs no install scripts at all leaves this to us.
  if (fs.existsSync(path.join(nodePackage, 'bin'))) return;
  run(process.execPath, ['installArchSpecificPackage.js'], { cwd: nodePackage });
}

/** @param {string} node */
function versionOf(node) {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '');
}

module.exports = { LOWEST_NODE, NODE_LINES, nodeOfLine, versionOf };
