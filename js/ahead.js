'use strict';

/** The modules of the program, which the addon reads ahead of it while Node and safe-hot start, and what it has kept of them. */

const Module = require('node:module');
const { binding } = require('./native');
const { compiledFile, makeKept } = require('./compiled');
const { preservesSymlinks, userConditions } = require('./node-arguments');
const { realFile } = require('./real-file');
const { CONDITIONS, EXTENSIONS } = require('./resolve-import');
const { keepCompiled } = require('./runtime/compile-function');

/** @typedef {import('./runtime/esm/transformed').ModuleAhead} ModuleAhead */

/** What `tsconfig.json` says to both: it is read once. */
const tsconfigs = new binding.NativeTsconfigs();

/** Until the program has started. @type {import('./binding').NativeAhead | null} */
let ahead = null;

/** @param {string} name the file of the program, as on the command line */
function lookAhead(name) {
  // What a link leads to is another file than what it names, and what may be read is Node's to say.
  const isPlain = !preservesSymlinks() && !(/** @type {any} */ (process).permission);
  const entry = isPlain ? realFile(name) : undefined;
  if (entry === undefined) return;
  const compiled = compiledFile(entry);
  const options = {
    conditions: [...CONDITIONS.import, ...userConditions()],
    extensions: EXTENSIONS.typescript,
    builtins: [...Module.builtinModules],
    ...(compiled === null ? {} : { compiled }),
  };
  ahead = new binding.NativeAhead(entry, options, tsconfigs);
  if (compiled !== null) keepCompiled(makeKept(compiled, ahead));
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
  keepCompiled(null);
}

exports.endAhead = endAhead;
exports.lookAhead = lookAhead;
exports.takeAhead = takeAhead;
exports.tsconfigs = tsconfigs;
