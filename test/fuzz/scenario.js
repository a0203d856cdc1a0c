'use strict';

/**
 * Scenarios: a folder is an app and its edits. `child.edit-1.js` is what `child.js` becomes at step 1, and
 * `child.edit-2.delete` takes it away. `main` is the entry, and what its `answer()` gives is what the app shows.
 */

const fs = require('node:fs');
const path = require('node:path');
const { edited } = require('./model');
const { render } = require('./render');
const { KIT, changesBetween, write } = require('./app');

const EDIT = /^(.*)\.edit-(\d+)\.(\w+)$/;

/**
 * @param {string} folder
 * @returns {{ main: string, steps: Map<string, string>[] }} the files at the start and after each edit
 */
function readScenario(folder) {
  const names = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'expected.txt')
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  const textOf = (/** @type {string} */ name) => fs.readFileSync(path.join(folder, name), 'utf8');
  const first = new Map(names.flatMap((name) => (EDIT.test(name) ? [] : [[name, textOf(name)]])));
  const edits = names.flatMap((name) => {
    const [, base = '', step, extension] = EDIT.exec(name) ?? [];
    return step === undefined ? [] : [{ name, base, step: Number(step), extension }];
  });
  const steps = [first];
  const last = Math.max(0, ...edits.map(({ step }) => step));
  while (steps.length <= last) {
    const files = new Map(steps.at(-1));
    for (const { name, base, step, extension } of edits) {
      if (step !== steps.length) continue;
      if (extension === 'delete') files.delete(nameWith(files, base));
      else files.set(`${base}.${extension}`, textOf(name));
    }
    steps.push(files);
  }
  return { main: nameWith(first, 'main'), steps };
}

/** @param {Map<string, string>} files @param {string} base a path without its extension */
function nameWith(files, base) {
  const name = [...files.keys()].find((each) => each.replace(/\.\w+$/, '') === base);
  if (name === undefined) throw new Error(`The scenario has no ${base}`);
  return name;
}

/**
 * Writes a case of the fuzzer as a scenario.
 *
 * @param {import('./generate').Case} given
 * @param {string} folder
 */
function writeScenario({ model, edits }, folder) {
  let before = render(model, { typed: true }).set('kit.cjs', fs.readFileSync(KIT, 'utf8'));
  write(folder, before);
  let current = model;
  for (const [index, operations] of edits.entries()) {
    current = edited(current, operations);
    const after = render(current, { typed: true }).set('kit.cjs', before.get('kit.cjs') ?? '');
    const changed = changesBetween(before, after).map(({ name, kind }) => {
      const { dir, name: base, ext } = path.parse(name);
      const edit = `${base}.edit-${index + 1}${kind === 'removed' ? '.delete' : ext}`;
      return /** @type {[string, string]} */ ([path.join(dir, edit), after.get(name) ?? '']);
    });
    write(folder, changed);
    before = after;
  }
}

exports.readScenario = readScenario;
exports.writeScenario = writeScenario;
