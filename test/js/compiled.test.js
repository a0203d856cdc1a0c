'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { REGISTER } = require('../helpers/cli-app');

/** Tells of each function of the app whether V8 took what was compiled before. */
const WATCH = `const vm = require('node:vm');
const path = require('node:path');
const { Script, compileFunction } = vm;
const compiled = {};
const note = (made, options) => {
  const name = path.basename(options?.filename ?? '');
  if (/^(main|es|cjs|ts)[.]/.test(name)) {
    compiled[name] = options.cachedData ? (made.cachedDataRejected ? 'rejected' : 'kept') : 'new';
  }
  return made;
};
vm.compileFunction = (text, parameters, options) =>
  note(compileFunction(text, parameters, options), options);
vm.Script = class extends Script {
  constructor(text, options) {
    super(text, options);
    note(this, options);
  }
};
process.on('exit', () => console.log(JSON.stringify(compiled)));
`;

const FILES = {
  'package.json': '{}',
  'watch.cjs': WATCH,
  'node_modules/dep/index.js': "module.exports = 'dep';\n",
  'main.mjs': `import cjs from './cjs.js';
import { es } from './es.mjs';
import { ts } from './ts.mts';
console.log([es(), cjs(), ts()].join());
`,
  'es.mjs': `import dep from 'dep';\nexport const es = () => dep + 1;\n`,
  'cjs.js': `const timer = setTimeout(() => {}, 0);\nclearTimeout(timer);\nmodule.exports = () => 2;\n`,
  'ts.mts': `export enum E { Three = 3 }\nexport const ts = (): E => E.Three;\n`,
};

const ALL = ['main.mjs', 'es.mjs', 'cjs.js', 'ts.mts'];

describe('what V8 has compiled of a program', () => {
  /** @type {string} */
  let folder;

  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-compiled-')));
    for (const [name, text] of Object.entries(FILES)) write(name, text);
  });

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** @param {string} name @param {string} text */
  function write(name, text) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }

  /** @param {Record<string, string>} [variables] */
  function start(variables = {}) {
    const args = ['-r', './watch.cjs', '--import', pathToFileURL(REGISTER).href, 'main.mjs'];
    // With one of these it is off. The first would be handed on, if it were not given.
    const off = { SAFE_HOT_REPORT: 'none', NODE_V8_COVERAGE: '' };
    const env = { ...process.env, ...off, ...variables };
    delete env['NAPI_RS_NATIVE_LIBRARY_PATH'];
    const out = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
    const lines = out.trim().split('\n');
    const compiled = JSON.parse(lines.pop() ?? '{}');
    return { said: lines[0], lines, compiled };
  }

  function outcome() {
    const { said, compiled } = start();
    return [said, compiled];
  }

  function keptFiles() {
    const cache = path.join(folder, 'node_modules', '.cache', 'safe-hot');
    if (!fs.existsSync(cache)) return [];
    return fs.readdirSync(cache).map((name) => path.join(cache, name));
  }

  /** @param {string} how @param {Record<string, string>} [others] */
  const each = (how, others = {}) => ({
    ...Object.fromEntries(ALL.map((name) => [name, how])),
    ...others,
  });

  it('is kept for the next start', () => {
    assert.deepEqual(outcome(), ['dep1,2,3', each('new')]);
    const [file = '', ...others] = keptFiles();
    assert.deepEqual(others, []);
    const { ino } = fs.statSync(file);

    assert.deepEqual(outcome(), ['dep1,2,3', each('kept')]);
    assert.equal(fs.statSync(file).ino, ino, 'written again');
  });

  it('is used for the very text only', () => {
    start();
    write('es.mjs', FILES['es.mjs'].replace('dep + 1', 'dep + 8'));
    write('cjs.js', FILES['cjs.js'].replace('=> 2', '=> 9'));

    const changed = { 'es.mjs': 'new', 'cjs.js': 'new' };
    assert.deepEqual(outcome(), ['dep8,9,3', each('kept', changed)]);
    assert.deepEqual(outcome(), ['dep8,9,3', each('kept')]);
  });

  for (const [damage, make] of Object.entries(damages())) {
    it(`is made again where the file ${damage}`, () => {
      start();
      const [file = ''] = keptFiles();
      fs.writeFileSync(file, make(fs.readFileSync(file)));

      assert.deepEqual(outcome(), ['dep1,2,3', each('new')]);
      assert.deepEqual(outcome(), ['dep1,2,3', each('kept')]);
    });
  }

  it('keeps lines and columns', () => {
    write(
      'es.mjs',
      'export const es = () => {\n  return new Error().stack.match(/es.mjs:.*[0-9]/)[0];\n};\n',
    );
    write('cjs.js', 'module.exports = () => new Error().stack.match(/cjs.js:.*[0-9]/)[0];\n');
    const { said } = start();
    assert.match(said ?? '', /^es\.mjs:2:10\)?.*,cjs\.js:1:24,3$/);

    assert.deepEqual(outcome(), [said, each('kept')]);
  });

  it('is none of code that may import by itself', () => {
    const text = `const load = new Function('name', 'return import(name)');
module.exports = () => (load('node:fs').then(({ readFileSync }) => console.log(typeof readFileSync)), 2);
`;
    write('cjs.js', text);
    for (const compiled of [each('new'), each('kept', { 'cjs.js': 'new' })]) {
      const { lines, compiled: found } = start();
      assert.deepEqual(lines, ['dep1,2,3', 'function']);
      assert.deepEqual(found, compiled);
    }
  });

  it('is not kept where it is not asked for, or has no place', () => {
    start({ NODE_DISABLE_COMPILE_CACHE: '1' });
    assert.deepEqual(keptFiles(), []);

    fs.renameSync(path.join(folder, 'node_modules'), path.join(folder, 'modules'));
    write('es.mjs', 'export const es = () => 1;\n');
    const { said } = start();
    assert.equal(said, '1,2,3');
  });
});

/** @returns {Record<string, (bytes: Buffer) => Buffer>} what may have become of the file */
function damages() {
  const withOther = (/** @type {Buffer} */ bytes, /** @type {number} */ at) => {
    const other = Buffer.from(bytes);
    other[at] = (other[at] ?? 0) ^ 0xff;
    return other;
  };
  return {
    'has lost its end': (bytes) => bytes.subarray(0, bytes.length - 100),
    'is empty': () => Buffer.alloc(0),
    'has another byte in what V8 compiled': (bytes) => withOther(bytes, bytes.length - 500),
    'has another byte in its index': (bytes) => withOther(bytes, 50),
  };
}
