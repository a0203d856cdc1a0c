'use strict';

/**
 * Apps that hold on to nothing, however much they look like it: in each, `hot.js` is reloaded.
 *
 * @type {Record<string, Record<string, string>>} the files of each, by its name
 */
const CLEAN_APPS = {
  'timers, listeners and immediates of its own': {
    'hot.js':
      "setInterval(() => exports, 1e6);\nsetImmediate(() => exports);\nprocess.on('planted', () => exports);\n",
  },
  'listeners on the emitter of another module': {
    'bus.js': "module.exports = new (require('node:events'))();\n",
    'hot.js': "require('./bus').on('message', function onMessage() {});\n",
  },
  'importers in two ways, and a cycle': {
    'hot.js':
      "exports.leaf = () => 1;\nexports.back = () => require('./left');\nrequire('./left');\n",
    'left.js': "const hot = require('./hot');\nexports.run = () => hot.leaf();\n",
    'right.js': "const { leaf } = require('./hot');\nexports.run = () => leaf();\n",
    'top.js': "require('./left');\nrequire('./right');\n",
  },
  'handlers of its own, and resources that it hands over': {
    'registry.js': 'const all = new Set();\nexports.all = all;\n',
    'hot.js': `const { all } = require('./registry');
const own = { run() {}, close() { all.delete(own); } };
all.add(module.hot.use(own));
const other = () => own;
all.add(other);
module.hot.dispose(() => all.delete(other));
`,
  },
  'one cache for all versions, of plain data': {
    'hot.js':
      "const cache = module.hot.keep('cache', () => new Map());\ncache.set('runs', (cache.get('runs') ?? 0) + 1);\nexports.get = () => cache;\n",
  },
  'keys of a WeakMap and targets of a FinalizationRegistry': {
    'weak.js':
      'exports.map = new WeakMap();\nexports.set = new WeakSet();\nexports.registry = new FinalizationRegistry(() => {});\n',
    'hot.js':
      "const { map, set, registry } = require('./weak');\nconst own = () => own;\nmap.set(own, { own });\nset.add(own);\nregistry.register(own, 'plain');\nexports.ref = new WeakRef(own);\n",
  },
  'promises, generators and contexts of its own': {
    'hot.js': `const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage();
new Promise(() => exports);
storage.run({ own: () => exports }, () => setTimeout(() => exports, 1e6));
const running = (function* () { yield exports; yield running; })();
running.next();
exports.wait = async () => { await new Promise(() => {}); return exports; };
exports.wait();
`,
  },
  'a class, its instances and errors': {
    'base.js': 'module.exports = class Base { run() { return this; } };\n',
    'hot.js': `const Base = require('./base');
class Own extends Base { static one = new Own(); #self = this; get self() { return this.#self; } }
exports.Own = Own;
try { throw Object.assign(new Error('of its own'), { Own }); } catch (error) { exports.error = error; }
`,
  },
  'ES modules with live bindings, and import()': {
    'package.json': '{ "type": "module" }',
    'hot.js': `import { count } from './count.js';
export let value = () => count;
export const later = () => import('./count.js');
export default class { own = value; }
void later();
`,
    'count.js': 'export let count = 0;\nexport const add = () => (count += 1);\n',
    'top.js': "import hot, { value } from './hot.js';\nexport const run = () => [hot, value];\n",
  },
  'TypeScript, a data file that it reads, and streams': {
    'package.json': '{ "type": "module" }',
    'data.json': '{ "a": 1 }',
    'hot.js': "export { size } from './size.ts';\n",
    'size.ts': `import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
const stream: PassThrough = new PassThrough();
stream.on('data', () => size);
enum Kind { Data }
const text: string = readFileSync(new URL('./data.json', import.meta.url), 'utf8');
export const size = (): number => text.length + Kind.Data;
`,
    'top.js': "import { size } from './hot.js';\nexport const run = () => size();\n",
  },
};

exports.CLEAN_APPS = CLEAN_APPS;
