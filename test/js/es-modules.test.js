'use strict';

/* ES modules of a program that knows nothing of safe-hot: reloaded on save, beside CommonJS and cold packages. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { pathToFileURL } = require('node:url');
const { REGISTER, useApps } = require('../helpers/cli-app');

const PACKAGE = '{"name":"app","type":"module"}';

const SERVER = `import http from 'node:http';
import { answer } from './answer.js';
import * as all from './answer.js';
const server = http.createServer((req, res) => res.end(answer() + ' ' + Object.keys(all)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
const ANSWER = `import { value } from './value.js';
export const answer = () => 'value ' + value;
export default answer;
`;
const FILES = {
  'package.json': PACKAGE,
  'server.js': SERVER,
  'answer.js': ANSWER,
  'value.js': 'export const value = 1;\n',
};

describe('ES modules', () => {
  const apps = useApps();

  for (const how of ['cli', 'register', 'import']) {
    it(`reload on save, and broken ones leave the old serving (${how})`, async () => {
      const app = await apps.serve(FILES, { how });
      assert.equal(await app.get(), 'value 1 answer,default');

      app.write('value.js', 'export const value = 2;\n');
      const first = await app.nextReload();
      assert.equal(first.outcome, 'committed');
      assert.deepEqual(first.evaluated, ['value.js', 'answer.js', 'server.js']);
      assert.deepEqual(first.handedOver, [':0']);
      assert.equal(await app.get(), 'value 2 answer,default');

      app.write('value.js', 'export const value = ;\n');
      const syntax = await app.nextReload();
      assert.equal(syntax.outcome, 'refused');
      assert.equal(syntax.error.code, 'ERR_SAFE_HOT_SYNTAX');
      assert.match(syntax.error.message, /^value\.js:1:22 .*; version 2 stays in use$/);

      app.write('value.js', 'export const other = 3;\n');
      const missing = await app.nextReload();
      assert.equal(missing.outcome, 'refused');
      assert.equal(missing.error.code, 'ERR_SAFE_HOT_LINK');

      app.write('value.js', "import './nowhere.js';\nexport const value = 3;\n");
      const unresolved = await app.nextReload();
      assert.equal(unresolved.outcome, 'refused');
      assert.equal(unresolved.error.code, 'ERR_SAFE_HOT_UNRESOLVED');

      app.write('value.js', "export const value = 3;\nthrow new Error('no');\n");
      const thrown = await app.nextReload();
      assert.equal(thrown.outcome, 'rolled-back');
      assert.match(thrown.error.message, /^Evaluating value\.js failed: no; version 2 stays/);
      assert.match(thrown.error.frame, /> 2 \| throw new Error/);
      assert.equal(await app.get(), 'value 2 answer,default');

      app.write('value.js', 'export const value = 4;\n');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'value 4 answer,default');
      assert.equal(app.stderr, '');
    });
  }

  it('that are imported by no one any more are pruned, and new ones are found', async () => {
    const app = await apps.serve(FILES);

    app.write('other.js', "export const value = 'other';\n");
    app.edit('answer.js', './value.js', './other.js');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.evaluated, ['other.js', 'answer.js', 'server.js']);
    assert.deepEqual(report.pruned, ['value.js']);
    assert.equal(await app.get(), 'value other answer,default');
    app.write('other.js', "export const value = 'again';\n");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'value again answer,default');
  });

  it('have of a package in CommonJS what Node gives of it', () => {
    const folder = apps.makeFolder({
      'package.json': PACKAGE,
      'main.js': `import whole, { own, inherited, broken } from 'dep';
console.log(own, inherited, broken, Object.keys(whole));
`,
      'node_modules/dep/package.json': '{"name":"dep"}',
      'node_modules/dep/index.js': `module.exports = Object.create({ inherited: 1 });
module.exports.own = 2;
exports.inherited = undefined;
Object.defineProperty(module.exports, 'broken', { enumerable: true, get: function () { return no.where; } });
`,
    });
    const env = { ...process.env, SAFE_HOT_REPORT: 'none' };
    const run = (/** @type {string[]} */ ...args) =>
      execFileSync(process.execPath, [...args, 'main.js'], { cwd: folder, encoding: 'utf8', env });
    assert.equal(run('--import', pathToFileURL(REGISTER).href), run());
  });

  it('in JSX are told by their text where package.json says nothing', async () => {
    const app = await apps.serve(
      {
        'tsconfig.json': '{ "compilerOptions": { "jsx": "react" } }',
        'server.mjs': SERVER,
        'answer.js': "export { answer } from './view.jsx';\n",
        'view.jsx': `const React = { createElement: (name) => name };
export const answer = () => [<b />, typeof module].join();
`,
      },
      { entry: 'server.mjs' },
    );
    assert.equal(await app.get(), 'b,undefined answer');

    app.edit('view.jsx', '<b />', '<i />');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'i,undefined answer');
  });

  it('that await at the top level serve on until the new version has evaluated', async () => {
    const app = await apps.serve({
      ...FILES,
      'answer.js': `import { connect } from './connect.js';
const name = await connect();
export const answer = () => name;
`,
      'connect.js': `export const connect = async () => { console.log('connecting'); return 'one'; };\n`,
    });
    assert.equal(await app.get(), 'one answer');

    app.write(
      'connect.js',
      `export const connect = () => new Promise((resolve) => {
  console.log('connecting');
  setTimeout(resolve, 200, 'two');
});\n`,
    );
    await app.nextLine('connecting');
    assert.equal(await app.get(), 'one answer');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'two answer');

    app.write(
      'connect.js',
      "export const connect = async () => { throw new Error('refused'); };\n",
    );
    const report = await app.nextReload();
    assert.equal(report.outcome, 'rolled-back');
    assert.match(report.error.message, /failed: refused; version 2 stays in use/);
    assert.equal(await app.get(), 'two answer');
    app.write('connect.js', "export const connect = async () => 'three';\n");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'three answer');
  });

  it('that await longer than settleTimeoutMs are waited for, with what they import meanwhile', async () => {
    const settings = { name: 'app', type: 'module', 'safe-hot': { settleTimeoutMs: 20 } };
    const slow = 'await new Promise((resolve) => setTimeout(resolve, 100));\n';
    const app = await apps.serve({ ...FILES, 'package.json': JSON.stringify(settings) });

    app.write('late.js', `${slow}export const value = 'late';\n`);
    app.write('value.js', `${slow}export const { value } = await import('./late.js');\n`);

    const { outcome, evaluated } = await app.nextReload();
    assert.equal(outcome, 'committed');
    assert.deepEqual(evaluated, ['late.js', 'value.js', 'answer.js', 'server.js']);
    assert.equal(await app.get(), 'value late answer,default');
  });

  it('import CommonJS and are required by it, as one graph', async () => {
    const app = await apps.serve({
      ...FILES,
      'answer.js': `import all, { word } from './words.cjs';
import data from './data.json' with { type: 'json' };
export const answer = () => [word, all.word, data.n].join();
`,
      'words.cjs': "const { value } = require('./value.js');\nexports.word = 'word ' + value;\n",
      'data.json': '{ "n": 1 }',
    });
    assert.equal(await app.get(), 'word 1,word 1,1 answer');

    app.write('value.js', 'export const value = 2;\n');
    assert.deepEqual((await app.nextReload()).evaluated, [
      'value.js',
      'words.cjs',
      'answer.js',
      'server.js',
    ]);
    assert.equal(await app.get(), 'word 2,word 2,1 answer');
    app.edit('words.cjs', "'word '", "'Word '");
    assert.deepEqual((await app.nextReload()).evaluated, ['words.cjs', 'answer.js', 'server.js']);
    assert.equal(await app.get(), 'Word 2,Word 2,1 answer');
    app.edit('words.cjs', 'exports.word =', 'exports.word');
    const broken = await app.nextReload();
    assert.equal(broken.outcome, 'refused');
    assert.equal(broken.error.code, 'ERR_SAFE_HOT_SYNTAX');
    app.edit('words.cjs', 'exports.word', 'exports.word =');
    assert.equal((await app.nextReload()).outcome, 'unchanged');
    app.write('data.json', '{ "n": 2 }');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'Word 2,Word 2,2 answer');
  });

  it('are imported on demand', async () => {
    const app = await apps.serve({
      ...FILES,
      'answer.js': "export const answer = () => 'here';\n",
      'server.js': `import http from 'node:http';
const server = http.createServer(async (req, res) => {
  const { value } = await import('./value.js');
  res.end(String(value));
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
    });
    assert.equal(await app.get(), '1');

    app.write('value.js', 'export const value = 2;\n');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), '2');
  });

  it('see the names of CommonJS as its file is when it is loaded', async () => {
    const app = apps.launch(
      apps.makeFolder({
        'package.json': PACKAGE,
        'server.js': `import fs from 'node:fs';
await import('./first.js').catch(() => {});
fs.writeFileSync(new URL('late.cjs', import.meta.url), 'exports.after = 2;');
console.log(Object.keys((await import('./second.js')).late).join());
`,
        // Asks for it, and ends before it is loaded.
        'first.js': `import './throws.js';\nimport './late.cjs';\n`,
        'throws.js': `throw new Error('never comes to the other one');\n`,
        'second.js': `export * as late from './late.cjs';\n`,
        'late.cjs': 'exports.before = 1;\n',
      }),
    );

    assert.match(await app.nextLine('after'), /^after,default/);
  });

  it('see the names of a new file in CommonJS that is written while they are evaluated', async () => {
    const app = await apps.serve(FILES);
    app.write(
      'write.js',
      `import fs from 'node:fs';
const file = new URL('./late.cjs', import.meta.url);
if (fs.readFileSync(file, 'utf8') === '') fs.writeFileSync(file, 'exports.late = 1;\\n');
`,
    );
    app.write('late.cjs', '');

    app.write(
      'value.js',
      "import './write.js';\nimport * as late from './late.cjs';\nexport const value = late.late;\n",
    );

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'value 1 answer,default');
  });

  it('that accept an import have the new binding, and are not evaluated again', async () => {
    const app = await apps.serve({
      ...FILES,
      'answer.js': `import { value } from './value.js';
import * as all from './value.js';
console.log('evaluating');
export const answer = () => value + ' ' + all.value;
import.meta.hot.accept('./value.js', (module) => console.log('accepted', module.value));
`,
    });
    assert.equal(await app.get(), '1 1 answer');

    for (const n of [2, 3]) {
      app.write('value.js', `export const value = ${n};\n`);
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.evaluated, ['value.js']);
      await app.nextLine(`accepted ${n}`);
      assert.equal(await app.get(), `${n} ${n} answer`);
    }
    app.write('value.js', 'export const renamed = 4;\n');
    assert.equal((await app.nextReload()).outcome, 'refused');
    assert.equal(await app.get(), '3 3 answer');
    assert.equal(app.lines.filter((line) => line === 'evaluating').length, 1);
  });

  it('that accept themselves hand data over and are told of the new module', async () => {
    const app = await apps.serve({
      ...FILES,
      'server.js': `import http from 'node:http';
import './self.js';
const server = http.createServer((req, res) => res.end('up'));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'self.js': `const { hot } = import.meta;
hot.data.count = (hot.data.count ?? 0) + 1;
export const name = 'one';
console.log('count', hot.data.count);
hot.accept((module) => console.log('now', module.name));
hot.dispose((data) => console.log('disposed', data.count));
`,
    });
    assert.ok(app.lines.includes('count 1'));

    app.edit('self.js', "'one'", "'two'");

    const report = await app.nextReload();
    assert.deepEqual(report.evaluated, ['self.js']);
    await app.nextLine('disposed 1');
    await app.nextLine('count 2');
    await app.nextLine('now two');
  });

  it('that an import has not found are found once they are there', async () => {
    const app = await apps.serve({
      ...FILES,
      'value.js': `const found = await import('./late.js').catch(({ code }) => ({ value: code }));
export const { value } = found;
`,
    });
    assert.equal(await app.get(), 'value ERR_MODULE_NOT_FOUND answer,default');

    app.write('late.js', "export const value = 'late';\n");

    const { outcome, evaluated } = await app.nextReload();
    assert.equal(outcome, 'committed');
    assert.deepEqual(evaluated, ['late.js', 'value.js', 'answer.js', 'server.js']);
    assert.equal(await app.get(), 'value late answer,default');
  });

  it('whose accept callback throws are evaluated again with what imports them', async () => {
    const app = await apps.serve({
      ...FILES,
      'value.js': `export const value = 1;
import.meta.hot.accept(() => { throw new Error('not taken'); });
`,
    });

    app.edit('value.js', 'value = 1', 'value = 2');

    assert.deepEqual((await app.nextReload()).evaluated, ['value.js']);
    await app.nextError(/not taken/);
    assert.deepEqual((await app.nextReload()).evaluated, ['value.js', 'answer.js', 'server.js']);
    assert.equal(await app.get(), 'value 2 answer,default');
  });

  it('whose accept callback invalidates them are evaluated again with what imports them, by the rules of Vite', async () => {
    const app = await apps.serve({
      ...FILES,
      'value.js': `const { hot } = import.meta;
export const value = 1;
hot.accept((module) => {
  if (module.value === 2) hot.invalidate();
});
`,
    });

    app.edit('value.js', 'value = 1', 'value = 2');
    assert.deepEqual((await app.nextReload()).evaluated, ['value.js']);
    assert.deepEqual((await app.nextReload()).evaluated, ['value.js', 'answer.js', 'server.js']);
    assert.equal(await app.get(), 'value 2 answer,default');

    app.edit('value.js', 'value = 2', 'value = 3');
    assert.deepEqual((await app.nextReload()).evaluated, ['value.js']);
    assert.equal(app.stderr, '');
  });

  it('have an import.meta that resolves as theirs does under Node', async () => {
    const text = `const { hot } = import.meta;
let code;
try {
  hot.accept('node:fs');
} catch (error) {
  ({ code } = error);
}
const names = ['./value.js', '/x', 'fs', 'node:fs'];
const urls = names.map((name) => import.meta.resolve(name).replace(import.meta.url, 'own'));
import.meta.hot = 'own';
export const value = [...urls, import.meta.hot, code].join();
`;
    const app = await apps.serve({ ...FILES, 'value.js': text });

    const all = 'own,file:///x,node:fs,node:fs,own,ERR_SAFE_HOT_BUILTIN';
    assert.equal(await app.get(), `value ${all} answer,default`);
  });

  it('that accept their exports send and hear events, and no old version hears them', async () => {
    const app = await apps.serve({
      ...FILES,
      'server.js': `import http from 'node:http';
import './heard.js';
const { hot } = import.meta;
const server = http.createServer((req, res) => res.end(String(hot.active)));
const ask = () => hot.send('asked', 1);
ask();
server.on('request', ask);
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'heard.js': `const { hot } = import.meta;
export const name = 'one';
const once = (data) => {
  console.log('once', name, data);
  hot.off('asked', once);
};
hot.on('asked', once);
hot.on('asked', (data) => console.log('heard', name, data));
hot.on('asked', () => console.log('taken back'))();
hot.acceptExports(['name'], (module) => console.log('now', module.name));
`,
    });
    assert.deepEqual(app.lines.slice(0, 2), ['once one 1', 'heard one 1']);

    app.edit('heard.js', "'one'", "'two'");
    assert.deepEqual((await app.nextReload()).evaluated, ['heard.js']);
    await app.nextLine('now two');
    assert.equal(await app.get(), 'true');
    await app.nextLine('heard two');

    const seen = app.lines.filter((line) => !line.startsWith('listening'));
    assert.deepEqual(seen, ['once one 1', 'heard one 1', 'now two', 'once two 1', 'heard two 1']);
  });

  /** A program that has a cold package import its `value.js`. @param {string} importing the text of that package */
  const importedByCold = (importing) => ({
    ...FILES,
    'node_modules/cold/package.json': '{"name":"cold","type":"module","main":"index.js"}',
    'node_modules/cold/index.js': importing,
    'node_modules/cold/once.js': `if (globalThis.isEvaluated) throw new Error('once more');
globalThis.isEvaluated = true;
`,
    'server.js': `import http from 'node:http';
import { load, value } from 'cold';
await load(new URL('./value.js', import.meta.url).href);
const shown = value();
const server = http.createServer((req, res) => res.end(shown + value()));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
  });

  it('are imported by cold packages on behalf of a version, which see what it sees', async () => {
    const importing = `let module;
export const load = async (url) => {
  await import('./once.js');
  module = await import(url);
};
export const value = () => \`\${module.value}\${module.more ?? ''} \`;
`;
    const app = await apps.serve(importedByCold(importing));
    assert.equal(await app.get(), '1 1 ');

    for (const value of ['2', '3', '4']) {
      app.write('value.js', `export const value = ${value};\n`);
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), `${value} ${value} `);
    }
    app.write('value.js', "export const value = 5;\nexport const more = '!';\n");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), '5! 5! ');
    app.write('value.js', 'export const value = 6;\nthrow new Error();\n');
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.match(await app.get(), /^5! 5/);
    app.write('value.js', 'export const value = await 7;\n');
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), '7 7 ');
  });

  for (const [how, importsCold] of [
    ['', "import { load, value } from 'cold';"],
    [', those that are imported later too', "const { load, value } = await import('cold');"],
  ]) {
    it(`are imported by cold packages for good, which see new values but no other names${how}`, async function () {
      const asksHooks = how !== '' || 'registerHooks' in require('node:module');
      // Node 20 asks no hook for what a module imports that is required.
      if (!asksHooks) this.skip();
      const importing = `import { value as imported } from '../../value.js';
export const load = () => {};
export const value = () => String(imported);
`;
      const files = importedByCold(importing);
      const server = files['server.js'].replace("import { load, value } from 'cold';", importsCold);
      const app = await apps.serve({ ...files, 'server.js': server }, { how: 'register' });
      assert.equal(await app.get(), '11');

      app.write('value.js', 'export const value = 2;\n');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.match(await app.get(), /2$/);
      for (const [text, names] of [
        ['export const value = 3;\nexport const more = 1;\n', 'more'],
        ['export const other = 3;\n', 'other, value'],
      ]) {
        app.write('value.js', text);
        const report = await app.nextReload();
        assert.equal(report.outcome, 'restart-required');
        const begin = `value.js exports other names now (${names}), which `;
        assert.ok(report.error.message.startsWith(begin), report.error.message);
        assert.match(report.error.message, /which node_modules.cold.index\.js/);
        assert.match(await app.get(), /2$/);
      }
      app.write('value.js', 'export const value = 4;\n');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.match(await app.get(), /4$/);
    });
  }

  it('in TypeScript run and reload with nothing else installed', async () => {
    const app = await apps.serve(
      {
        ...FILES,
        'server.ts': `import http from 'node:http';
import { answer, type Answer } from './answer.js';
const shown: Answer = answer(1 as number);
const server = http.createServer((req, res) => void res.end(shown.text + Level.High));
enum Level { Low, High }
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`,
        'answer.ts': `export interface Answer { text: string }
export function answer<T>(value: T): Answer {
  return { text: \`\${value} one \` };
}
`,
      },
      { entry: 'server.ts' },
    );
    assert.equal(await app.get(), '1 one 1');

    app.edit('answer.ts', 'one', 'two');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.evaluated, ['answer.ts', 'server.ts']);
    assert.equal(await app.get(), '1 two 1');
    app.edit('answer.ts', 'return {', 'return {{');
    assert.equal((await app.nextReload()).outcome, 'refused');
    assert.equal(await app.get(), '1 two 1');
  });

  for (const entry of ['server.ts', 'server.js']) {
    it(`that no type declares are hot from the entry on (${entry})`, async () => {
      const app = await apps.serve(
        {
          [entry]: SERVER.replaceAll('./answer.js', './answer.mjs'),
          'answer.mjs': 'export const answer = () => 1;\n',
        },
        { entry: [entry] },
      );

      app.edit(entry, "answer() + ' '", "answer() + ' again '");

      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed', JSON.stringify(report));
      assert.equal(await app.get(), '1 again answer');
    });
  }

  it('in TypeScript of a project without a type, with decorators and without extensions', async () => {
    const app = await apps.serve(
      {
        'package.json': '{"name":"app"}',
        'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
        'server.ts': `import http from 'node:http';
import { Service } from './service';
const service = new Service('one');
const server = http.createServer((req, res) => void res.end(service.name + marks));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
declare const marks: string;
`,
        'service.ts': `const mark = (target: Function) => void ((globalThis as any).marks = ' ' + target.name);
@mark
export class Service { constructor(readonly name: string) {} }
`,
      },
      { entry: 'server.ts' },
    );
    assert.equal(app.reports[0].entry, 'server.ts');
    assert.equal(app.reports[0].hot, 2);
    assert.equal(await app.get(), 'one Service');

    app.edit('service.ts', "' '", "' marked '");

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'one marked Service');
  });

  it('show lines and columns of the source in stack traces, after reloads too', async () => {
    const app = await apps.serve(
      {
        ...FILES,
        'server.ts': `import http from 'node:http';
import { plain } from './plain.js';
import { erased } from './erased.ts';
import { made } from './made.ts';
const server = http.createServer((req, res) => void res.end([plain(), erased(), made()].join()));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`,
        'plain.js': `import 'node:fs';
export let count = 0;
export default () => {}; export const unused = 1;
export function plain() {
  count++;
  return new Error().stack.split('\\n')[1].match(/\\w+\\.\\w+:\\d+:\\d+/)[0];
}
`,
        'erased.ts': `import type fs from 'node:fs';
interface Long { a: string }
export function erased<T extends Long>(value?: T): string {
  const a = value as any as T; return (new Error().stack as string).split('\\n')[1]!.match(/\\w+\\.\\w+:\\d+:\\d+/)![0];
}
`,
        'made.ts': `interface Long {
  a: string;
}

enum Level { Low, High }
class Point { constructor(public x: number, public y: number) {} }

export function made(): string {
  const p = new Point(Level.High, 2); return new Error().stack!.split('\\n')[1]!.match(/\\w+\\.\\w+:\\d+:\\d+/)![0];
}
`,
      },
      { entry: 'server.ts' },
    );
    const expected = 'plain.js:6:10,erased.ts:4:40,made.ts:9:46';
    assert.equal(await app.get(), expected);

    for (let n = 1; n <= 10; n += 1) {
      for (const file of ['plain.js', 'erased.ts', 'made.ts']) {
        app.write(file, `${app.read(file).replace(/\/\/ .*/s, '')}// ${n}`);
        assert.equal((await app.nextReload()).outcome, 'committed');
      }
      assert.equal(await app.get(), expected);
    }
  });
});
