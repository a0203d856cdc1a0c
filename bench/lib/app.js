'use strict';

/**
 * The measured apps, as files: a tiny one, and an Express app of 300 modules. Each is written as CommonJS, as ES modules
 * and in TypeScript, since no tool but safe-hot reloads them all. `VALUE` is what an edit changes.
 */

const ROUTERS = 20;
const SERVICES_A_ROUTER = 13;
const VALUE = "'value 0'";

/**
 * @typedef {'commonjs' | 'module' | 'typescript'} Format
 *
 * @typedef {object} App
 * @property {Record<string, string>} files
 * @property {string} edited the file that saves change
 * @property {string} text of that file, with `VALUE` in it
 * @property {string} url that answers with the value
 * @property {number} modules
 */

/** @param {Format} format @returns {App} */
function tinyApp(format) {
  const text = `${exporting(format, 'value')}${VALUE};\n`;
  const edited = fileName(format, 'value.js');
  const files = {
    'package.json': manifest(format),
    [fileName(format, 'app.js')]: [
      importing(format, '{ value }', './value.js'),
      `${exportingDefault(format)}(${parameters(format)}) => res.end(value);\n`,
    ].join(''),
    [edited]: text,
  };
  return { files, edited, text, url: '/', modules: 3 };
}

/**
 * `app.js` → 20 routers → 13 services each, three levels deep, and a few helpers that all use.
 *
 * @param {Format} format
 * @returns {App}
 */
function expressApp(format) {
  /** @type {Record<string, string>} */
  const files = { 'package.json': manifest(format) };
  const routers = Array.from({ length: ROUTERS }, (_, index) => index);
  files[fileName(format, 'app.js')] = [
    importing(format, 'express', 'express'),
    importing(format, 'compression', 'compression'),
    ...routers.map((n) => importing(format, `router${n}`, `./routes/router${n}.js`)),
    'const app = express();\napp.use(compression());\napp.use(express.json());\n',
    ...routers.map((n) => `app.use('/r${n}', router${n});\n`),
    `${exportingDefault(format)}app;\n`,
  ].join('');
  for (const n of routers) {
    files[fileName(format, `routes/router${n}.js`)] = routerText(format, n);
    for (let service = 0; service < SERVICES_A_ROUTER; service += 1) {
      files[fileName(format, `services/s${n}-${service}.js`)] = serviceText(format, n, service);
    }
  }
  for (let helper = 0; helper < HELPERS; helper += 1) {
    files[fileName(format, `lib/h${helper}.js`)] =
      `${exporting(format, 'help')}(text${typed(format, 'unknown')}) => String(text).padStart(${helper});\n`;
  }
  const edited = fileName(format, `services/s7-${SERVICES_A_ROUTER - 1}.js`);
  const text = /** @type {string} */ (files[edited]);
  return { files, edited, text, url: '/r7', modules: MODULES };
}

const MODULES = 300;
/** What is left of the 300, without the entry, `app.js`, routers and services. */
const HELPERS = MODULES - 2 - ROUTERS - ROUTERS * SERVICES_A_ROUTER;

/** @param {Format} format @param {number} n */
function routerText(format, n) {
  const services = Array.from({ length: 4 }, (_, index) => index);
  return [
    importing(format, 'express', 'express'),
    ...services.map((s) => importing(format, `* as s${s}`, `../services/s${n}-${s}.js`)),
    'const router = express.Router();\n',
    `router.get('/', (${parameters(format)}) => res.send([${services.map((s) => `s${s}.value()`)}].join(' ')));\n`,
    `router.get('/:id', (${parameters(format)}) => res.json({ id: req.params.id }));\n`,
    `${exportingDefault(format)}router;\n`,
  ].join('');
}

/** Services 0–3 use 4–7, those use 8–11, and 11 uses 12, so that the edited leaf lies five imports below the app. */
function serviceText(
  /** @type {Format} */ format,
  /** @type {number} */ n,
  /** @type {number} */ s,
) {
  const next = s < 8 ? s + 4 : s === 11 ? 12 : undefined;
  const helper = (n * SERVICES_A_ROUTER + s) % HELPERS;
  const body = next === undefined ? (s === 12 ? VALUE : `'s${n}-${s}'`) : 'next.value()';
  return [
    importing(format, '{ help }', `../lib/h${helper}.js`),
    ...(s % 5 === 0 ? [importing(format, 'lodash', 'lodash')] : []),
    ...(next === undefined ? [] : [importing(format, '* as next', `./s${n}-${next}.js`)]),
    `const table = Array.from({ length: 40 }, (_, index) => ({ index, text: help(index) }));\n`,
    `function find(index${typed(format, 'number')}) {\n  return table.find((row) => row.index === index);\n}\n`,
    ...(s % 5 === 0 ? ['const groups = lodash.groupBy(table, (row) => row.index % 7);\n'] : []),
    `${exporting(format, 'value')}() => ${body};\n`,
    `${exporting(format, 'all')}() => [find(1)${s % 5 === 0 ? ', groups' : ''}];\n`,
  ].join('');
}

/**
 * The same file with another value in it.
 *
 * @param {App} app
 * @param {string} value
 */
function editedText({ text }, value) {
  return text.replace(VALUE, `'${value}'`);
}

/** @param {Format} format @param {string} names @param {string} from */
function importing(format, names, from) {
  if (format !== 'commonjs') return `import ${names} from '${fileName(format, from)}';\n`;
  return `const ${names.replace('* as ', '')} = require('${from.replace(/^(\..*)\.js$/, '$1')}');\n`;
}

/** @param {Format} format @param {string} name */
function exporting(format, name) {
  return format !== 'commonjs' ? `export const ${name} = ` : `exports.${name} = `;
}

/** @param {Format} format */
function exportingDefault(format) {
  return format !== 'commonjs' ? 'export default ' : 'module.exports = ';
}

/** @param {Format} format */
function manifest(format) {
  const type = format === 'commonjs' ? 'commonjs' : 'module';
  return `${JSON.stringify({ name: 'measured-app', private: true, type })}\n`;
}

/** @param {Format} format @param {string} name of the JavaScript file */
function fileName(format, name) {
  return format === 'typescript' ? name.replace(/\.js$/, '.ts') : name;
}

/** What is said of a variable. @param {Format} format @param {string} type */
function typed(format, type) {
  return format === 'typescript' ? `: ${type}` : '';
}

/** @param {Format} format */
function parameters(format) {
  return `req${typed(format, 'any')}, res${typed(format, 'any')}`;
}

module.exports = { editedText, expressApp, fileName, tinyApp };
