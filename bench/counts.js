'use strict';

/*
 * What one reload does, counted: modules evaluated and calls into the addon, for apps that never change. Counts do not
 * depend on the machine, so they are kept in `counts.snap`, and a test holds them to it. Run with
 * UPDATE_SNAPSHOTS=1 to write them anew.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./lib/folder');
const { expressApp } = require('./lib/app');

const SNAPSHOT = path.join(__dirname, 'counts.snap');
const CHILD = path.join(__dirname, 'children', 'counts.js');

/**
 * @typedef {object} Scenario
 * @property {() => Record<string, string>} make files of an app with a `main.js`
 * @property {string} edited a file that is saved with a line more, then reloaded
 */

/** @type {Record<string, Scenario>} */
const SCENARIOS = {
  'a leaf of three modules': { make: () => chain(3), edited: 'm2.js' },
  'a leaf that accepts itself': {
    make: () => ({ ...chain(3), 'm2.js': 'module.hot?.accept();\n' }),
    edited: 'm2.js',
  },
  'the same leaf, saved without a change': { make: () => chain(3), edited: '' },
  'a leaf under 100 importers': { make: () => fan(100), edited: 'leaf.js' },
  'a leaf beside 1,000 other modules': { make: () => beside(1_000), edited: 'leaf.js' },
  'a service of the 300-module app': {
    make: () => ({
      ...withoutPackages(expressApp('commonjs').files),
      'main.js': "require('./app');\n",
    }),
    edited: 'services/s7-12.js',
  },
};

/** @param {number} length @returns {Record<string, string>} `main.js` imports m1, which imports m2, and so on */
function chain(length) {
  /** @type {Record<string, string>} */
  const files = { 'main.js': "require('./m1');\n" };
  for (let n = 1; n < length; n += 1) {
    files[`m${n}.js`] = n + 1 < length ? `exports.next = require('./m${n + 1}');\n` : '';
  }
  files[`m${length - 1}.js`] = "exports.name = 'leaf';\n";
  return files;
}

/** @param {number} importers @returns {Record<string, string>} */
function fan(importers) {
  /** @type {Record<string, string>} */
  const files = { 'main.js': '', 'leaf.js': "exports.name = 'leaf';\n" };
  for (let n = 0; n < importers; n += 1) {
    files['main.js'] += `require('./m${n}');\n`;
    files[`m${n}.js`] = "exports.leaf = require('./leaf');\n";
  }
  return files;
}

/** @param {number} others @returns {Record<string, string>} the entry accepts the leaf, so nothing else is replaced */
function beside(others) {
  /** @type {Record<string, string>} */
  const files = { 'leaf.js': "exports.name = 'leaf';\n" };
  files['main.js'] = "require('./leaf');\nmodule.hot?.accept('./leaf');\n";
  for (let n = 0; n < others; n += 1) {
    files['main.js'] += `require('./m${n}');\n`;
    files[`m${n}.js`] = `exports.name = ${n};\n`;
  }
  return files;
}

/** The same app with stand-ins for its packages, so that the counts need no installation. */
function withoutPackages(/** @type {Record<string, string>} */ files) {
  const express =
    'const router = () => ({ use() {}, get() {} });\n' +
    'module.exports = Object.assign(router, { Router: router, json() {} });\n';
  return {
    ...files,
    'node_modules/express/index.js': express,
    'node_modules/compression/index.js': 'module.exports = () => {};\n',
    'node_modules/lodash/index.js': 'exports.groupBy = () => ({});\n',
  };
}

/** @returns {string} the text of the snapshot */
function countAll() {
  const parts = Object.entries(SCENARIOS).map(([title, { make, edited }]) => {
    const folder = makeFolder({ 'package.json': '{ "name": "counted" }\n', ...make() });
    try {
      const options = /** @type {const} */ ({
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      });
      return `${title}\n${execFileSync(process.execPath, [CHILD, folder, edited], options)}`;
    } finally {
      removeFolder(folder);
    }
  });
  return parts.join('\n');
}

module.exports = { SNAPSHOT, countAll };

if (require.main === module) {
  const text = countAll();
  process.stdout.write(text);
  if (process.env['UPDATE_SNAPSHOTS']) fs.writeFileSync(SNAPSHOT, text);
}
