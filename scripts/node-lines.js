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

/**
 * The program of a Node line: the running one if it is of that line, else one in `.nodes/`, installed at need.
 *
 * @param {number} line
 */
function nodeOfLine(line) {
  if (versionOf(process.execPath).startsWith(`${line}.`)) return process.execPath;

  const folder = path.join(ROOT, '.nodes', String(line));
  const nodePackage = path.join(folder, 'node_modules', 'node');
  const node = path.join(nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!fs.existsSync(node)) installNode(line, folder, nodePackage);

  const version = fs.existsSync(node) ? versionOf(node) : 'nothing';
  if (!version.startsWith(`${line}.`)) {
    throw new SetupError(
      `the package node@${line} gave ${version}; remove ${folder} and try again`,
    );
  }
  return node;
}

/**
 * @param {number} line
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

module.exports = { NODE_LINES, nodeOfLine, versionOf };
