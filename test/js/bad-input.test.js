'use strict';

/* Files that no one meant to write: what Node takes is taken, what it refuses is refused with a code, and a save mends it. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { useApps } = require('../helpers/cli-app');

const SERVER = `import http from 'node:http';
import * as bad from './bad.js';
import { createRequire } from 'node:module';
const plain = createRequire(import.meta.url)('./plain.cjs');
const server = http.createServer((req, res) => res.end(JSON.stringify([bad.value, plain.value])));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;
const FILES = {
  'package.json': '{"type":"module"}',
  'server.js': SERVER,
  'bad.js': "export const value = 'good';\n",
  'plain.cjs': "exports.value = 'good';\n",
  'folder/index.js': 'export {};\n',
};
const BIG = 'x'.repeat(5_000_000);
const MANY = 10_000;

/**
 * What is saved as `bad.js`, or as `plain.cjs`, and what it comes to: a value, or the code of the refusal.
 *
 * @type {[what: string, text: string | Buffer, outcome: { value: unknown } | { code: string }, file?: string][]}
 */
const TABLE = [
  [
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from("export const value = '"),
      Buffer.from([0xff, 0xfe]),
      Buffer.from("';\n"),
    ]),
    { value: '\uFFFD\uFFFD' },
  ],
  ['a null byte in a string', "export const value = 'a\0b';\n", { value: 'a\0b' }],
  ['a null byte elsewhere', 'export const value = 1;\0\n', { code: 'ERR_SAFE_HOT_SYNTAX' }],
  ['a line of 5 MB', `export const value = '${BIG}'.length;\n`, { value: BIG.length }],
  [
    `${MANY} imports`,
    `${Array.from({ length: MANY }, (_, n) => `import { sep as s${n} } from 'node:path';`).join('\n')}\nexport const value = s${MANY - 1};\n`,
    { value: '/' },
  ],
  [
    'an import of a folder',
    "import './folder';\nexport const value = 1;\n",
    { code: 'ERR_SAFE_HOT_UNRESOLVED' },
  ],
  [
    'an import of itself',
    "import * as self from './bad.js';\nexport const value = 'self', get = () => self.value;\n",
    { value: 'self' },
  ],
  [
    'all exports of itself',
    "export * from './bad.js';\nexport const value = 'star';\n",
    { value: 'star' },
  ],
  [
    'an export of itself that goes round',
    "export { value } from './bad.js';\n",
    { code: 'ERR_SAFE_HOT_LINK' },
  ],
  ['a byte order mark', "\uFEFFexport const value = 'mark';\n", { value: 'mark' }],
  ['a hashbang', "#!/usr/bin/env node\nexport const value = 'bang';\n", { value: 'bang' }],
  ['lines that end as on Windows', "export const value =\r\n  'crlf';\r\n", { value: 'crlf' }],
  ['a line separator in a string', "export const value = 'a\u2028b';\n", { value: 'a\u2028b' }],
  ['nothing', '', { code: 'ERR_SAFE_HOT_EMPTY' }],
  [
    'a file outside of the project',
    "import { outside } from '../OUTSIDE/outside.mjs';\nexport const value = outside;\n",
    { value: 'outside' },
  ],
  ['a null byte in CommonJS', 'exports.value = 1;\0', { code: 'ERR_SAFE_HOT_SYNTAX' }, 'plain.cjs'],
  [
    'a line of 5 MB of CommonJS',
    `exports.value = '${BIG}'.length;\n`,
    { value: BIG.length },
    'plain.cjs',
  ],
  [
    'a hashbang, and a mark before it',
    "\uFEFFexports.value = 'mark';\n",
    { value: 'mark' },
    'plain.cjs',
  ],
  [
    'a require of itself',
    "exports.value = 1;\nexports.value = require('./plain.cjs').value + 1;\n",
    { value: 2 },
    'plain.cjs',
  ],
  [
    'a require of a folder without a file',
    "require('./nothing-here');\n",
    { code: 'ERR_SAFE_HOT_UNRESOLVED' },
    'plain.cjs',
  ],
];

