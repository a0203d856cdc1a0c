'use strict';

/**
 * Compiles a hot CommonJS module as Node does, at its line and column, with three things more: a version token, timers
 * of its own, and what its `import()` calls, as further parameters of the function that wraps it. A line is added at
 * the end:
 *
 *     ;({token: () => token});
 *
 * The arrow function is never called. It makes V8 keep `token` in the context that every closure and class of the
 * module has in its scope chain, so the token lives exactly as long as any code of this version is reachable.
 */

const { compileFunction } = require('../compile-function');
const { dynamicImportOption } = require('./native-import');
const { didRun, nameText } = require('../coverage');
const { ownMapOf, registerOwnMap } = require('../source-maps');
const { timerNamesIn, timersFor } = require('../../resources/timers');
const { SafeHotVersion } = require('../token');

/** @typedef {import('../record').Version} Version */

const MODULE_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
const TOKEN = '__safeHotToken';
const DECLARED_ALREADY = /^Identifier '(\w+)' has already been declared$/;

/** Text may stand between the word and the bracket. */
const IMPORT_CALL = /\bimport\s*(?:\(|\/[*/])/;

/**
 * @typedef {object} DynamicImports
 * @property {(content: string, filename: string) => { code: string, base: string, dynamicImports: { specifier: string }[] } | null} rewrite
 *   makes `import()` call what is named `base` and as long as `import`; null for a text that cannot be read
 * @property {(version: Version) => (specifier: unknown, options: unknown) => Promise<object>} importFor what that is
 *
 * @typedef {object} Compiled
 * @property {import('../record').Factory} factory
 * @property {string[]} imported what `import()` names in plain text
 */

/**
 * @param {string} content as Node would compile it
 * @param {string} filename absolute
 * @param {DynamicImports} imports
 * @returns {Compiled}
 * @throws {SyntaxError} also when the text is that of an ES module
 */
function compile(content, filename, imports) {
  const rewritten = IMPORT_CALL.test(content) ? imports.rewrite(content, filename) : null;
  const code = rewritten?.code ?? content;
  const ownMap = ownMapOf(content);
  const hasOwnMap = ownMap !== undefined;
  const name = nameText(() => {
    return { filename, start: 0, length: code.length, code: content, hasOwnMap };
  });
  const text = `${code}\n;({${name}: () => ${TOKEN}});`;
  const own = rewritten ? [TOKEN, rewritten.base.padEnd('import'.length, '_')] : [TOKEN];
  const compiled = compileWith(text, filename, own, timerNamesIn(content));
  const importFor = rewritten ? imports.importFor : undefined;
  return {
    factory: makeFactory({ ...compiled, name, filename, ownMap, importFor }),
    imported: rewritten?.dynamicImports.map(({ specifier }) => specifier) ?? [],
  };
}

/**
 * Apart from what compiles, since it lives as long as the version: it would hold the text of the module once more.
 *
 * @param {object} parts
 * @param {Function} parts.wrapper
 * @param {string[]} parts.timerNames
 * @param {string} parts.name of the text
 * @param {string} parts.filename
 * @param {string | undefined} parts.ownMap
 * @param {DynamicImports['importFor'] | undefined} parts.importFor
 * @returns {import('../record').Factory}
 */
function makeFactory({ wrapper, timerNames, name, filename, ownMap, importFor }) {
  /** @type {import('../record').Factory['evaluation']} */
  const evaluation = (version, moduleArguments) => {
    const token = new SafeHotVersion();
    version.mark(new WeakRef(token));
    didRun(name, version.fingerprint);
    if (version.module) registerOwnMap(version.module, filename, ownMap);
    const args = [...moduleArguments, token];
    if (importFor) args.push(importFor(version));
    if (timerNames.length > 0) {
      const timers = /** @type {Record<string, Function>} */ (timersFor(version));
      args.push(...timerNames.map((name) => timers[name]));
    }
    return { wrapper, args };
  };
  return { evaluation, text: () => bodyOf(wrapper) };
}

/** V8 has the text of a function as long as the function itself. @param {Function} wrapper */
function bodyOf(wrapper) {
  const text = Function.prototype.toString.call(wrapper);
  return text.slice(text.indexOf('{') + 1, -1);
}

/**
 * @param {string} text
 * @param {string} filename
 * @param {string[]} own parameters that no module declares
 * @param {string[]} timerNames those that the module does not declare itself: `const { setTimeout } = require(…)`
 * @returns {{ wrapper: Function, timerNames: string[] }}
 */
function compileWith(text, filename, own, timerNames) {
  try {
    const parameters = [...MODULE_PARAMETERS, ...own, ...timerNames];
    const options = { filename, ...dynamicImportOption(text) };
    return { wrapper: compileFunction(text, parameters, options), timerNames };
  } catch (error) {
    const declared = DECLARED_ALREADY.exec(/** @type {Error} */ (error).message)?.[1];
    const others = timerNames.filter((name) => name !== declared);
    if (others.length === timerNames.length) throw error;
    return compileWith(text, filename, own, others);
  }
}

exports.compile = compile;
