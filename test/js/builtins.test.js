'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { ROOT, useApps } = require('../helpers/cli-app');

const REGISTER = path.join(ROOT, 'js', 'hooks', 'register.js');

/** Parts of Node whose work is followed. */
const FOLLOWED = [
  'child_process',
  'dgram',
  'internal/fs/promises',
  'internal/fs/streams',
  'net',
  'perf_hooks',
  'readline',
  'worker_threads',
];

/** What a hot module does first of all, and what is its own then. @type {Record<string, [string, string]>} */
const FIRST_USES = {
  'a global': ['new MessageChannel()', 'MessageChannel'],
  'a builtin that is required': [
    "new (require('node:worker_threads').BroadcastChannel)('x')",
    'BroadcastChannel',
  ],
  'a builtin that is asked for': [
    "new (process.getBuiltinModule('worker_threads').MessageChannel)()",
    'MessageChannel',
  ],
  'a global of another builtin': [
    "new PerformanceObserver(() => {}).observe({ entryTypes: ['measure'] })",
    'observer',
  ],
  'a builtin that another one loads': [
    "require('http').createServer().listen(0)",
    'listening on :0',
  ],
  'a property that stands for a builtin': ["require('fs').promises.open(__filename)", 'main.js'],
  'a package of Node ES modules': ["import('channel')", 'MessageChannel'],
};

describe('parts of Node', () => {
  const apps = useApps();

  /** @param {string} text of the entry */
  function outputOf(text) {
    const folder = apps.makeFolder({
      'main.js': text,
      'node_modules/channel/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/channel/index.js': `import { MessageChannel } from 'node:worker_threads';
export const { port1 } = new MessageChannel();
`,
    });
    const args = ['-r', REGISTER, path.join(folder, 'main.js')];
    const env = { ...process.env, SAFE_HOT_REPORT: 'none' };
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env }));
  }

  it('are not loaded for programs that use none of them', () => {
    const loaded = outputOf(tell('process.moduleLoadList'));

    const names = loaded.map((/** @type {string} */ name) => name.replace('NativeModule ', ''));
    assert.ok(names.includes('fs'));
    assert.deepEqual(
      names.filter((/** @type {string} */ name) => FOLLOWED.includes(name)),
      [],
    );
  });

  for (const [way, [expression, what]] of Object.entries(FIRST_USES)) {
    it(`are followed from the first use on, by ${way}`, () => {
      const resources = `require(${JSON.stringify(ROOT)}).resources()`;
      const list = outputOf(`Promise.resolve(${expression}).then(() => setTimeout(() => {
  ${tell(resources)}
  process.exit();
}));
`);

      const found = list.filter((/** @type {{ what: string }} */ each) => each.what.includes(what));
      assert.equal(found.length, 1, JSON.stringify(list));
      assert.deepEqual(found[0].owner, { path: 'main.js', version: 1 });
    });
  }
});

/** Without the standard streams of Node, which load some of them. @param {string} expression */
function tell(expression) {
  return `require('node:fs').writeSync(1, JSON.stringify(${expression}));`;
}
