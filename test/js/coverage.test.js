'use strict';

/* What c8 makes of the coverage of hot modules: what it makes of plain Node's, after reloads too. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');
const { library, needsLibraries } = require('../helpers/library-app');

/** What is done with the modules; `f` runs to a part. */
const USE = `lib.f(1);
lib.f(2);
if (process.argv.length > 100) {
  lib.f(9);
}
`;
/** No `;` after the brace: tools take the end of what a source map tells for the end of its line. */
const BODY = `function f(a) { return a > 1 ? 'big' : a; }
const g = () => {
  return 'never';
}
class A {
  used(a) { if (a) return 1; return 2; }
  unused() {
    return 2;
  }
}
new A().used(process.argv.length > 100);
`;
const COMMONJS = {
  'app.js': `const lib = require('./lib');\n${USE}`,
  'lib.js': `${BODY}exports.f = f;\nexports.g = g;\n`,
};
const ES_MODULES = {
  'package.json': '{"type":"module"}',
  'app.js': `import * as lib from './lib.js'; import read from './read.js'; read();\n${USE}
export const later = await (process.argv.length > 100 ? 1 : 2);
`,
  'lib.js': `export let é = 'é'; export const unused = () => { return 1; };
${BODY}é += 'e'; export { f, g };
export function h() { é = 'é'; if (é === '') { return 1; } return (é += 'é'); } h();
export default class { unused() { return 1; } }
`,
  'read.js': `// A comment.
import * as lib from './lib.js';
export default function read() {
  return lib.é;
}
`,
};
/** Types, and the same text with spaces for them. */
const TYPED = {
  'package.json': '{"type":"module"}',
  'app.ts': `import * as lib from './lib.ts';\n${USE}`,
  'lib.ts': `interface Long {
  a: string;
}
${BODY.replace('f(a)', 'f(a: number)').replace('used(a)', 'used(a?: boolean)')}export { f, g, type Long };
`,
};
const UNTYPED = {
  'package.json': '{"type":"module"}',
  'app.js': `import * as lib from './lib.js';\n${USE}`,
  'lib.js': `                
             
 
${BODY.replace('f(a)', 'f(a        )').replace('used(a)', 'used(a          )')}export { f, g            };
`,
};
const MADE = {
  ...TYPED,
  'lib.ts': TYPED['lib.ts'].replace('interface', 'enum').replace('a: string;', 'Only'),
};

/**
 * Saves each module ten times in another text, with more lines and branches before the rest; the last text is the first.
 * What comes after an evaluation of the entry ends the program.
 */
const RELOADS = `const fs = require('node:fs');
const path = require('node:path');
const { on, reload } = require('safe-hot');
const files = fs.readdirSync(__dirname).filter((name) => /^(lib|read)/.test(name));
const paths = files.map((name) => path.join(__dirname, name));
const texts = paths.map((file) => fs.readFileSync(file, 'utf8'));
// Nothing of safe-hot keeps a process alive.
setInterval(() => {}, 2 ** 30);
on('ready', async () => {
  for (let n = 1; n <= 10; n += 1) {
    const more = n === 10 ? '' : ('if (' + n + ' > 20) {\\n  void 0;\\n}\\n').repeat(n);
    paths.forEach((file, index) => fs.writeFileSync(file, more + texts[index]));
    const { outcome } = await reload(paths);
    if (outcome !== 'committed') throw new Error(outcome);
  }
  process.exit();
});
`;

/**
 * What c8 says of each file of an app after a run.
 *
 * @param {Record<string, string>} files
 * @param {string[]} nodeArgs
 */
