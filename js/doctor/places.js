'use strict';

/**
 * Where programs that run under safe-hot can be asked: for each a socket in a folder that only this user can enter (on
 * Windows a named pipe, which libuv makes for this user), and beside it a card that says which program it is.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * @typedef {object} Card
 * @property {number} pid
 * @property {string} root of the project, absolute
 * @property {string} entry relative to the root
 *
 * @typedef {object} Place
 * @property {string} socket
 * @property {string} card a file
 */

const IS_WINDOWS = process.platform === 'win32';

/** The folder of this user: `XDG_RUNTIME_DIR` is there for that, where a system has it. */
function folderOfUser() {
  if (IS_WINDOWS) return path.join(os.tmpdir(), 'safe-hot');
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const base = runtime && fs.existsSync(runtime) ? runtime : os.tmpdir();
  return path.join(base, `safe-hot-${process.getuid?.()}`);
}

/**
 * The same, once it is there.
 *
 * @throws if it cannot be made, or is another user's or open to others
 */
function openFolder() {
  const folder = folderOfUser();
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(folder)) throw new Error(`${folder} is open to other users`);
  return folder;
}

/** @param {string} folder */
function isPrivate(folder) {
  if (IS_WINDOWS) return true;
  const stats = fs.lstatSync(folder);
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}

/**
 * A place that no other process has: process ids are used again, and differ from container to container.
 *
 * @param {string} folder
 * @returns {Place}
 */
function newPlace(folder) {
  return placeOf(folder, `${process.pid}-${process.hrtime.bigint().toString(36)}`);
}

/** @param {string} folder @param {string} name @returns {Place} */
function placeOf(folder, name) {
  const socket = IS_WINDOWS ? `\\\\.\\pipe\\safe-hot-${name}` : path.join(folder, `${name}.sock`);
  return { socket, card: path.join(folder, `${name}.json`) };
}

/**
 * All cards of this user, those of programs that were killed among them.
 *
 * @returns {(Card & { place: Place })[]}
 */
function readCards() {
  const folder = folderOfUser();
  /** @type {string[]} */
  let names;
  try {
    names = isPrivate(folder) ? fs.readdirSync(folder) : [];
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!name.endsWith('.json')) return [];
    const place = placeOf(folder, path.basename(name, '.json'));
    try {
      return { ...JSON.parse(fs.readFileSync(place.card, 'utf8')), place };
    } catch {
      // It is being written, or goes.
      return [];
    }
  });
}

/**
 * Not by `rmSync`, which asks what a file is: once the last file that was asked for synchronously is a socket, Node 20
 * and 22 find the real path of no module that they import (`realpathSync` breaks off).
 *
 * @param {Place} place
 */
function removePlace({ socket, card }) {
  for (const file of IS_WINDOWS ? [card] : [card, socket]) {
    try {
      fs.unlinkSync(file);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    }
  }
}

exports.openFolder = openFolder;
exports.newPlace = newPlace;
exports.readCards = readCards;
exports.removePlace = removePlace;
