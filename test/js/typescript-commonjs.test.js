'use strict';

/* TypeScript that is compiled to CommonJS: it prints what plain Node prints of what `tsc` makes of it, and reloads. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { ROOT, useApps } = require('../helpers/cli-app');

const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const OPTIONS = {
  module: 'commonjs',
  target: 'es2022',
  types: [],
  allowJs: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'out',
};

const PROGRAM = {
  'src/main.ts': `console.log('before the imports');
import def, { hello, Kind, missing } from './hello';
import * as all from './hello';
import path from 'node:path';
import * as fs from 'node:fs';
import plain = require('./plain');
import unused = require('./unused');
import legacy, { named } from './legacy.js';
import * as fun from './fun';
import type { Shape } from './types';
export * from './hello';
export { hello as greet };
import { one, two, three } from './all';
import * as everything from './all';
export default class Main { private readonly shape?: Shape; }
export let counter = 0;
console.log(def, hello('x'), Kind.A, missing, Object.keys(all), all.default);
console.log(one, two, three, Object.keys(everything).sort(), everything.uno);
console.log(path.sep, typeof fs.readFileSync, plain, legacy.named, named, fun.name);
console.log(require.main === module, path.basename(__dirname) !== '', path.extname(__filename) !== '');
const late = require('./late');
counter += 1;
console.log(late, exports.counter, exports.__esModule, Object.keys(exports).sort());
console.log(require('./user.js'), require('./late') === late);
exports.extra = 1;
console.log(require('./reader'));
`,
  'src/hello.ts': `import { shout } from './cycle';
export enum Kind { A = 'a' }
export const hello = (name: string): string => shout(name);
export const base = 'base';
export const missing: unknown = undefined;
export default 42;
`,
  'src/cycle.ts': `import { base } from './hello';
console.log('in the cycle', base);
export function shout(text: string) { return text.toUpperCase() + base; }
`,
  'src/all.ts': `export * from './one';
export * from './two';
export * from './legacy.js';
export { one as uno } from './one';
export const three = 3;
`,
  'src/one.ts': 'export const one: number = 1;\n',
  'src/two.ts': "export * from './one';\nexport const two: number = 2;\n",
  'src/plain.ts': 'class Plain { static x: number = 1 }\nexport = Plain.x;\n',
  'src/unused.ts': "console.log('nothing uses it'); export = 1;\n",
  'src/legacy.js': 'exports.named = 1;\n',
  'src/fun.ts': 'function fun(): void {}\nfun.x = 1;\nexport = fun;\n',
  'src/types.ts': 'export interface Shape { size: number }\n',
  'src/late.ts': `const order: string = 'late';
module.exports = { order, self: this === exports, parent: module.parent === require.main };
`,
  'src/user.js': `const hello = require('./hello');
module.exports = [hello.default, hello.hello('u'), hello.__esModule];
`,
  'src/reader.ts':
    "import { counter } from './main';\nexport = [counter, require('./main').extra];\n",
};

const SERVER = `import http = require('http');
import { answer } from './answer';
const server = http.createServer((req, res) => void res.end(answer()));
if (require.main === module) server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`;
const SERVICE = {
  'package.json': '{ "name": "app" }',
  'tsconfig.json':
    '{ "compilerOptions": { "module": "nodenext", "experimentalDecorators": true } }',
  'src/server.ts': SERVER,
  'src/answer.ts': `import { value } from './value.cjs';
export const answer = (): string => 'value ' + value;
`,
  'src/value.cts': "export const value: string = 'one';\n",
};
const ENTRY = { entry: 'src/server.ts' };

/** TypeScript that JavaScript asks for, itself and through a cold package; its text alone says what it is. */
const ASKED = {
  'package.json': '{ "name": "app" }',
  'node_modules/cold/index.js': 'exports.load = (file) => require(file);\n',
  'server.js': `const http = require('node:http');
const { load } = require('cold');
const asked = [require('./exports.ts'), require('./assigns.ts')];
asked.push(load(require.resolve('./late-exports.ts')), load(require.resolve('./late-assigns.ts')));
const server = http.createServer((req, res) => void res.end(JSON.stringify(asked)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
  // Node does not erase an enum.
  'exports.ts': "enum Level { Low = 'low' }\nexport const level: string = Level.Low;\n",
  'assigns.ts': "enum Level { Low = 'low' }\nmodule.exports = { level: Level.Low as string };\n",
};
/** TypeScript in CommonJS that a cold ES module imports. */
const IMPORTED = {
  'package.json': '{ "name": "app" }',
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
  'node_modules/cold/package.json': '{ "type": "module" }',
  'node_modules/cold/index.js': `import { value } from '../../value.cts';
import all from '../../value.cts';
import Whole from '../../whole.cts';
export const text = () => [value, all.value, Whole.name, Whole.size].join(' ');
`,
  'server.ts': `import http = require('http');
const cold = import('cold');
const server = http.createServer(async (req, res) => void res.end((await cold).text()));
void cold.then(() => server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid)));
`,
  'value.cts': "export const value: string = 'one';\n",
  'whole.cts': 'class Whole { static size: number = 1 }\nexport = Whole;\n',
};
const ASKED_FILES = ['exports.ts', 'assigns.ts', 'late-exports.ts', 'late-assigns.ts'];

describe('TypeScript compiled to CommonJS', () => {
  const apps = useApps();

  for (const how of ['cli', 'import']) {
    it(`prints what plain Node prints of what tsc makes of it (${how})`, async () => {
      const files = { ...PROGRAM, 'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS }) };
      const app = apps.run(files, { entry: 'src/main.ts', how });
      await app.ready();

      assert.equal(app.stdout, compiledAndRun(app.folder));
    });
  }

  it('reloads on save, and a broken save leaves the old serving', async () => {
    const app = await apps.serve(SERVICE, ENTRY);
    const { pid } = app;
    assert.equal(await app.get(), 'value one');

    app.edit('src/value.cts', 'one', 'two');
    const { outcome, evaluated, handedOver } = await app.nextReload();
    assert.equal(outcome, 'committed');
    assert.deepEqual(evaluated, ['src/value.cts', 'src/answer.ts', 'src/server.ts']);
    assert.deepEqual(handedOver, [':0']);
    assert.equal(await app.get(), 'value two');
    app.edit('src/value.cts', "'two'", 'two(');
    assert.equal((await app.nextReload()).outcome, 'refused');
    app.write('src/value.cts', "throw new Error('no'); export const value = 'three';\n");
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.equal(await app.get(), 'value two');
    app.write('src/value.cts', "exports.value = 'three' as string;\n");
    assert.equal((await app.nextReload()).outcome, 'committed');

    assert.equal(await app.get(), 'value three');
    assert.equal(app.pid, pid);
  });

  it('resolves what it requires by calls as TypeScript does', async () => {
    const app = await apps.serve(
      {
        'server.cts': SERVER.replace(
          /import { answer }.*/,
          "const { answer } = require('./answer');",
        ),
        'answer.ts': "export const answer = (): string => 'one';\n",
        'other.ts': "export const answer = (): string => 'two';\n",
        'package.json': '{ "type": "commonjs" }',
      },
      { entry: 'server.cts' },
    );

    app.edit('server.cts', './answer', './nowhere');
    assert.equal((await app.nextReload()).error.code, 'ERR_SAFE_HOT_UNRESOLVED');
    app.edit('server.cts', './nowhere', './other');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'two');
  });

  it('reloads where JavaScript asks for it, and may export other names then', async () => {
    const files = {
      ...ASKED,
      'late-exports.ts': ASKED['exports.ts'],
      'late-assigns.ts': ASKED['assigns.ts'],
    };
    const app = await apps.serve(files, { entry: 'server.js' });
    assert.deepEqual(JSON.parse(await app.get()), Array(4).fill({ level: 'low' }));

    for (const file of ASKED_FILES) {
      const isModule = file.endsWith('exports.ts');
      app.edit(file, /\blevel/, 'rank');
      const { outcome, evaluated } = await app.nextReload();
      assert.equal(outcome, 'committed', file);
      assert.deepEqual(evaluated, [file, 'server.js']);

      // And it may become what it was not.
      app.write(
        file,
        isModule
          ? "module.exports = { rank: 'high' as string };\n"
          : "export const rank: string = 'high';\n",
      );
      assert.equal((await app.nextReload()).outcome, 'committed', file);
    }

    assert.deepEqual(JSON.parse(await app.get()), Array(4).fill({ rank: 'high' }));
  });

  it('reloads for what Node has imported too', async () => {
    const app = await apps.serve(IMPORTED, { entry: 'server.ts' });
    assert.equal(await app.get(), 'one one Whole 1');

    for (const [file, from, to, expected] of [
      ['value.cts', 'one', 'two', 'two two Whole 1'],
      ['whole.cts', '1', '2', 'two two Whole 2'],
      ['value.cts', "'two'", "(() => { throw new Error('no'); })()", 'two two Whole 2'],
      ['value.cts', /\(\(\).*\)\(\)/, "'three'", 'three three Whole 2'],
    ]) {
      app.edit(file, from, to);
      const { outcome } = await app.nextReload();
      assert.equal(outcome, to.includes('throw') ? 'rolled-back' : 'committed');
      assert.equal(await app.get(), expected);
    }
  });

  it('hands over data from each version to the next', async () => {
    const counting = `const count: number = (module.hot?.data?.count ?? 0) + 1;
