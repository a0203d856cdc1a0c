'use strict';

/**
 * Compiles a hot CommonJS module as Node does, at its line and column, with two things more: a version token and
 * timers of its own, as further parameters of the function that wraps it. A line is added at the end:
 *
 *     ;(() => token);
 *
 * The arrow function is never called. It makes V8 keep `token` in the context that every closure and class of the
 * module has in its scope chain, so the token lives exactly as long as any code of this version is reachable.
 */

const vm = require('node:vm');
const { TIMER_NAMES, timersFor } = require('../../resources/timers');

/** @typedef {import('../record').Version} Version */

const MODULE_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
const TOKEN = '__safeHotToken';
const LAST_LINE = `\n;(() => ${TOKEN});`;
const DECLARED_ALREADY = /^Identifier '(\w+)' has already been declared$/;

/**
 * @param {string} content as Node would compile it
 * @param {string} filename absolute
 * @returns {import('../record').Factory}
 * @throws {SyntaxError} also when the text is that of an ES module
 */
function compile(content, filename) {
  if (/\bimport\b/.test(content)) quietDynamicImport();
  const text = content + LAST_LINE;
  // A direct `eval` may name what the text does not.
  const mayName = /\beval\b/.test(content)
    ? () => true
    : (/** @type {string} */ name) => content.includes(name);
  const { wrapper, timerNames } = compileWith(text, filename, TIMER_NAMES.filter(mayName));
  return (version, moduleArguments) => {
    const token = {};
    version.token = new WeakRef(token);
    if (timerNames.length === 0) return { wrapper, args: [...moduleArguments, token] };
    const timers = /** @type {Record<string, Function>} */ (timersFor(version));
    const own = [token, ...timerNames.map((name) => timers[name])];
    return { wrapper, args: [...moduleArguments, ...own] };
  };
}

/**
 * @param {string} text
 * @param {string} filename
 * @param {string[]} timerNames those that the module does not declare itself: `const { setTimeout } = require(…)`
 * @returns {{ wrapper: Function, timerNames: string[] }}
 */
function compileWith(text, filename, timerNames) {
  try {
    const parameters = [...MODULE_PARAMETERS, TOKEN, ...timerNames];
    return { wrapper: vm.compileFunction(text, parameters, optionsFor(filename)), timerNames };
  } catch (error) {
    const declared = DECLARED_ALREADY.exec(/** @type {Error} */ (error).message)?.[1];
    const others = timerNames.filter((name) => name !== declared);
    if (others.length === timerNames.length) throw error;
    return compileWith(text, filename, others);
  }
}

/**
 * @param {string} filename
 * @returns {any} Node's types name the constant from Node 21.7 on; Node 20.12 has it too
 */
function optionsFor(filename) {
  const { USE_MAIN_CONTEXT_DEFAULT_LOADER } = /** @type {any} */ (vm.constants);
  return { filename, importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER };
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
    vm.compileFunction("import('node:module')", [], optionsFor(__filename))();
  } finally {
    process.emitWarning = emitWarning;
  }
}

exports.compile = compile;
