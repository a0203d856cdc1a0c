'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');

const { NativeTsconfigs, transform } = require('../../js/binding.js');

/**
 * Runs the text of a module that imports nothing, as the runtime does, and keeps what is told of its exports.
 *
 * @param {string} source
 * @param {'js' | 'ts'} [language]
 */
function run(source, language = 'js') {
  const module = transform(source, { path: '/a.js', language, kind: 'module' });
  assert.equal(module.type, 'module', JSON.stringify(module));
  const { base, code, locals } = module;
  /** @type {Record<string, unknown>} */
  const exported = {};
  /** @type {(slot: number) => unknown} */
  let read = () => undefined;
  const set = (/** @type {number} */ slot, /** @type {unknown} */ value) => {
    for (const name of locals[slot]?.names ?? []) exported[name] = value;
  };
  const helpers = {
    [base]: (/** @type {unknown} */ value, /** @type {number[]} */ ...slots) => {
      for (const slot of slots) set(slot, read(slot));
      return value;
    },
    [`${base}d`]: (/** @type {{ default: unknown }} */ box) =>
      set(
        locals.findIndex((local) => local.kind === 'default'),
        box.default,
      ),
    [base.padEnd(11, '_')]: { url: 'file:///a.js' },
  };
  const cases = locals.map((local, slot) => `case ${slot}:return ${local.local ?? 0};`).join('');
  const text =
    `'use strict';return function*(){${base}i(${base}s);yield;\n${code}\n;` +
    `function ${base}s(k){switch(k){${cases}}}}`;
  const make = vm.compileFunction(text, [`${base}i`, ...Object.keys(helpers)]);
  const body = make(
    (/** @type {typeof read} */ reader) => (read = reader),
    ...Object.values(helpers),
  )();
  body.next();
  locals.forEach((local, slot) => local.kind === 'function' && set(slot, read(slot)));
  body.next();
  return exported;
}

describe('binding: transform()', () => {
  it('gives text that tells each change of an export', () => {
    const exported = run(`
      export let count = 1, other = [];
      export function add(by = count++) { [count, other] = [count + by, count] }
      export { total as 'the total' };
      let total = 0;
      for (total of [1, 2, 3]) other.push(total);
      for (var i = 0; i < 3; i++);
      if (count) var unlisted = 1
      export { i, unlisted }
      export const url = import.meta.url;
    `);

    assert.deepEqual([exported['the total'], exported['i'], exported['unlisted']], [3, 3, 1]);
    assert.deepEqual([exported['other'], exported['url']], [[1, 2, 3], 'file:///a.js']);
    /** @type {Function} */ (exported['add'])();
    assert.deepEqual([exported['count'], exported['other']], [3, 2]);
  });

  it('gives a default value the name that it has in a module', () => {
    const sources = ['() => {}', 'class {}', '(function () {})', 'async () => 1'];

    const names = sources.map((source) => {
      const { default: value } = run(`export default ${source}`);
      return typeof value === 'function' && value.name;
    });

    assert.deepEqual(names, ['default', 'default', 'default', 'default']);
  });

  it('keeps line ends that types kept apart', () => {
    const exported = run(
      `
      enum Color { Red }
      const list = [1, 2, 3] as number[]
      ;[list[0]] = [Color.Red]
      export class A { x = list as unknown
        private ['y'] = 2 }
      export const first = list[0]!
      `,
      'ts',
    );

    assert.equal(exported['first'], 0);
    assert.deepEqual(Object.keys(new /** @type {any} */ (exported['A'])()), ['x', 'y']);
  });

  it('maps generated text to the file', () => {
    const source = '\n\nexport enum E { a }';

    const module = transform(source, { path: '/e.ts', language: 'ts', kind: 'module' });

    assert.equal(module.type, 'module');
    assert.deepEqual(JSON.parse(module.map ?? '{}').sources, ['/e.ts']);
  });

  it('evaluates imports where they stand in what is compiled to CommonJS', () => {
    const options = { path: '/a.cts', language: 'ts', kind: 'compiled' };
    const code = (/** @type {string} */ source) => {
      const module = transform(source, options);
      assert.equal(module.type, 'module', JSON.stringify(module));
      return [module.code, module.hasModuleSyntax];
    };

    assert.deepEqual(code("import x = require('x'); x; export default 1"), [
      "const  x = require('x'); x; $hd({  default:1});",
      true,
    ]);
    assert.deepEqual(code("f();\nimport { x } from 'x'; x"), [
      'f();\n$hr(0);                x',
      true,
    ]);
    assert.deepEqual(code("import { T } from 'x'; let x: T; export * from 'y'"), [
      ';                      let x   ; $hr(0);          ',
      true,
    ]);
    assert.deepEqual(code("import x = require('x'); export = f as any"), [
      ';                        module.exports = f       ;',
      true,
    ]);
    assert.deepEqual(code('if (module.parent) return; x = 010 as number'), [
      'if (module.parent) return; x = 010          ;',
      false,
    ]);
  });

  it('tells an early error with its place', () => {
    const outcome = transform('let a;\nlet a', { path: '/a.js', language: 'js', kind: 'module' });

    assert.equal(outcome.type, 'invalid');
    assert.deepEqual([outcome.error.line, outcome.error.column], [1, 5]);
  });

  it('throws for a language that it does not know', () => {
    const options = /** @type {any} */ ({ path: '/a', language: 'x', kind: 'module' });

    assert.throws(() => transform('', options), { code: 'InvalidArg' });
  });
});

describe('binding: NativeTsconfigs', () => {
  it('tells the options as they were first, and as they are', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-tsconfig-'));
    const [config, file] = ['tsconfig.json', 'a.ts'].map((name) => path.join(folder, name));
    const tsconfigs = new NativeTsconfigs();

    assert.equal(tsconfigs.read(file).type, 'none');
    fs.writeFileSync(config, '{ "compilerOptions": { "module": "NodeNext", "allowJs": true } }');
    const found = tsconfigs.of(file);
    assert.equal(found.type, 'found');
    const { resolution, ...rest } = found;
    assert.equal(typeof resolution, 'string');
    assert.deepEqual(rest, {
      type: 'found',
      path: config,
      files: [config],
      moduleSystem: 'node',
      allowsJs: true,
      options: { strictNullChecks: false },
    });
    fs.writeFileSync(config, '{ "compilerOptions": }');
    assert.deepEqual(tsconfigs.of(file), found);
    const { type, error } = tsconfigs.read(file);
    assert.equal(type, 'invalid');
    assert.deepEqual(
      [error.code, error.files, error.line, error.column],
      ['ERR_SAFE_HOT_TSCONFIG', [config], 1, 22],
    );
    fs.rmSync(folder, { recursive: true });
  });
});
