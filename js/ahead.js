'use strict';

/** The modules of the program, which the addon reads ahead of it while Node and safe-hot start. */

const Module = require('node:module');
const path = require('node:path');
const { binding } = require('./native');
const { preservesSymlinks, userConditions } = require('./node-arguments');
const { CONDITIONS, EXTENSIONS } = require('./resolve-import');

/** @typedef {import('./runtime/esm/transformed').ModuleAhead} ModuleAhead */

/** What `tsconfig.json` says to both: it is read once. */
const tsconfigs = new binding.NativeTsconfigs();

/** Until the program has started. @type {import('./binding').NativeAhead | null} */
let ahead = null;

/** @param {string} entry the file of the program */
function lookAhead(entry) {
  // What a link leads to is then another file than what it names.
  if (preservesSymlinks()) return;
  const conditions = [...CONDITIONS.import, ...userConditions()];
  const options = {
    conditions,
    extensions: EXTENSIONS.typescript,
    builtins: [...Module.builtinModules],
  };
  ahead = new binding.NativeAhead(path.resolve(entry), options, tsconfigs);
}

/**
 * An ES module, or TypeScript that is compiled to CommonJS, if it has been read ahead and all is as it was; once.
 *
 * @param {string} filename absolute, real
 * @returns {ModuleAhead | undefined}
 */
function takeAhead(filename) {
  const found = ahead?.take(filename);
  return found ? Object.assign(JSON.parse(found.about), { code: found.code }) : undefined;
}

/** The program has started: what it has not asked for it will not ask for soon. */
function endAhead() {
  ahead?.end();
  ahead = null;
}

exports.endAhead = endAhead;
exports.lookAhead = lookAhead;
exports.takeAhead = takeAhead;
exports.tsconfigs = tsconfigs;
