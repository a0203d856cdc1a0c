'use strict';

/* An import that would lead nowhere is refused before anything of a reload has run, at its place. */

const assert = require('node:assert/strict');
const { useApps } = require('../helpers/cli-app');

/** Says so when it evaluates: what is refused says nothing. */
const says = (name, text) => `console.log('evaluated ${name}');\n${text}`;

const FILES = {
  'package.json': '{"type":"module"}',
  'server.js': `import http from 'node:http';
import { answer } from './middle.js';
import './accepts.js';
const server = http.createServer((req, res) => res.end(answer()));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
  'middle.js': says('middle', "import { a } from './index.js';\nexport const answer = () => a;\n"),
  'index.js': "export * from './leaf.js';\nexport * from './other.js';\n",
  'leaf.js': says('leaf', "export const a = 'a';\n"),
  'other.js': 'export const b = 1;\n',
  'accepts.js': `import { kept } from './kept.js';
import { word } from './words.cjs';
import { star } from './stars.js';
export const all = () => [kept, word, star];
import.meta.hot.accept(['./kept.js', './words.cjs', './stars.js'], () => {});
`,
  'kept.js': says('kept', 'export const kept = 1;\n'),
  'words.cjs': says('words', 'exports.word = 1;\n'),
  'stars.js': "export * from './starred.js';\n",
  'starred.js': says('starred', 'export const star = 1;\n'),
};

/** What is saved, and where the import is that leads nowhere then. */
const TABLE = [
  {
    what: 'the changed module imports a name that there is not',
    save: {
      'middle.js': says(
        'middle',
        "import { a,\n  nothing as c } from './index.js';\nexport const answer = () => a;\n",
      ),
    },
    message:
      /^middle\.js:3:3 The requested module '\.\/index\.js' does not provide an export named 'nothing'; version 1 stays in use$/,
    frame: /> 3 \|\s+nothing as c .*\n\s+\|\s+\^{7}$/m,
  },
  {
    what: 'a changed module no longer exports what one imports that imports it through another',
    save: { 'leaf.js': says('leaf', 'export const z = 1;\n') },
    message:
      /^middle\.js:2:10 The requested module '\.\/index\.js' .* named 'a' since leaf\.js has changed; version 1/,
    frame: /> 2 \| import \{ a \}/,
  },
  {
    what: 'a name comes from two stars',
    save: { 'other.js': "export const a = 'b';\n" },
    message:
      /^middle\.js:2:10 .* conflicting star exports for name 'a' since other\.js has changed/,
    frame: /> 2 \| import \{ a \}/,
  },
  {
    what: 'a module re-exports what there is not',
    save: { 'index.js': "export { no } from './leaf.js';\nexport * from './leaf.js';\n" },
    message: /^index\.js:1:10 The requested module '\.\/leaf\.js' .* named 'no'; version 1/,
    frame: /> 1 \| export \{ no \}/,
  },
  {
    what: 'there is no default export',
    save: { 'middle.js': "import all from './leaf.js';\nexport const answer = () => all;\n" },
    message: /^middle\.js:1:8 .* named 'default'; version 1/,
    frame: /> 1 \| import all/,
  },
  {
    what: 'a builtin has no such name',
    save: { 'leaf.js': "import { no } from 'node:path';\nexport const a = no;\n" },
    message: /^leaf\.js:1:10 The requested module 'node:path' .* named 'no'; version 1/,
    frame: /> 1 \| import \{ no \}/,
  },
  {
    what: 'an importer that stays needs what is gone',
    save: { 'kept.js': says('kept', 'export const lost = 1;\n') },
    message: /^accepts\.js:1:10 .* named 'kept' since kept\.js has changed; version 1/,
    frame: /> 1 \| import \{ kept \}/,
  },
  {
    what: 'an importer that stays needs it of CommonJS',
    save: { 'words.cjs': says('words', 'exports.lost = 1;\n') },
    message: /^accepts\.js:2:10 .* named 'word' since words\.cjs has changed; version 1/,
    frame: /> 2 \| import \{ word \}/,
  },
  {
    what: 'an importer that stays needs it through a star',
    save: { 'starred.js': says('starred', 'export const lost = 1;\n') },
    message: /^accepts\.js:3:10 .* named 'star' since starred\.js has changed; version 1/,
    frame: /> 3 \| import \{ star \}/,
  },
  {
    what: 'a new module imports a name that there is not',
    save: {
      'fresh.js': "import { no } from './other.js';\nexport const a = no;\n",
      'leaf.js': says('leaf', "export { a } from './fresh.js';\n"),
    },
    message: /^fresh\.js:1:10 .* named 'no' since leaf\.js has changed; version 1/,
    frame: /> 1 \| import \{ no \}/,
  },
  {
    what: 'a new module has a syntax error',
    save: {
      'fresh.js': 'export const a = ;\n',
      'leaf.js': says('leaf', "export { a } from './fresh.js';\n"),
    },
    code: 'ERR_SAFE_HOT_SYNTAX',
    message: /^fresh\.js:1:18 /,
    frame: /> 1 \| export const a = ;/,
  },
  {
    what: 'a new module imports a file that there is not',
    save: {
      'fresh.js': "import './nowhere.js';\nexport const a = 1;\n",
      'leaf.js': says('leaf', "export { a } from './fresh.js';\n"),
    },
    code: 'ERR_SAFE_HOT_UNRESOLVED',
    message: /^fresh\.js requires "\.\/nowhere\.js"/,
    frame: /> 1 \| import '\.\/nowhere\.js'/,
  },
  {
    what: 'JSON is not imported as such',
    save: { 'leaf.js': "import data from './package.json';\nexport const a = data;\n" },
    message: /^leaf\.js:1:18 Module .* needs an import attribute of "type: json"; version 1/,
    frame: /> 1 \| import data from/,
  },
];

describe('an import that leads nowhere', () => {
  const apps = useApps();

  it('is refused at its place; nothing has run, and the mended file is taken', async () => {
    const app = await apps.serve(FILES, { how: 'register' });
    for (const { what, save, code = 'ERR_SAFE_HOT_LINK', message, frame } of TABLE) {
      const lines = app.lines.length;

      for (const [name, text] of Object.entries(save)) app.write(name, text);
      // A file that no module is made of yet may be told of by itself.
      const report = await app.nextReport(
        ({ type, changed }) => type === 'reload' && changed.length > 0,
      );

      assert.equal(report.outcome, 'refused', `${what}: ${JSON.stringify(report)}`);
      assert.equal(report.error.code, code, what);
      assert.match(report.error.message, message, what);
      assert.match(report.error.frame, frame, what);
      assert.equal(await app.get(), 'a', what);
      assert.deepEqual(app.lines.slice(lines), [], what);
      for (const name of Object.keys(save)) if (FILES[name]) app.write(name, FILES[name]);
      assert.equal((await app.nextReload()).outcome, 'unchanged', what);
    }

    app.write('leaf.js', says('leaf', "export const a = 'new';\n"));
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'new');
  });

  it('is found where CommonJS stands between the change and the entry', async () => {
    const app = await apps.serve({
      ...FILES,
      'package.json': '{}',
      'server.js': `console.log('evaluated the entry');
const http = require('node:http');
const { answer } = require('./middle.mjs');
const server = http.createServer((req, res) => res.end(answer()));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'middle.mjs': "import { a } from './leaf.mjs';\nexport const answer = () => a;\n",
      'leaf.mjs': "export const a = 'a';\n",
    });
    const lines = app.lines.length;

    app.write('leaf.mjs', 'export const b = 1;\n');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'refused');
    assert.match(report.error.message, /^middle\.mjs:1:10 .* named 'a' since leaf\.mjs has/);
    assert.deepEqual(app.lines.slice(lines), []);
    assert.equal(await app.get(), 'a');
  });
});
