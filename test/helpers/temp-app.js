'use strict';

/**
 * An app in a folder of its own, and drivers: functions that run in a process of their own as `driver.js` of that
 * app. The app's `package.json` makes the driver cold, so that no reload evaluates the driver again.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { edit } = require('./edit');
const { runScript } = require('./child');

const PACKAGE = path.resolve(__dirname, '..', '..');
/** What a driver needs, and where: in a package, which is cold. */
const KIT_FILES = ['driver-kit.js', 'edit.js', 'gc.js'];
const KIT_FOLDER = 'node_modules/driver-kit';

/** @type {string[]} */
const folders = [];
process.once('exit', () => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** @typedef {import('./driver-kit').Kit} Kit */

class TempApp {
  /** @param {Record<string, string>} files */
  constructor(files) {
    const temporary = fs.realpathSync(os.tmpdir());
    this.root = fs.mkdtempSync(path.join(temporary, 'safe-hot-app-'));
    folders.push(this.root);
    const settings = { name: 'app', 'safe-hot': { exclude: ['driver.js'] } };
    this.write('package.json', JSON.stringify(settings));
    for (const [name, content] of Object.entries(files)) this.write(name, content);
    this.link('node_modules/safe-hot', PACKAGE);
  }

  /** @param {string} name */
  path(name) {
    return path.join(this.root, name);
  }

  /** @param {string} name @param {string} content */
  write(name, content) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), content);
  }

  /** @param {string} name @param {string} target a folder */
  link(name, target) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.symlinkSync(target, this.path(name), 'junction');
  }

  /** @param {string} name @param {Parameters<typeof edit>[1]} content @param {Parameters<typeof edit>[2]} [options] */
  edit(name, content, options) {
    edit(this.path(name), content, options);
  }

  /** @param {string} entry @param {Parameters<typeof runScript>[1]} [options] */
  run(entry, options) {
    return runScript(this.path(entry), { cwd: this.root, ...options });
  }

  /**
   * Runs the text of `driver` in a process of its own; it sees its arguments and the globals, nothing else.
   *
   * @param {(kit: Kit, data: any) => unknown} driver
   * @param {{ data?: unknown, driver?: string } & Parameters<typeof runScript>[1]} [options] `data` has to survive
   *   JSON; `driver` is the name of its file
   * @returns {Promise<any>} what `driver` returns, through JSON
   * @throws {Error} what it throws, or how the process ended otherwise
   */
  async drive(driver, { data, driver: file = 'driver.js', ...options } = {}) {
    const given = JSON.stringify(data) ?? 'undefined';
    for (const name of KIT_FILES) {
      this.write(`${KIT_FOLDER}/${name}`, fs.readFileSync(path.join(__dirname, name), 'utf8'));
    }
    this.write(file, `require('driver-kit/driver-kit').drive(require, ${driver}, ${given});\n`);
    const { values, code, signal, stderr } = await this.run(file, options);
    const [outcome] = values.filter((value) => 'returned' in value || 'thrown' in value);
    if (!outcome) throw new Error(`The driver ended with ${signal ?? code}\n${stderr}`);
    if (outcome.thrown) throw new Error(`The driver threw: ${outcome.thrown}\n${stderr}`);
    return outcome.returned.value;
  }
}

/**
 * @param {Record<string, string>} files by name; a `package.json` and a link to safe-hot are added
 */
function makeApp(files) {
  return new TempApp(files);
}

exports.makeApp = makeApp;
