'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { binding } = require('../../js/native');
const { REGISTER } = require('../helpers/cli-app');

/** @typedef {import('../../js/runtime/esm/transformed').ModuleAhead} ModuleAhead */

const FILES = {
  'package.json': '{ "type": "module" }',
  'main.js': `import fs from 'node:fs';
import express from 'express';
import { a as b, default as c } from './a.js';
import * as d from './deep/d.js';
import data from './data.json' with { type: 'json' };
import './query.js?one';
export { e } from './deep/../e.js';
export * from './a.js';
export default class { m() { return [fs, express, b, c, d, data, import.meta.url, import('./later.js')]; } }
`,
  'a.js': `export let a = 1;\nexport default function () { a += 1; }\nawait null;\n`,
  'e.js': `\uFEFFexport const e = 'ä€😀';\n`,
  'query.js': '',
  'later.js': '',
  'data.json': '{}',
  'deep/d.js': `import '../main.js';\nexport const d = 1;\n`,
  'node_modules/express/package.json':
    '{ "name": "express", "type": "module", "exports": "./index.js" }',
  'node_modules/express/index.js': 'export default 1;',
};

const TYPESCRIPT = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json':
    '{ "compilerOptions": { "experimentalDecorators": true, "paths": { "~/*": ["./src/*"] } } }',
  'main.ts': `import { type T, Color } from './color.js';\nimport { x } from '~/x';\nconsole.log(Color.Red, x as T);\n`,
  'color.ts': `export type T = 1;\nexport enum Color { Red }\n`,
  'src/x.ts': `export const x: number = 1;\n`,
  'old.cts': `import { y } from './y.cjs';\nexport = { y };\n`,
  'y.cts': `export const y = 1;\n`,
};

/** What is false or empty is not told. @param {any} about @param {string} code @returns {ModuleAhead} */
function whole({ requests = [], locals = [], ...rest }, code) {
  const isFalse = {
    isAsync: false,
    usesMeta: false,
    usesDecorators: false,
    hasModuleSyntax: false,
  };
  const isEmpty = {
    stars: [],
    moves: [],
    imports: [],
    indirects: [],
    dynamicImports: [],
    targets: [],
  };
  return {
    ...isFalse,
    ...isEmpty,
    ...rest,
    code,
    requests: requests.map((/** @type {any} */ each) => ({ attributes: [], ...each })),
    locals: locals.map((/** @type {any} */ each) => ({ isMutated: false, ...each })),
  };
}

