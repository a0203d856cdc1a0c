'use strict';

/**
 * `import()` by Node's own loader, for code that is compiled here: what `eval` and `new Function` make in a hot module, and
 * what safe-hot does not load itself.
 */

const vm = require('node:vm');
const { loadUnseen } = require('../../resources/builtins');

/** Words by which a text, or one that it makes, can come to an `import()`. */
const MAY_IMPORT = /\b(?:import|eval|Function|constructor)\b/;

/**
 * @param {string} text that is to be compiled
 * @returns {any} nothing for most texts, since Node does more for each that may import
 */
function dynamicImportOption(text) {
  if (!MAY_IMPORT.test(text)) return {};
  if (/\bimport\b/.test(text)) quietDynamicImport();
  return option();
}

/** Node's types name the constant from Node 21.7 on; Node 20.12 has it too. @returns {any} */

function option() {
  const { USE_MAIN_CONTEXT_DEFAULT_LOADER } = /** @type {any} */ (vm.constants);
  return { importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER };
}

/**
 * @param {string} filename of the module that asks
 * @param {string} specifier
 * @param {object | undefined} options
 * @returns {Promise<object>} the namespace object
 */
function nativeImport(filename, specifier, options) {
  loadUnseen();
  quietDynamicImport();
  const call = vm.compileFunction(
    'return options ? import(specifier, options) : import(specifier)',
    ['specifier', 'options'],
    { filename, ...option() },
  );
  return call(specifier, options);
}

let isQuiet = false;

/**
 * Node says once in a process, on the first `import()` of such a function, that the option is experimental. The person
 * who runs the program has not asked for it, so the first `import()` is made here, with that one warning left out.
 */
function quietDynamicImport() {
  if (isQuiet) return;
  isQuiet = true;
  const { emitWarning } = process;
  process.emitWarning = /** @type {any} */ (
    (/** @type {any[]} */ ...args) => {
      if (String(args[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) return;
      Reflect.apply(emitWarning, process, args);
    }
  );
  try {
    vm.compileFunction("import('node:module')", [], { filename: __filename, ...option() })();
  } finally {
    process.emitWarning = emitWarning;
  }
}

exports.dynamicImportOption = dynamicImportOption;
exports.nativeImport = nativeImport;
