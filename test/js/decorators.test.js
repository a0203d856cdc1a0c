'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const esm = require('../../js/runtime/esm');
const { transform } = require('../../js/binding');
const { useApps } = require('../helpers/cli-app');
const { makeApp } = require('../helpers/temp-app');
const { EXPECTED, outcomeOf, programs } = require('../helpers/decorator-programs');

const ESBUILD = 'esbuild';
const TYPESCRIPT = 'typescript';

/**
 * Where the two compilers differ: whose lines are right by the proposal, or which are, and what others get wrong.
 *
 * @type {Record<string, [side: string | string[], reason: string]>}
 */
const SIDES = {
  'a private method is replaced': [ESBUILD, 'TypeScript moves methods out of reach of super'],
  'a class': [TYPESCRIPT, 'esbuild has static fields before decorators of the class'],
  'a class is replaced': [TYPESCRIPT, 'inside, esbuild has the class as it was'],
  'static members of a class that is replaced': [
    ['block true false', 'Other true Other 4 6 async', 'a,b,c,d1,e,async | '],
    'static fields are defined on the new class; both leave them on the old one',
  ],
  'a class expression': [TYPESCRIPT, 'inside, esbuild has the class as it was'],
  'names of anonymous classes': [TYPESCRIPT, 'esbuild names no default values'],
  'an anonymous class with decorated members': [TYPESCRIPT, 'esbuild shows a name of its own'],
  'a new object for each class that is made': [TYPESCRIPT, 'esbuild has one variable for a loop'],
  'this in decorators and keys': [TYPESCRIPT, 'esbuild does not parse @this.x'],
  'arguments in decorators': [ESBUILD, 'TypeScript moves keys into a static block'],
  'decorators as methods': [TYPESCRIPT, 'esbuild calls o.d without its object'],
  'private names in decorators': [TYPESCRIPT, 'esbuild adds static methods too late'],
  'await in decorators and keys': [ESBUILD, 'TypeScript has a function around the class'],
  'yield in decorators and keys': [ESBUILD, 'TypeScript has a function around the class'],
  'computed keys are converted once': [TYPESCRIPT, 'esbuild converts them again'],
  'classes in classes': [ESBUILD, 'TypeScript looks for the class of x in class {}.prototype'],
  'a class that refers to itself': [TYPESCRIPT, 'inside, esbuild has the class as it was'],
  'super in decorated members': [ESBUILD, 'TypeScript moves methods out of reach of super'],
  'super in a class that is replaced': [TYPESCRIPT, 'esbuild has the old class for this'],
  'a namespace with classes': [ESBUILD, 'TypeScript forgets the name in a namespace'],
  'an arrow with a class as its body': [ESBUILD, 'TypeScript runs none of it'],
  'static members that are called name': [TYPESCRIPT, 'esbuild loses the method'],
  'what decorators are told of a class with a static member called name': [
    ESBUILD,
    'TypeScript asks the class for its name',
  ],
  'anonymous functions in fields': [['a,b,#c,d,e,f1,g'], 'both forget names'],
};

describe('decorators', () => {
  const expected = JSON.parse(fs.readFileSync(EXPECTED, 'utf8'));

  for (const { name, source } of programs()) {
    it(`as compiled by others: ${name}`, async () => {
      const lines = await outcomeOf((variables) => run(source, variables));

      const [side] = SIDES[name] ?? [];
      assert.deepEqual(
        lines,
        typeof side === 'string' ? expected[name][side] : (side ?? expected[name]),
      );
    });
  }
});

/** Each line that calls `here` says which one it is. */
const MARKED = `import { here, marks } from './here.ts';
interface Long {
  a: string;
}
const d = (value: any, context: any): any => {
  marks.push(here(6));
  context.addInitializer(() => void marks.push(here(7)));
};
@d
@(marks.push(here(10)), d)
export class Service<T extends Long> {
  @d
  @d field: number =
    here(14);
  @d accessor other = here(15);
  @d static count = here(16);
  static { marks.push(here(17)); }
  @d
  method<T>(value?: T): number {
    return here(20);
  }
  @d #secret(): number { return here(22); }
  constructor(readonly value?: T) { marks.push(here(23)); }
  all() {
    const { field, other } = this; return [field, other, here(25), this.method(), this.#secret()];
  }
}
export const inner = @d class { @d x = here(28); };
export const all = () => [...new Service().all(), new inner().x].length && marks.map(String).join();
`;
const HERE = `export const marks: string[] = [];
export const here = (line: number) => {
  const found = new Error().stack!.split('\\n')[2]!.match(/(\\w+\\.\\w+):(\\d+)/)!;
  marks.push(found[1] + ':' + (Number(found[2]) === line ? 'right' : found[2] + ' for ' + line));
  return line;
};
`;