describe('modules that are read ahead', () => {
  /** @type {string} */
  let folder;

  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-ahead-')));
  });

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Files and folders get an old time: a later change is another one. @param {Record<string, string>} files */
  function write(files) {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(fileOf(name)), { recursive: true });
      fs.writeFileSync(fileOf(name), text);
    }
    for (const name of Object.keys(files)) {
      fs.utimesSync(fileOf(name), 1, 1);
      fs.utimesSync(path.dirname(fileOf(name)), 1, 1);
    }
  }

  /** @param {string} name */
  function fileOf(name) {
    return path.join(folder, name);
  }

  /**
   * @param {string} entry
   * @param {number} [clockStepMs] none: what was made just now counts as well
   * @param {string} [modules] a file of an earlier start
   */
  function lookAhead(entry, clockStepMs = 0, modules) {
    const options = {
      conditions: ['node', 'import'],
      extensions: ['.ts', '.js'],
      builtins: [...Module.builtinModules],
      clockStepMs,
      ...(modules === undefined ? {} : { modules }),
    };
    const ahead = new binding.NativeAhead(fileOf(entry), options, new binding.NativeTsconfigs());
    ahead.settle();
    return ahead;
  }

  /**
   * @param {import('../../js/binding').NativeAhead} ahead
   * @param {string} name
   * @returns {ModuleAhead | null}
   */
  function take(ahead, name) {
    const found = ahead.take(fileOf(name));
    return found && whole(JSON.parse(found.about), found.code);
  }

  /** What the transform itself gives. @param {string} name @param {ModuleAhead} given @param {object} [compilerOptions] */
  function transformed(name, { kind, language }, compilerOptions = {}) {
    const source = fs.readFileSync(fileOf(name), 'utf8').replace(/^\uFEFF/, '');
    return binding.transform(source, { path: fileOf(name), language, kind, compilerOptions });
  }

  it('are what the transform makes of them, with what they import', () => {
    write(FILES);
    const ahead = lookAhead('main.js');

    for (const name of ['main.js', 'a.js', 'e.js', 'deep/d.js']) {
      const found = take(ahead, name);
      assert.ok(found, name);
      const { fingerprint, language, kind, targets, key, ...rest } = found;
      assert.match(key ?? '', /^[0-9a-f]{32}$/);
      assert.deepEqual(rest, transformed(name, found), name);
      assert.deepEqual([language, kind], ['js', 'module']);
      assert.equal(fingerprint, binding.fingerprint(fileOf(name)));
      assert.equal(targets.length, rest.requests.length);
    }
  });

  it('say where plain relative imports lead, and leave all others to who asks', () => {
    write(FILES);
    const found = take(lookAhead('main.js'), 'main.js');

    const specifiers = found?.requests.map(({ specifier }) => specifier);
    const targets = specifiers?.map((specifier, at) => [specifier, found?.targets[at]]);
    assert.deepEqual(Object.fromEntries(targets ?? []), {
      'node:fs': null,
      express: null,
      './a.js': fileOf('a.js'),
      './deep/d.js': fileOf('deep/d.js'),
      './data.json': fileOf('data.json'),
      './query.js?one': null,
      './deep/../e.js': fileOf('e.js'),
    });
  });

  it('in TypeScript are compiled as their tsconfig.json says', () => {
    write(TYPESCRIPT);
    const ahead = lookAhead('main.ts');

    for (const name of ['main.ts', 'color.ts', 'src/x.ts']) {
      const found = take(ahead, name);
      assert.ok(found, name);
      const { fingerprint, language, kind, targets, key, ...rest } = found;
      assert.ok(fingerprint && key);
      assert.deepEqual(
        rest,
        transformed(name, found, { experimentalDecorators: true, strictNullChecks: false }),
      );
      assert.deepEqual([language, kind], ['ts', 'module']);
      assert.deepEqual(targets, name === 'main.ts' ? [fileOf('color.ts'), null] : []);
    }
    const compiled = take(lookAhead('old.cts'), 'old.cts');
    assert.deepEqual([compiled?.kind, compiled?.targets], ['compiled', [fileOf('y.cts')]]);
  });

  it('are given with all that they import, whose files are as they were', () => {
    write(FILES);
    const ahead = lookAhead('main.js');
    fs.writeFileSync(fileOf('a.js'), 'export const a = 2;');
    const graph = ahead.takeGraph(fileOf('main.js'));

    const names = ['main.js', 'deep/d.js', 'e.js'];
    assert.deepEqual(graph?.files, names.map(fileOf));
    const alone = lookAhead('main.js');
    const [main, d, e] = names.map((name) => alone.take(fileOf(name)));
    assert.deepEqual(graph?.codes, [main?.code, d?.code, e?.code]);
    assert.equal(graph?.about, `[${[main?.about, d?.about, e?.about].join()}]`);
    for (const name of [...names, 'a.js']) assert.equal(ahead.take(fileOf(name)), null, name);
  });

  it('are given with no more than themselves where they run while they load', () => {
    write(TYPESCRIPT);
    const ahead = lookAhead('old.cts');

    assert.deepEqual(ahead.takeGraph(fileOf('old.cts'))?.files, [fileOf('old.cts')]);
    assert.ok(ahead.take(fileOf('y.cts')));
  });

  it('are given once', () => {
    write(FILES);
    const ahead = lookAhead('main.js');

    assert.ok(take(ahead, 'a.js'));
    assert.equal(take(ahead, 'a.js'), null);
  });

  it('are not given once their file is another', () => {
    write(FILES);
    const ahead = lookAhead('main.js');
    fs.writeFileSync(fileOf('a.js'), 'export const a = 2;');

    assert.equal(take(ahead, 'a.js'), null);
    assert.ok(take(ahead, 'main.js'));
  });

  it('are not given once something has come into a folder of their imports, or has gone', () => {
    write(FILES);
    const ahead = lookAhead('main.js');
    fs.writeFileSync(fileOf('deep/new.js'), '');
    assert.equal(take(ahead, 'main.js'), null);

    const again = lookAhead('main.js');
    fs.rmSync(fileOf('deep/d.js'));
    assert.equal(take(again, 'main.js'), null);
    assert.equal(take(again, 'deep/d.js'), null);
  });

  it('are none whose time of change says too little', () => {
    write(FILES);

    assert.equal(take(lookAhead('main.js', 3_600_000), 'main.js'), null);
  });

  it('are none that have a syntax error, that are no text, or CommonJS, or in a package', () => {
    write({
      ...FILES,
      'main.mjs': `import './broken.js';import './bytes.js';import './old.cjs';import 'express';`,
      'broken.js': 'export {',
      'old.cjs': '',
    });
    fs.writeFileSync(fileOf('bytes.js'), Buffer.from([0x2f, 0x2f, 0xff]));
    const ahead = lookAhead('main.mjs');

    assert.ok(take(ahead, 'main.mjs'));
    for (const name of ['broken.js', 'bytes.js', 'old.cjs', 'node_modules/express/index.js']) {
      assert.equal(take(ahead, name), null, name);
    }
  });

  describe('out of a file that an earlier start has left', () => {
    const kept = () => fileOf('kept.bin');

    /** @param {Buffer} bytes */
    function keep(bytes) {
      bytes.writeUInt32LE(binding.checksum(bytes.subarray(4)), 0);
      fs.writeFileSync(kept(), bytes);
    }

    /** What such a file holds of each module says so. @param {Record<string, string>} files @param {string} entry */
    function keepMarked(files, entry) {
      write({ ...files, 'kept.bin': '' });
      const bytes = lookAhead(entry, 0, kept()).takeModules();
      assert.ok(bytes);
      const marked = bytes.toString('latin1').replaceAll('"code":"', '"code":"/* kept */');
      keep(Buffer.from(marked, 'latin1'));
    }

    /** @param {import('../../js/binding').NativeAhead} ahead @param {string} name */
    function isKept(ahead, name) {
      return take(ahead, name)?.code.startsWith('/* kept */');
    }

    it('are the same', () => {
      write({ ...FILES, 'kept.bin': '' });
      const first = lookAhead('main.js', 0, kept());
      const bytes = first.takeModules();
      assert.ok(bytes);
      assert.equal(first.takeModules(), null);
      keep(bytes);

      const second = lookAhead('main.js', 0, kept());
      assert.equal(second.takeModules(), null, 'nothing is new');
      for (const name of ['main.js', 'a.js', 'e.js', 'deep/d.js']) {
        const found = take(second, name);
        assert.ok(found);
        assert.deepEqual(found, take(first, name));
      }
    });

    it('are none whose file is another, or in whose folders something has changed', () => {
      keepMarked(FILES, 'main.js');
      const before = lookAhead('main.js', 0, kept());
      assert.deepEqual([isKept(before, 'main.js'), isKept(before, 'a.js')], [true, true]);

      fs.writeFileSync(fileOf('a.js'), 'export const a = 2;');
      const changed = lookAhead('main.js', 0, kept());
      assert.ok(changed.takeModules());
      assert.deepEqual([isKept(changed, 'main.js'), isKept(changed, 'a.js')], [true, false]);

      fs.writeFileSync(fileOf('deep/new.js'), '');
      const beside = lookAhead('main.js', 0, kept());
      assert.deepEqual([isKept(beside, 'main.js'), isKept(beside, 'e.js')], [false, true]);
    });

    it('are none of which the project says something else', () => {
      keepMarked(TYPESCRIPT, 'main.ts');
      assert.equal(isKept(lookAhead('main.ts', 0, kept()), 'color.ts'), true);

      const other = '{ "compilerOptions": { "useDefineForClassFields": false } }';
      fs.writeFileSync(fileOf('tsconfig.json'), other);
      assert.equal(isKept(lookAhead('main.ts', 0, kept()), 'color.ts'), false);
    });

    it('are none of a file that is not whole', () => {
      keepMarked(FILES, 'main.js');
      fs.truncateSync(kept(), fs.statSync(kept()).size - 1);

      const ahead = lookAhead('main.js', 0, kept());
      assert.equal(isKept(ahead, 'main.js'), false);
      assert.ok(ahead.takeModules());
    });

    it('are none of a file that holds something else', () => {
      write({ ...FILES, 'kept.bin': '' });
      keep(Buffer.from('\0\0\0\0[{}]'));

      assert.equal(isKept(lookAhead('main.js', 0, kept()), 'main.js'), false);
    });
  });

  it('are forgotten in the end', () => {
    write(FILES);
    const ahead = lookAhead('main.js');
    ahead.end();

    assert.equal(take(ahead, 'main.js'), null);
  });

  it('are what a program starts with, where its files have not changed just now', () => {
    const fixture = path.join(__dirname, '..', 'fixtures', 'ahead');
    const args = ['-r', './taken.cjs', '-r', REGISTER, 'main.ts'];
    const env = { ...process.env, SAFE_HOT_REPORT: 'none', NODE_DISABLE_COMPILE_CACHE: '1' };

    const names = [...fs.readdirSync(fixture), '.'];
    const changedAtMs = Math.max(
      ...names.map((name) => fs.statSync(path.join(fixture, name)).ctimeMs),
    );
    let output = '';
    let isLongAgo = false;
    // After a checkout they have.
    while (!isLongAgo) {
      isLongAgo = Date.now() - changedAtMs > 2_000;
      output = execFileSync(process.execPath, args, { cwd: fixture, encoding: 'utf8', env });
    }

    const [said = '', taken = ''] = output.split('\n');
    assert.equal(said, 'es typed legacy');
    const all = { 'main.ts': true, 'es.js': true, 'typed.ts': true, 'common.cts': true };
    assert.deepEqual(JSON.parse(taken), all);
  });
});
