'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const Module = require('node:module');
const { setTimeout: delay } = require('node:timers/promises');
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
const isLexed = () => Object.keys(require.cache).some((name) => name.includes('cjs-module-lexer'));
process.on('exit', () => console.log(JSON.stringify({ compiled, isLexed: isLexed() })));
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

const HAS_COMPILE_CACHE = 'flushCompileCache' in Module;

const ALL = ['main.mjs', 'es.mjs', 'cjs.js', 'ts.mts'];

describe('what a start keeps for the next', () => {
  /** @type {string} */
  let folder;

  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-kept-')));
    for (const [name, text] of Object.entries(FILES)) write(name, text);
  });

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** @param {string} name @param {string} text */
  function write(name, text) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }

  /** @param {Record<string, string>} [variables] @param {string} [entry] */
  function start(variables = {}, entry = 'main.mjs') {
    const args = ['-r', './watch.cjs', '--import', pathToFileURL(REGISTER).href, entry];
    // With one of these it is off. The first would be handed on, if it were not given.
    const off = { SAFE_HOT_REPORT: 'none', NODE_V8_COVERAGE: '' };
    const env = { ...process.env, ...off, ...variables };
    delete env['NAPI_RS_NATIVE_LIBRARY_PATH'];
    const out = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
    const lines = out.trim().split('\n');
    const { compiled, isLexed } = JSON.parse(lines.pop() ?? '{}');
    return { said: lines[0], lines, compiled, isLexed };
  }

  function outcome() {
    const { said, compiled } = start();
    return [said, compiled];
  }

  function keptFiles() {
    const cache = path.join(folder, 'node_modules', '.cache', 'safe-hot');
    if (!fs.existsSync(cache)) return [];
    const names = fs.readdirSync(cache).filter((name) => name.includes(process.version));
    return names.map((name) => path.join(cache, name));
  }

  /** Where Node keeps what it has had compiled. */
  function filesOfNode() {
    const cache = path.join(folder, 'node_modules', '.cache', 'safe-hot', 'node');
    if (!fs.existsSync(cache)) return [];
    const found = fs.readdirSync(cache, { recursive: true }).map(String);
    return found.filter((name) => fs.statSync(path.join(cache, name)).isFile());
  }

  /** @param {string} how @param {Record<string, string>} [others] */
  const each = (how, others = {}) => ({
    ...Object.fromEntries(ALL.map((name) => [name, how])),
    ...others,
  });

  describe('what V8 has compiled of a program', () => {
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

    it('of packages is kept by Node, where it can', function () {
      if (!HAS_COMPILE_CACHE) this.skip();
      start({ NODE_DISABLE_COMPILE_CACHE: '1' });
      assert.deepEqual(filesOfNode(), []);

      start();
      assert.notEqual(filesOfNode().length, 0);
    });

    it('of packages is kept while the program runs', async function () {
      if (!HAS_COMPILE_CACHE) this.skip();
      write(
        'main.mjs',
        "import dep from 'dep';\nsetInterval(() => {}, 1_000);\nconsole.log(dep);\n",
      );
      const env = { ...process.env, SAFE_HOT_REPORT: 'none', NODE_V8_COVERAGE: '' };
      const args = ['--import', pathToFileURL(REGISTER).href, 'main.mjs'];
      const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
      try {
        while (filesOfNode().length === 0) await delay(20);
      } finally {
        child.kill('SIGKILL');
      }
    });

    it('of packages is not kept where the program is one', function () {
      if (!HAS_COMPILE_CACHE) this.skip();
      write('node_modules/dep/bin.js', "console.log(require('dep'));\n");
      assert.equal(start({}, 'node_modules/dep/bin.js').said, 'dep');
      assert.deepEqual(filesOfNode(), []);
    });

    it('of packages is kept where the program says', function () {
      if (!HAS_COMPILE_CACHE) this.skip();
      start({ NODE_COMPILE_CACHE: path.join(folder, 'theirs') });
      assert.deepEqual(filesOfNode(), []);
      assert.notEqual(fs.readdirSync(path.join(folder, 'theirs')).length, 0);
    });
  });

  describe('what the addon has made of modules', () => {
    const filesOf = () => {
      const cache = path.join(folder, 'node_modules', '.cache', 'safe-hot');
      return fs.readdirSync(cache).filter((name) => /^app-[0-9a-f]+\.bin$/.test(name));
    };

    it('is kept once files have not changed just now', async () => {
      start();
      while (filesOf().length === 0) {
        await delay(100);
        start();
      }
      assert.equal(filesOf().length, 1);
      assert.deepEqual(start().said, 'dep1,2,3');
    });
  });

  describe('the names that a package exports', () => {
    const isLexed = () => start().isLexed;

    it('are looked for once', () => {
      assert.deepEqual([isLexed(), isLexed()], [true, false]);
    });

    it('are those of the package as it is', () => {
      write('node_modules/dep/index.js', "module.exports = require('./lib.js');\n");
      write('node_modules/dep/lib.js', "exports.one = 'one';\n");
      write('es.mjs', "import { one } from 'dep';\nexport const es = () => one;\n");
      assert.equal(start().said, 'one,2,3');

      write('node_modules/dep/lib.js', "exports.two = 'two';\n");
      write('es.mjs', "import { two } from 'dep';\nexport const es = () => two;\n");
      assert.equal(start().said, 'two,2,3');
      assert.equal(isLexed(), false);
    });

    it('are those of the format that its package.json says by now', () => {
      start();
      write('node_modules/dep/package.json', '{ "type": "module" }');
      write('node_modules/dep/index.js', "export default 'other';\n");
      assert.equal(start().said, 'other1,2,3');
    });
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