describe('decorators in a program', () => {
  const apps = useApps();

  it('show lines of the source in stack traces, after reloads too', async () => {
    const app = await apps.serve(
      {
        'package.json': '{"name":"app","type":"module"}',
        'server.ts': `import http from 'node:http';
import { all } from './marked.ts';
import { all as mapped } from './mapped.ts';
const server = http.createServer((req, res) => void res.end(all() + ',' + mapped()));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`,
        'here.ts': HERE,
        'marked.ts': MARKED.replace('readonly value', 'value'),
        'mapped.ts': `${MARKED}enum Level { Low }\n`,
      },
      { entry: 'server.ts' },
    );

    for (let n = 1; n <= 3; n += 1) {
      const marks = (await app.get()).split(',').filter((mark) => mark.includes(':'));
      assert.deepEqual(new Set(marks), new Set(['marked.ts:right', 'mapped.ts:right']));
      assert.ok(marks.length > 50);
      for (const file of ['marked.ts', 'mapped.ts']) {
        app.write(file, `${app.read(file)}// ${n}\n`);
        assert.equal((await app.nextReload()).outcome, 'committed');
      }
    }
  });

  it('let go of versions that were replaced', async () => {
    const app = makeApp({
      'package.json': '{"name":"app","type":"module","safe-hot":{"exclude":["driver.cjs"]}}',
      'node_modules/driver-kit/package.json': '{}',
      'heavy.ts': `const twice = (method: any) => function (this: any) { return 2 * method.call(this); };
const replace = (Base: any) => class extends Base {};
const keep = (_: any, { addInitializer }: any) => { addInitializer(() => {}); };
const o = { keep };
@replace class Heavy {
  @keep static made = 0; @twice length() { return 1; } @twice #own() { return 1; }
  @keep accessor x = this.#own(); @o.keep field = this.length(); static accessor y = 1;
}
export const heavy = new Heavy(), again = new (@keep class { @keep x = 1; })();
`,
    });

    const alive = await app.drive(
      async ({ require, alive }) => {
        const { hotReload } = require('safe-hot');
        let { heavy } = require('./heavy.ts');
        for (let round = 0; round < 100; round += 1) ({ heavy } = hotReload('./heavy.ts'));
        return [await alive(), heavy.x];
      },
      { driver: 'driver.cjs' },
    );

    const [versions, x] = /** @type {[object, number]} */ (alive);
    assert.deepEqual(
      Object.values(versions).map((all) => all.length),
      [1],
    );
    assert.equal(x, 2);
  });

  it('run in JavaScript and JSX, reload, and are refused with a frame where they cannot be', async () => {
    const app = await apps.serve({
      'package.json': '{"name":"app","type":"module"}',
      'server.js': `import http from 'node:http';
import Page from './page.jsx';
import { twice } from './twice.js';
class Answer { @twice accessor value = Page.text; }
const server = http.createServer((req, res) => res.end(new Answer().value));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'twice.js': 'export const twice = () => ({ init: (text) => text + text });\n',
      'page.jsx': `/** @jsxRuntime classic @jsx h */
const h = (name) => name;
const named = (Base, { name }) => class extends Base { static get text() { return this.tag + name; } };
@named export default class Page { static tag = <b/>; }
`,
    });
    assert.equal(await app.get(), 'bPagebPage');

    app.edit('twice.js', 'text + text', "text + ' ' + text");
    assert.deepEqual((await app.nextReload()).evaluated, ['twice.js', 'server.js']);
    assert.equal(await app.get(), 'bPage bPage');

    app.edit('server.js', 'class Answer {', 'class Answer { @twice constructor() {}');
    const report = await app.nextReload();
    assert.equal(report.outcome, 'refused');
    assert.match(report.error.message, /Decorators are not valid here/);
    assert.match(report.error.frame, /> 4 \| class Answer \{ @twice constructor/);
    assert.equal(await app.get(), 'bPage bPage');
  });
});

/**
 * Evaluates a module in TypeScript. Its lines are where they were, but where there is a map.
 *
 *
 * @param {string} source
 * @param {Record<string, unknown>} variables that it sees
 */
async function run(source, variables) {
  const url = 'file:///program.ts';
  const transformed = transform(source, { path: url, language: 'ts', kind: 'module' });
  if (transformed.type === 'invalid') {
    const { line, column, message } = transformed.error;
    throw new SyntaxError(`${line}:${column} ${message}`);
  }
  if (!transformed.map) {
    assert.equal(transformed.code.split('\n').length, source.split('\n').length);
  }
  const host = { variables: () => variables, initializeMeta() {} };
  const module = esm.createModule(url, /** @type {any} */ (transformed), /** @type {any} */ (host));
  return esm.importModule(module);
}
