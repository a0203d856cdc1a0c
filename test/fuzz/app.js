'use strict';

/** An app on disk, and under safe-hot. */

const fs = require('node:fs');
const path = require('node:path');
const { Child } = require('./child');

const KIT = path.join(__dirname, 'kit.cjs');
const GC = path.join(__dirname, '..', 'helpers', 'gc.js');
const HOT_SIDE = path.join(__dirname, 'hot-side.js');

/** How long a stage waits for a server that the new code does not have, and a stale one for its clients. */
const SETTLE_MS = 500;

/** @typedef {{ name: string, kind: 'created' | 'modified' | 'removed' }} Change */

/**
 * An app that is asked over IPC; see `hot-side.js`.
 *
 * @param {string} root an empty folder
 * @param {Map<string, string>} files
 * @param {{ main: string, watches: boolean, safeHot: string }} how
 * @returns {Child}
 */
function startApp(root, files, { main, watches, safeHot }) {
  const options = { exclude: ['kit.cjs'], settleTimeoutMs: SETTLE_MS, graceMs: SETTLE_MS };
  write(root, [
    ['package.json', JSON.stringify({ name: 'app', 'safe-hot': options })],
    ...files,
    ['node_modules/hot-side/index.js', fs.readFileSync(HOT_SIDE, 'utf8')],
    ['node_modules/hot-side/gc.js', fs.readFileSync(GC, 'utf8')],
  ]);
  // Node 20 takes TypeScript for a program only where something was imported before.
  const how = /\.[mc]?ts$/.test(main) ? '--import' : '-r';
  return new Child(path.join(root, main), {
    cwd: root,
    nodeArgs: [
      ...(watches ? [how, path.join(safeHot, 'js', 'hooks', 'register.js')] : []),
      how,
      path.join(root, 'node_modules', 'hot-side', 'index.js'),
    ],
    env: {
      FUZZ_PACKAGE: safeHot,
      ...(watches ? { FUZZ_WATCHES: '1', SAFE_HOT_REPORT: 'none' } : {}),
    },
  });
}

/** @param {string} root @param {Iterable<[string, string]>} files */
function write(root, files) {
  const folders = new Set();
  for (const [name, text] of files) {
    const file = path.join(root, name);
    const folder = path.dirname(file);
    if (!folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
    folders.add(folder);
    fs.writeFileSync(file, text);
  }
}

/**
 * @param {string} root
 * @param {Change[]} changes
 * @param {Map<string, string>} files as they are to be
 */
function save(root, changes, files) {
  for (const { name, kind } of changes) if (kind === 'removed') fs.rmSync(path.join(root, name));
  const texts = changes.flatMap(({ name }) => {
    const text = files.get(name);
    return text === undefined ? [] : [/** @type {[string, string]} */ ([name, text])];
  });
  write(root, texts);
}

/**
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 * @returns {Change[]}
 */
function changesBetween(before, after) {
  /** @type {Change[]} */
  const changes = [];
  for (const [name, text] of after) {
    const old = before.get(name);
    if (old !== text) changes.push({ name, kind: old === undefined ? 'created' : 'modified' });
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push({ name, kind: 'removed' });
  return changes;
}

exports.KIT = KIT;
exports.changesBetween = changesBetween;
exports.save = save;
exports.startApp = startApp;
exports.write = write;