module.hot?.dispose((data: any) => void (data.count = count));
export const answer = (): string => 'count ' + count;
`;
    const app = await apps.serve({ ...SERVICE, 'src/answer.ts': counting }, ENTRY);

    for (const count of [2, 3]) {
      app.write('src/answer.ts', `${counting}// ${count}`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), `count ${count}`);
    }
  });

  for (const [language, file, text] of [
    ['TypeScript', 'value.cts', SERVICE['src/value.cts']],
    ['JavaScript', 'value.cjs', "exports.value = 'one';\n"],
  ]) {
    it(`has its imports of ${language} re-pointed where module.hot accepts them`, async () => {
      const accepting = `${SERVICE['src/answer.ts']}
module.hot?.accept('./value.cjs', () => console.log('accepted', value));
`;
      const files = { ...SERVICE, 'src/answer.ts': accepting, [`src/${file}`]: text };
      if (file !== 'value.cts') delete files['src/value.cts'];
      const app = await apps.serve(files, ENTRY);

      app.edit(`src/${file}`, 'one', 'two');
      const { evaluated } = await app.nextReload();

      assert.deepEqual(evaluated, [`src/${file}`]);
      await app.nextLine('accepted two');
      assert.equal(await app.get(), 'value two');
    });
  }
});

/** @param {string} folder */
function compiledAndRun(folder) {
  // What the program does not type is no concern of this test.
  execFileSync(process.execPath, [TSC, '-p', folder, '--noCheck'], { stdio: 'inherit' });
  const output = execFileSync(process.execPath, [path.join(folder, 'out', 'main.js')]);
  return String(output);
}