/** Of TypeScript that CommonJS requires: Node itself does not run it on all lines. @type {typeof TABLE} */
const TYPED = [
  [
    'a hashbang in TypeScript',
    "#!/usr/bin/env node\nexport const value: string = 'bang';\n",
    { value: 'bang' },
  ],
  ['a mark in TypeScript', "\uFEFFexport const value: string = 'mark';\n", { value: 'mark' }],
  [
    'lines that end as on Windows in TypeScript',
    "enum E {\r\n  A = 'crlf',\r\n}\r\nexport const value = E.A;\r\n",
    { value: 'crlf' },
  ],
  ['a mistake in TypeScript', 'export const value: = 1;\n', { code: 'ERR_SAFE_HOT_SYNTAX' }],
];

describe('a file that no one meant to write', () => {
  const apps = useApps();

  /** @param {Record<string, string>} files @param {typeof TABLE} table @param {(row: typeof TABLE[number]) => string} fileOf */
  async function reloads(files, table, fileOf) {
    const outside = outsideFolder();
    const app = await apps.serve(files, { how: 'register' });
    for (const row of table) {
      const [what, text, expected] = row;
      const file = fileOf(row);
      const good = ['good', 'good'];
      app.write(file, inFolder(text, outside));
      const report = await app.nextReload();

      assert.equal(report.error?.code, expected.code, `${what}: ${JSON.stringify(report)}`);
      assert.equal(report.outcome, expected.code ? 'refused' : 'committed', what);
      const now = expected.code ? good : good.with(file === 'bad.js' ? 0 : 1, expected.value);
      assert.deepEqual(JSON.parse(await app.get()), now, what);

      app.write(file, files[file]);
      const mended = await app.nextReload();
      assert.equal(mended.outcome, expected.code ? 'unchanged' : 'committed', what);
      assert.deepEqual(JSON.parse(await app.get()), good, what);
    }
    assert.equal(app.stderr, '');
  }

  function outsideFolder() {
    const outside = apps.makeFolder({ 'outside.mjs': "export const outside = 'outside';\n" });
    return path.basename(outside);
  }

  it('is taken or refused when it is saved, and mended by the next save', async () => {
    await reloads(FILES, TABLE, ([, , , file = 'bad.js']) => file);
  });

  it('in TypeScript as well', async () => {
    const files = {
      ...FILES,
      'plain.cjs': "exports.value = require('./typed.ts').value;\n",
      'typed.ts': "export const value: string = 'good';\n",
    };
    await reloads(files, TYPED, () => 'typed.ts');
  });

  it('starts, or does not, as under node', async () => {
    const outside = outsideFolder();
    const isTaken = ([, , { code }]) => !code || code === 'ERR_SAFE_HOT_EMPTY';
    const taken = TABLE.filter(isTaken).map(([, text, , file = 'bad.js'], index) => {
      const name = file.replace('.', `-${index}.`);
      const own = typeof text === 'string' ? text.replaceAll(`./${file}`, `./${name}`) : text;
      return [name, inFolder(own, outside)];
    });
    const imports = taken.map(([name], index) => `import * as m${index} from './${name}';`);
    const values = taken.map((_, index) => `m${index}.value ?? m${index}.default?.value ?? null`);
    const all = `${imports.join('\n')}\nexport const value = [${values.join(', ')}];\n`;
    const folder = apps.makeFolder({ ...FILES, ...Object.fromEntries(taken), 'bad.js': all });
    const [app, plain] = ['register', 'plain'].map((how) => apps.launch(folder, { how }));
    for (const each of [app, plain]) await each.nextLine('listening');
    assert.deepEqual(JSON.parse(await app.get()), JSON.parse(await plain.get()));

    for (const [what, text, , file = 'bad.js'] of TABLE.filter((row) => !isTaken(row))) {
      const broken = apps.makeFolder({ ...FILES, [file]: text });
      for (const how of ['register', 'plain']) {
        const { code } = await apps.launch(broken, { how }).end();
        assert.equal(code, 1, `${what}, ${how}`);
      }
    }
  });
});

/** @param {string | Buffer} text @param {string} folder */
function inFolder(text, folder) {
  return typeof text === 'string' ? text.replace('OUTSIDE', folder) : text;
}
