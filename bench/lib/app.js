'use strict';

/**
 * The measured apps, as files: a tiny one, an Express app of 300 modules, and as many without packages. Each is written
 * as CommonJS, as ES modules (some tools reload only the one and some only the other), and as TypeScript that Node can
 * run. `VALUE` is what an edit changes.
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
  const files = {
    'package.json': manifest(format),
    [fileName(format, 'app')]: [
      importing(format, '{ value }', './value'),
      `${exportingDefault(format)}(${typed(format, 'req', 'any')}, ${typed(format, 'res', 'any')}) => res.end(value);\n`,
    ].join(''),
    [fileName(format, 'value')]: text,
  };
  return { files, edited: fileName(format, 'value'), text, url: '/', modules: 3 };
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
  files[fileName(format, 'app')] = [
    importing(format, 'express', 'express'),
    importing(format, 'compression', 'compression'),
    ...routers.map((n) => importing(format, `router${n}`, `./routes/router${n}`)),
    'const app = express();\napp.use(compression());\napp.use(express.json());\n',
    ...routers.map((n) => `app.use('/r${n}', router${n});\n`),
    `${exportingDefault(format)}app;\n`,
  ].join('');
  for (const n of routers) {
    files[fileName(format, `routes/router${n}`)] = routerText(format, n);
    for (let service = 0; service < SERVICES_A_ROUTER; service += 1) {
      files[fileName(format, `services/s${n}-${service}`)] = serviceText(format, n, service);
    }
  }
  for (let helper = 0; helper < HELPERS; helper += 1) {
    files[fileName(format, `lib/h${helper}`)] =
      `${exporting(format, 'help')}(${typed(format, 'text', 'unknown')}) => String(text).padStart(${helper});\n`;
  }
  const edited = fileName(format, `services/s7-${SERVICES_A_ROUTER - 1}`);
  const text = /** @type {string} */ (files[edited]);
  return { files, edited, text, url: '/r7', modules: MODULES };
}

const MODULES = 300;
/** What is left of the 300, without the entry, `app.js`, routers and services. */
const HELPERS = MODULES - 2 - ROUTERS - ROUTERS * SERVICES_A_ROUTER;

/**
 * A tree of 299 modules below `m0`, three imports a module.
 *
 * @param {Format} format
 * @returns {Record<string, string>} its files
 */
function plainModules(format) {
  /** @type {Record<string, string>} */
  const files = { 'package.json': manifest(format) };
  for (let index = 0; index < MODULES - 1; index += 1) {
    const imports = [1, 2, 3].map((n) => index * 3 + n).filter((n) => n < MODULES - 1);
    files[fileName(format, `m${index}`)] = [
      ...imports.map((n) => importing(format, `* as m${n}`, `./m${n}`)),
      `const table = Array.from({ length: 40 }, (_, index) => ({ index }));\n`,
      `${exporting(format, 'find')}(${typed(format, 'index', 'number')}) => table.find((row) => row.index === index);\n`,
      `${exporting(format, 'all')}() => [${imports.map((n) => `m${n}.all()`)}];\n`,
    ].join('');
  }
  return files;
}

/** @param {Format} format @param {number} n */
function routerText(format, n) {
  const services = Array.from({ length: 4 }, (_, index) => index);
  return [
    importing(format, 'express', 'express'),
    ...services.map((s) => importing(format, `* as s${s}`, `../services/s${n}-${s}`)),
    'const router = express.Router();\n',
    `router.get('/', (req, res) => res.send([${services.map((s) => `s${s}.value()`)}].join(' ')));\n`,
    `router.get('/:id', (${typed(format, 'req', 'any')}, res) => res.json({ id: req.params.id }));\n`,
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
    importing(format, '{ help }', `../lib/h${helper}`),
    ...(s % 5 === 0 ? [importing(format, 'lodash', 'lodash')] : []),
    ...(next === undefined ? [] : [importing(format, '* as next', `./s${n}-${next}`)]),
    `const table = Array.from({ length: 40 }, (_, index) => ({ index, text: help(index) }));\n`,
    `function find(${typed(format, 'index', 'number')}) {\n  return table.find((row) => row.index === index);\n}\n`,
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

/**
 * @param {Format} format
 * @param {string} names
 * @param {string} from a package, or a module of the app without its extension
 */
function importing(format, names, from) {
  if (format === 'commonjs') return `const ${names.replace('* as ', '')} = require('${from}');\n`;
  return `import ${names} from '${from.startsWith('.') ? fileName(format, from) : from}';\n`;
}

/** @param {Format} format @param {string} name without its extension */
function fileName(format, name) {
  return `${name}.${format === 'typescript' ? 'ts' : 'js'}`;
}

/** A parameter. @param {Format} format @param {string} name @param {string} type */
function typed(format, name, type) {
  return format === 'typescript' ? `${name}: ${type}` : name;
}

/** @param {Format} format @param {string} name */
function exporting(format, name) {
  return format === 'commonjs' ? `exports.${name} = ` : `export const ${name} = `;
}

/** @param {Format} format */
function exportingDefault(format) {
  return format === 'commonjs' ? 'module.exports = ' : 'export default ';
}

/** @param {Format} format */
function manifest(format) {
  const type = format === 'commonjs' ? 'commonjs' : 'module';
  return `${JSON.stringify({ name: 'measured-app', private: true, type })}\n`;
}

module.exports = { editedText, expressApp, fileName, importing, plainModules, tinyApp };
