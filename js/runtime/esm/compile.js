'use strict';

/**
 * Compiles what the transform has made of a module. The text stays at its lines and columns: what is added before it
 * stands on its first line, at columns below zero, and the rest on a line after it. With `$h` for the base name of the
 * module, and `a` and `b` for its imports:
 *
 *     'use strict';return (function(){$hi((function($hk){switch($hk){case 0:return LOCAL;…}}),function($hk,$hv){switch($hk){case 0:a=$hv;…}});…
 *     ;({token: () => [$ht, $hi]});})
 *
 * - The imports are parameters of the outer function, so to read one costs what any variable costs.
 * - `$hi` is handed what reads the exported variables, and what writes the imports. V8 compiles a function in brackets
 *   with what is around it, and one that is not when it is called: most imports are never written.
 * - The arrow function is never called. It makes V8 keep `$ht`, the version token, and what writes the imports, for as
 *   long as any code of the module is reachable.
 *
 * In a cycle the functions of a module can be called before its body runs. Such a module is a *generator* that stops
 * once before the body; and an import that may have no value by then is a variable of a generator around it, which
 * stops until the value is there. Until then V8 itself says that the variable is not initialized:
 *
 *     return (function*(){let b=yield (function*(){$hi(…);yield;…
 *     ;…})})
 *
 * Debuggers take the lines of a script as V8 counts them, so no line stands before the text. Only a text that has a source
 * map gets one, and so does the map: tools read maps by what a script holds, whatever its columns are said to be.
 */

const { compileModule } = require('../compile-function');

/**
 * @typedef {import('./module').EsModule} EsModule
 *
 * @typedef {'announce' | 'setDefault' | 'constant' | 'instantiate' | 'token' | 'load' | 'meta' | 'decorated' | 'evaluateRequest'} Helper
 *
 * @typedef {object} Program
 * @property {Function} wrapper
 * @property {Helper[]} helpers that it is given first
 * @property {Record<string, unknown>} variables that the host gives
 * @property {boolean} isGenerator
 * @property {number[]} pending indices of imports that the body may see without a value
 */

/**
 * @param {EsModule} module
 * @param {number[] | null} pending not null for a module whose functions may be called before its body runs
 * @returns {Program}
 * @throws {SyntaxError}
 */
function compile(module, pending) {
  const { transformed, imports, url } = module;
  const names = namesFrom(transformed.base);
  const locals = imports.map(({ local }) => local);
  const variables = variablesFor(module, locals);
  const ready = locals.filter((_, index) => !pending?.includes(index));
  const helpers = helpersIn(transformed.code, names);
  const own = helpers.map((helper) => names.helpers[helper]);
  const parameters = [...own, ...Object.keys(variables), ...ready];
  // CommonJS is sloppy, unless it imports or exports anything.
  const prologue = module.commonJs && !transformed.hasModuleSyntax ? '' : "'use strict';";
  const { before, after } = pending
    ? aroundGenerator(module, names, pending)
    : { before: `${prologue}return (`, after: ')' };
  const { code, mapComment } = transformed;
  const head = before + headOf(module, names, pending ? '*' : '') + (mapComment ? '\n' : '');
  const textName = module.host.nameText?.(module, head.length) ?? 'token';
  const key = pending ? transformed.key && `${transformed.key} ${pending.join()}` : transformed.key;
  const make = () => {
    const tail = `\n;({${textName}: () => [${names.token}, ${names.instantiate}]});}`;
    const text = `${head}${code}${tail}${after}${mapComment ?? ''}`;
    const columnOffset = mapComment ? 0 : -head.length;
    return compileModule(text, parameters, { filename: url, columnOffset }, key);
  };
  const around = { filename: url, textName, pending: pending?.join(), prologue, parameters };
  const wrapper = wrapperFor(transformed, around, make);
  return { wrapper, helpers, variables, isGenerator: pending !== null, pending: pending ?? [] };
}

/**
 * @typedef {object} Around all that a program depends on beside what the transform has made
 * @property {string} filename
 * @property {string} textName
 * @property {string | undefined} pending
 * @property {string} prologue
 * @property {string[]} parameters
 */

