'use strict';

/** The modules of the program, which the addon reads ahead of it while Node and safe-hot start, and what it has kept of them. */

const Module = require('node:module');
const { binding } = require('./native');
const { keepCompiledByNode } = require('./compile-cache');
const { keptFiles, makeKept, writeModules } = require('./kept-file');
const { didStart, writeLater } = require('./own-code');
const { preservesSymlinks, userConditions } = require('./node-arguments');
const { realFile } = require('./real-file');
const { CONDITIONS, EXTENSIONS } = require('./resolve-import');
const { keep } = require('./runtime/kept');

/** @typedef {import('./runtime/esm/transformed').ModuleAhead} ModuleAhead */

/** What `tsconfig.json` says to both: it is read once. */
const tsconfigs = new binding.NativeTsconfigs();

/** Until the program has started. @type {import('./binding').NativeAhead | null} */
let ahead = null;
/** Writes down what else is kept for the next start. @type {(() => void) | null} */
let writeRest = null;

/** @param {string} name the file of the program, as on the command line */
function lookAhead(name) {
  // What a link leads to is another file than what it names, and what may be read is Node's to say.
  const isPlain = !preservesSymlinks() && !(/** @type {any} */ (process).permission);
  const entry = isPlain ? realFile(name) : undefined;
  if (entry === undefined) return;
  const files = keptFiles(entry);
  const options = {
    conditions: [...CONDITIONS.import, ...userConditions()],
    extensions: EXTENSIONS.typescript,
    builtins: [...Module.builtinModules],
    ...(files === null ? {} : { compiled: files.compiled, modules: files.modules }),
  };
  const looking = new binding.NativeAhead(entry, options, tsconfigs);
  ahead = looking;
  if (files === null) return;
  keep(makeKept(files.compiled, looking));
  const writeCompiledByNode = files.byNode === null ? null : keepCompiledByNode(files.byNode);
  writeRest = () => {
    writeModules(files.modules, looking);
    writeCompiledByNode?.();
  };
}

/** Taken along with what imports it. @type {Map<string, ModuleAhead>} */
const taken = new Map();
let isWhole = false;

/**
 * An ES module, or TypeScript that is compiled to CommonJS, if it has been read ahead and all is as it was; once.
 *
 * @param {string} filename absolute, real
 * @returns {ModuleAhead | undefined}
 */
function takeAhead(filename) {
  if (!ahead) return undefined;
  if (!isWhole) {
    const found = ahead.take(filename);
    return found ? whole(JSON.parse(found.about), found.code) : undefined;
  }
  if (!taken.has(filename)) takeGraph(ahead, filename);
  const found = taken.get(filename);
  taken.delete(filename);
  return found;
}

/**
 * @param {import('./binding').NativeAhead} from
 * @param {string} filename
 */
function takeGraph(from, filename) {
  const graph = from.takeGraph(filename);
  if (!graph) return;
  const { files, codes } = graph;
  JSON.parse(graph.about).forEach((/** @type {any} */ about, /** @type {number} */ at) => {
    const code = /** @type {string} */ (codes[at]);
    taken.set(/** @type {string} */ (files[at]), whole(about, code));
  });
}

/** @type {never[]} */
const NONE = [];
Object.freeze(NONE);

/**
 * @param {any} about what is false or empty is not in it
 * @param {string} code
 * @returns {ModuleAhead}
 */
function whole(about, code) {
  about.code = code;
  about.isAsync ??= false;
  about.usesMeta ??= false;
  about.usesDecorators ??= false;
  about.hasModuleSyntax ??= false;
  about.stars ??= NONE;
  about.moves ??= NONE;
  about.requests ??= NONE;
  about.imports ??= NONE;
  about.locals ??= NONE;
  about.indirects ??= NONE;
  about.dynamicImports ??= NONE;
  about.targets ??= NONE;
  for (const request of about.requests) request.attributes ??= NONE;
  for (const local of about.locals) {
    local.names ??= NONE;
    local.isMutated ??= false;
  }
  return about;
}

/**
 * Modules that are loaded with all that they import before any of them runs are taken together.
 *
 * @param {() => void} load runs no code of the program, which could change files
 */
function takeTogether(load) {
  isWhole = true;
  try {
    load();
  } finally {
    isWhole = false;
    taken.clear();
  }
}

/** The program has started: what it has not asked for it will not ask for soon. */
function endAhead() {
  didStart();
  ahead?.end();
  ahead = null;
  keep(null);
  if (writeRest) writeLater(writeRest);
  writeRest = null;
}

exports.endAhead = endAhead;
exports.lookAhead = lookAhead;
exports.takeAhead = takeAhead;
exports.takeTogether = takeTogether;
exports.tsconfigs = tsconfigs;
