'use strict';

/* TypeScript as projects have it: what `tsconfig.json` says about imports, and what happens when it cannot be read. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { useApps } = require('../helpers/cli-app');

const SERVER = `import http from 'node:http';
import { answer } from '@/answer';
const server = http.createServer(async (req, res) => res.end(await answer()));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`;
const PATHS =
  '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "$config": ["./config/main"] } } }';
const FILES = {
  'package.json': '{ "name": "app", "type": "module" }',
  'tsconfig.json': '{ "extends": "./tsconfig.base.json" }',
  'tsconfig.base.json': PATHS,
  'src/server.ts': SERVER,
  'src/answer.ts': `import { createRequire } from 'node:module';
import { value } from '@/values/value.js';
import config from '$config';
const require = createRequire(import.meta.url);
const url = import.meta.resolve('@/values/value');
export const answer = async () => {
  const { lazy } = await import('@/values/lazy');
  return [value, config, lazy, require('@/values/value').value, url.split('/').slice(-2)].join(' ');
};
`,
  'src/values/value.ts': 'export const value: string = "one";\n',
  'src/values/lazy.ts': 'export const lazy: string = "lazy";\n',
  'config/main.ts': 'export default "config" as string;\n',
};
const ENTRY = { entry: 'src/server.ts' };
const ANSWER = 'one config lazy one values,value.ts';

describe('TypeScript projects', () => {
  const apps = useApps();

  describe('paths of tsconfig.json', () => {
    for (const how of ['cli', 'import']) {
      it(`lead to hot modules, from every kind of import (${how})`, async () => {
        const app = await apps.serve(FILES, { ...ENTRY, how });
        assert.equal(await app.get(), ANSWER);

        app.edit('src/values/value.ts', 'one', 'two');
        const { outcome, evaluated } = await app.nextReload();

        assert.equal(outcome, 'committed');
        assert.deepEqual(evaluated, ['src/values/value.ts', 'src/answer.ts', 'src/server.ts']);
        assert.equal(await app.get(), ANSWER.replaceAll('one', 'two'));
      });
    }

    it('lead to files that come later, and to none when they go', async () => {
      const app = await apps.serve(FILES, ENTRY);

      app.edit('src/answer.ts', "'@/values/value.js'", "'@/later/value'");
      const missing = await app.nextReload();
      assert.equal(missing.outcome, 'refused');
      assert.equal(missing.error.code, 'ERR_SAFE_HOT_UNRESOLVED');
      app.write('src/later/value.ts', "export const value = 'later';\n");
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.match(await app.get(), /^later config/);
      fs.rmSync(app.path('src/later/value.ts'));

      await app.nextReport(({ error }) => error?.code === 'ERR_SAFE_HOT_DELETED');
      assert.match(await app.get(), /^later config/);
    });

    it('are what accept() goes by', async () => {
      const app = await apps.serve(
        {
          ...FILES,
          'src/answer.ts': `import { value } from '@/values/value';
import.meta.hot?.accept('@/values/value', (next) => console.log('accepted', next.value));
export const answer = async () => value;
`,
        },
        ENTRY,
      );

      app.edit('src/values/value.ts', 'one', 'two');
      const { evaluated } = await app.nextReload();

      assert.deepEqual(evaluated, ['src/values/value.ts']);
      await app.nextLine('accepted two');
      assert.equal(await app.get(), 'two');
    });
  });

  describe('a tsconfig.json', () => {
    const BROKEN = [
      {
        name: 'a syntax error',
        text: '{ "compilerOptions": { "paths" } }',
        message:
          /: tsconfig\.base\.json: expected `:` at line 1 column 32; what runs stays in use$/,
      },
      {
        name: 'extends itself',
        text: '{ "extends": "./tsconfig.json" }',
        message:
          /circularly: "tsconfig\.json" -> "tsconfig\.base\.json" -> "tsconfig\.json"; what runs/,
      },
      {
        name: 'extends what is not there',
        text: '{ "extends": "./nowhere" }',
        message: /: there is no nowhere; what runs stays in use$/,
      },
      {
        name: 'paths that are no lists',
        text: PATHS.replace('["./src/*"]', '"./src/*"'),
        message: /: tsconfig\.base\.json: invalid type: string "\.\/src\/\*", expected a sequence/,
      },
    ];

    it('that is broken is refused, and nothing is lost until it is mended', async () => {
      const app = await apps.serve(FILES, ENTRY);
      const { pid } = app;

      for (const { name, text, message } of BROKEN) {
        app.write('tsconfig.base.json', text);
        const refused = await app.nextReload();
        assert.equal(refused.outcome, 'refused', name);
        assert.equal(refused.error.code, 'ERR_SAFE_HOT_TSCONFIG');
        assert.match(refused.error.message, message);
        assert.equal(await app.get(), ANSWER);
      }
      app.write('tsconfig.base.json', `${PATHS}\n`);
      assert.equal((await app.nextReload()).outcome, 'unchanged');
      app.edit('src/values/value.ts', 'one', 'two');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), ANSWER.replaceAll('one', 'two'));
      assert.equal(app.pid, pid);
    });

    it('that is broken keeps a program from starting, which starts when it is mended', async () => {
      const { 'tsconfig.base.json': base, ...others } = FILES;
      const app = apps.run(others, ENTRY);
      await app.nextReport(({ type }) => type === 'end');
      assert.match(app.stderr, /there is no tsconfig\.base\.json[^]*ERR_SAFE_HOT_TSCONFIG/);

      app.write('tsconfig.base.json', base);
      await app.serving();

      assert.equal(await app.get(), ANSWER);
    });

    it('that is changed in a file of its chain asks for a restart', async () => {
      const app = await apps.serve(FILES, ENTRY);
      const { pid } = app;

      app.write('other/values/value.ts', "export const value = 'other';\n");
      app.write('other/values/lazy.ts', "export const lazy = 'there';\n");
      app.edit('tsconfig.base.json', '"./src/*"', '"./other/*", "./src/*"');

      assert.equal((await app.nextReload()).outcome, 'restart-required');
      await app.nextLine('listening');
      assert.notEqual(app.pid, pid);
      assert.match(await app.get(), /^other config there other/);
    });
  });

  for (const type of ['module', undefined]) {
    it(`have JSX in JavaScript, where they say how it is compiled ("type": ${type})`, async () => {
      const app = await apps.serve(
        {
          'package.json': JSON.stringify({ name: 'app', type }),
          'tsconfig.json':
            '{ "compilerOptions": { "allowJs": true, "jsx": "react", "jsxFactory": "h" } }',
          'server.js': SERVER.replace('@/answer', './answer.js').replace(
            /\(server.*? as any\)/,
            'server.address()',
          ),
          'answer.js': `const h = (tag, props, ...children) => [tag, ...children].join(':');
export const answer = () => <b>{1 < 2 ? 'one' : ''}</b>;\n`,
        },
        { entry: 'server.js' },
      );
      assert.equal(await app.get(), 'b:one');

      app.edit('answer.js', 'one', 'two');

      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), 'b:two');
      app.edit('answer.js', '</b>', '</i>');
      assert.equal((await app.nextReload()).error?.code, 'ERR_SAFE_HOT_SYNTAX');
      assert.equal(await app.get(), 'b:two');
    });
  }
});