/**
 * A version whose text is that of the one before runs what was compiled of it, unless what it imports asks for another
 * function around it. The text itself is V8's to keep.
 *
 * @type {WeakMap<object, { around: Around, wrapper: Function }>}
 */
const compiled = new WeakMap();

/**
 * @param {object} transformed
 * @param {Around} around
 * @param {() => Function} make
 */
function wrapperFor(transformed, around, make) {
  const known = compiled.get(transformed);
  if (known && isSame(known.around, around)) return known.wrapper;
  const wrapper = make();
  compiled.set(transformed, { around, wrapper });
  return wrapper;
}

/** @param {Around} a @param {Around} b */
function isSame(a, b) {
  return (
    a.filename === b.filename &&
    a.textName === b.textName &&
    a.pending === b.pending &&
    a.prologue === b.prologue &&
    a.parameters.join() === b.parameters.join()
  );
}

/** What is named by what is put around a text. @type {Helper[]} */
const ALWAYS = ['instantiate', 'token'];

/** By the start that they have in common, which is nearly always the same. @type {Map<string, ReturnType<typeof makeNames>>} */
const knownNames = new Map();

/**
 * The helpers that a text names: V8, and Node before it, look at each parameter.
 *
 * @param {string} code
 * @param {ReturnType<typeof namesFrom>} names
 * @returns {Helper[]}
 */
function helpersIn(code, { helpers, base }) {
  if (!code.includes(base)) return ALWAYS;
  const all = /** @type {Helper[]} */ (Object.keys(helpers));
  return all.filter((helper) => ALWAYS.includes(helper) || code.includes(helpers[helper]));
}

/**
 * The names that the transform has put into the text.
 *
 * @param {string} base
 */
function namesFrom(base) {
  const names = knownNames.get(base) ?? makeNames(base);
  knownNames.set(base, names);
  return names;
}

/** @param {string} base */
function makeNames(base) {
  return {
    base,
    helpers: {
      announce: base,
      setDefault: `${base}d`,
      constant: `${base}c`,
      instantiate: `${base}i`,
      token: `${base}t`,
      load: base.padEnd('import'.length, '_'),
      meta: base.padEnd('import.meta'.length, '_'),
      decorated: `${base}e`,
      evaluateRequest: `${base}r`,
    },
    instantiate: `${base}i`,
    token: `${base}t`,
    key: `${base}k`,
    value: `${base}v`,
  };
}

/** What a host has for most modules. @type {Record<string, unknown>} */
const NO_VARIABLES = Object.freeze({});

/**
 * @param {EsModule} module
 * @param {string[]} locals
 */
function variablesFor(module, locals) {
  const variables = module.host.variables?.(module) ?? NO_VARIABLES;
  if (variables === NO_VARIABLES) return variables;
  const imported = new Set(locals);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !imported.has(name)));
}

/**
 * @param {EsModule} module
 * @param {ReturnType<typeof namesFrom>} names
 * @param {number[]} pending
 */
function aroundGenerator({ imports }, names, pending) {
  const outer = pending.map((index) => `(function*(){let ${imports[index]?.local}=yield `);
  return {
    before: `'use strict';return ${outer.join('')}(`,
    after: `)${'})'.repeat(pending.length)}`,
  };
}

/**
 * @param {EsModule} module
 * @param {ReturnType<typeof namesFrom>} names
 * @param {'' | '*'} star
 */
function headOf({ hasTopLevelAwait, locals, imports }, names, star) {
  const { instantiate, key, value } = names;
  let reads = '';
  locals.forEach(({ local }, slot) => {
    if (local) reads += `case ${slot}:return ${local};`;
  });
  let writes = '';
  imports.forEach(({ local }, index) => {
    writes += `case ${index}:${local}=${value};break;`;
  });
  const read = `(function(${key}){switch(${key}){${reads}}})`;
  const write = `function(${key},${value}){switch(${key}){${writes}}}`;
  const kind = `${hasTopLevelAwait ? 'async ' : ''}function${star}`;
  return `${kind}(){${instantiate}(${read},${write});${star ? 'yield;' : ''}`;
}

exports.NO_VARIABLES = NO_VARIABLES;
exports.compile = compile;
