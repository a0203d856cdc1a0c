'use strict';

/** Loads `main.js` of a folder under safe-hot, edits one file, reloads what has changed, and prints what that took. */

const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');
const binding = require('../../js/binding');

/** @type {Map<string, number>} */
const calls = new Map();
countCalls(binding, 'fingerprint', 'fingerprintText', 'hotReload', 'prepare');
for (const name of ['NativeGraph', 'NativeResolver', 'NativeScope']) {
  const { prototype } = /** @type {any} */ (binding)[name];
  const methods = Object.getOwnPropertyNames(prototype).filter((each) => isMethod(prototype, each));
  countCalls(prototype, ...methods);
}

const [, , folder = '', edited = ''] = process.argv;
const main = path.join(folder, 'main.js');
process.argv[1] = main;

const { getEngine } = require('../../js/engine');
const { reload } = require('../../js/hot-reload');
// What it asks about its own files, of which some are loaded late, says nothing of the program.
void getEngine(main).transactions;
calls.clear();
/** @type {any} */ (Module)._load(main, null, true);
if (edited !== '') fs.appendFileSync(path.join(folder, edited), '// edited\n');
const atStart = total();
calls.clear();

void reload().then(({ outcome, evaluated, pruned }) => {
  console.log(`  outcome            ${outcome}`);
  console.log(`  modules evaluated  ${evaluated.length}`);
  console.log(`  modules pruned     ${pruned.length}`);
  console.log(`  native calls       ${total()} (${atStart} to start)`);
  for (const [name, count] of [...calls].sort()) console.log(`    ${name.padEnd(16)} ${count}`);
});

function total() {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * @param {any} target
 * @param {string[]} names
 */
function countCalls(target, ...names) {
  for (const name of names) {
    const original = target[name];
    target[name] = function (/** @type {unknown[]} */ ...args) {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return Reflect.apply(original, this, args);
    };
  }
}

/** @param {any} prototype @param {string} name */
function isMethod(prototype, name) {
  if (name === 'constructor') return false;
  return typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function';
}