async function coverageOf(files, nodeArgs) {
  const app = makeApp(files);
  const { type } = JSON.parse(files['package.json'] ?? '{}');
  const settings = { name: 'app', type, 'safe-hot': { exclude: ['reloads.cjs'] } };
  app.write('package.json', JSON.stringify(settings));
  app.write('reloads.cjs', RELOADS);
  const folder = app.path('coverage');
  const entry = files['app.ts'] ? 'app.ts' : 'app.js';
  const { code, stderr } = await app.run(entry, {
    nodeArgs,
    env: { NODE_V8_COVERAGE: folder },
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, nodeArgs.length > 0 ? /^(safe-hot .*\n)([✓=] .*\n)*$/ : /^$/);
  const report = library('c8').Report({
    exclude: ['coverage/**', 'node_modules/**', 'reloads.cjs'],
    extension: ['.js', '.ts'],
    excludeNodeModules: true,
    reporter: [],
    tempDirectory: folder,
    src: [app.root],
    resolve: '',
    omitRelative: true,
    allowExternal: true,
  });
  const map = await report.getCoverageMapFromAllCoverageFiles();
  const own = map.files().filter((file) => path.dirname(file) === app.root);
  const names = own.map((file) => path.basename(file)).sort();
  return Object.fromEntries(
    names.map((name) => [name, summaryOf(map.fileCoverageFor(app.path(name)).data)]),
  );
}

/** @param {any} data of istanbul */
function summaryOf({ s, branchMap, b, fnMap, f }) {
  const place = ({ start, end }) => `${start.line}:${start.column}-${end.line}:${end.column}`;
  return {
    lines: Object.values(s),
    branches: Object.entries(branchMap).map(([key, { loc }]) => `${place(loc)} ${b[key]}`),
    functions: Object.entries(fnMap).map(
      ([key, { name, loc }]) => `${name} ${place(loc)} ${f[key]}`,
    ),
  };
}

/** Is it covered, however often? @param {Awaited<ReturnType<typeof coverageOf>>} files */
function asCovered(files) {
  return Object.values(files).map(({ lines, branches, functions }) => ({
    lines: lines.map((count) => count > 0),
    branches: branches.map((each) => each.replace(/ [1-9]\d*$/, ' covered')),
    functions: functions.map((each) => each.replace(/ [1-9]\d*$/, ' covered')),
  }));
}

/** @param {Awaited<ReturnType<typeof coverageOf>>} files */
function linesOf(files) {
  return asCovered(files).map(({ lines }) => lines);
}

describe('coverage', () => {
  needsLibraries();
  const register = ['--import', 'safe-hot/register'];
  const reloaded = ['--require', './reloads.cjs', ...register];

  for (const [name, files] of Object.entries({ CommonJS: COMMONJS, 'ES modules': ES_MODULES })) {
    it(`of ${name} is that of plain Node, after ten reloads too`, async () => {
      const plain = await coverageOf(files, []);

      const hot = await coverageOf(files, register);
      const late = await coverageOf(files, reloaded);

      assert.deepEqual(hot, plain);
      assert.deepEqual(asCovered(late), asCovered(plain));
    });
  }

  it('of TypeScript is that of its text without types, after ten reloads too', async () => {
    const plain = await coverageOf(UNTYPED, []);

    const hot = await coverageOf(TYPED, register);
    const late = await coverageOf(TYPED, reloaded);

    assert.deepEqual(Object.values(hot), Object.values(plain));
    assert.deepEqual(asCovered(late), asCovered(plain));
  });

  it('of TypeScript that is made anew has the lines of its file, after ten reloads too', async () => {
    const plain = await coverageOf(UNTYPED, []);

    const hot = await coverageOf(MADE, register);
    const late = await coverageOf(MADE, reloaded);

    assert.deepEqual(linesOf(hot), linesOf(plain));
    assert.deepEqual(linesOf(late), linesOf(plain));
  });

  it('leaves out a text that the file does not hold', async () => {
    const edited = "require('node:fs').appendFileSync(__dirname + '/lib.js', '// Saved.');\n";
    const files = { ...COMMONJS, 'app.js': COMMONJS['app.js'] + edited };

    const hot = await coverageOf(files, register);

    assert.deepEqual(Object.keys(hot), ['app.js']);
  });
});
