'use strict';

/* The drop-ins, beside the packages that they stand in for: the same is seen, and nothing is left. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { LIBRARIES, needsLibraries, skip } = require('../helpers/library-app');
const { makeApp } = require('../helpers/temp-app');
const { isLowestLine } = require('../helpers/node-lines');

const FILES = {
  'count.js': 'let count = 0;\nmodule.exports = () => ++count;\n',
  // A module with one of its own, and one that others load too.
  'tree.js': "exports.leaf = require('./leaf');\nexports.shared = require('./shared');\n",
  'leaf.js': 'module.exports = {};\n',
  'shared.js': 'module.exports = {};\n',
  'data.json': '{}',
  'lib/from.js': "module.exports = (tool) => tool('../count');\n",
};

/**
 * What is done with a tool, and seen: text, since it runs under plain Node with the package, and with ours.
 *
 * @type {Record<string, Record<string, string>>}
 */
const USES = {
  decache: {
    'has the next require evaluate the module':
      "require('./count')(); tool('./count'); return require('./count')();",
    'takes what the module has loaded too': `const a = require('./tree'), shared = require('./shared');
      tool('./tree');
      const b = require('./tree');
      return [a === b, a.leaf === b.leaf, shared === b.shared];`,
    'leaves all as it is for what is not loaded, or does not exist':
      "return [tool('./count'), tool('./nothing'), tool('nothing')];",
    'finds names from the calling file':
      "require('./count')(); require('./lib/from')(tool); return require('./count')();",
    'takes absolute names and packages': `require('./count')();
      tool(require.resolve('./count'));
      const ws = require('ws');
      tool('ws');
      return [require('./count')(), require('ws') === ws];`,
    'leaves builtins': "const fs = require('fs'); tool('fs'); return require('fs') === fs;",
  },
  'clear-module': {
    'has the next require evaluate the module, and what that has loaded': `require('./count')();
      const a = require('./tree');
      tool('./count');
      tool('./tree');
      const b = require('./tree');
      return [require('./count')(), a === b, a.leaf === b.leaf, a.shared === b.shared];`,
    'single() leaves what the module has loaded': `const a = require('./tree');
      tool.single('./tree');
      const b = require('./tree');
      return [a === b, a.leaf === b.leaf];`,
    'match() takes those whose names match': `const a = require('./tree'), data = require('./data.json');
      require('./count')();
      tool.match(/leaf|count/);
      return [require('./leaf') === a.leaf, require('./count')(), require('./tree') === a, require('./data.json') === data];`,
    'all() takes all': `const a = require('./tree'), data = require('./data.json');
      tool.all();
      return [require('./tree') === a, require('./leaf') === a.leaf, require('./data.json') === data];`,
    'does nothing for what does not exist': "return [tool('./nothing'), tool.single('./nothing')];",
    'takes a name alone':
      'const seen = []; for (const f of [tool, tool.single]) try { f(1); } catch (e) { seen.push(e.name, e.message); } return seen;',
  },
  'import-fresh': {
    'evaluates the module at each call, and leaves that for require': `require('./count')();
      const fresh = tool('./count');
      return [fresh(), tool('./count')(), require('./count')(), fresh()];`,
    'leaves what the module has loaded': `const a = require('./tree');
      const b = tool('./tree');
      return [a === b, a.leaf === b.leaf];`,
    'finds names from the calling file':
      "require('./count')(); return require('./lib/from')(tool)();",
    'takes JSON': "return [tool('./data.json') === tool('./data.json')];",
    'throws for what does not exist, and for what is no name': `const seen = [];
      for (const each of ['./nothing', 1]) try { tool(each); } catch (e) { seen.push(e.code ?? e.message); }
      return seen;`,
  },
};

const NAMES = { decache: 'decache', 'clear-module': 'clearModule', 'import-fresh': 'importFresh' };

describe('safe-hot/compat', () => {
  needsLibraries();

  for (const [tool, uses] of Object.entries(USES)) {
    const name = NAMES[tool];
    describe(name, () => {
      it(`does what ${tool} does`, async function () {
        if (!isLowestLine) skip(this, 'require.cache is the same on each Node line');
        const app = makeApp({
          ...FILES,
          'main.js': `require('safe-hot');\n${programOf(uses, `require('safe-hot/compat').${name}`)}`,
          'plain.js': programOf(uses, `require('${tool}')`),
        });
        for (const each of [...Object.keys(NAMES), 'ws']) {
          app.link(`node_modules/${each}`, path.join(LIBRARIES, each));
        }

        const [ours, theirs] = await Promise.all([app.run('main.js'), app.run('plain.js')]);

        assert.equal(theirs.values.length, 1, theirs.stderr);
        assert.deepEqual(ours.values, theirs.values, ours.stderr);
      });
    });
  }

  it('leaves no stale version, no child and no timer behind', async () => {
    const app = makeApp({
      'part.js': "exports.leaf = require('./leaf');\nsetInterval(() => exports.leaf, 1_000);\n",
      'leaf.js': "require('./stays');\n",
      'stays.js': '',
      'user.js': 'module.exports = (name) => require(name);\n',
    });

    const seen = await app.drive(async ({ require, hot, collect }) => {
      const { decache, clearModule, importFresh } = require('safe-hot/compat');
      const use = require('./user');
      const timeouts = () =>
        process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const before = timeouts();
      use('./stays');
      for (let round = 0; round < 5; round += 1) {
        use('./part');
        decache('./part');
        use('./part');
        clearModule('./part');
        use('./part');
        clearModule.single('./part');
        use('./part');
        clearModule.match(/part/);
        use('./part');
        importFresh('./part');
      }
      await collect();
      const count = (/** @type {string} */ name) => hot.versions(name).length;
      const children = require.cache[require.resolve('./user')].children.map(
        (/** @type {NodeModule} */ { filename }) => filename.split(/[\\/]/).at(-1),
      );
      return {
        versions: ['./part', './leaf', './stays'].map(count),
        children: children.sort(),
        timers: hot.resources().filter(({ kind }) => kind === 'timer').length,
        active: timeouts() - before,
      };
    });

    assert.deepEqual(seen, {
      versions: [1, 1, 1],
      // What it has required is gone, and was not required again.
      children: [],
      timers: 1,
      active: 1,
    });
  });

  it('leaves no server behind: the next version listens where the old one did', async () => {
    const app = makeApp({
      'server.js': `const http = require('node:http');
exports.server = http.createServer((req, res) => res.end('served')).listen(global.port ?? 0);
`,
    });

    const seen = await app.drive(async ({ require }) => {
      const { once } = require('node:events');
      const { decache } = require('safe-hot/compat');
      const first = require('./server').server;
      await once(first, 'listening');
      global.port = first.address().port;
      decache('./server');
      const second = require('./server').server;
      await once(second, 'listening');
      const answer = await fetch(`http://127.0.0.1:${global.port}`);
      const text = await answer.text();
      second.close();
      return [first.listening, second !== first, text];
    });

    assert.deepEqual(seen, [false, true, 'served']);
  });

  it('leaves a module that is required again to be reloaded with its importers', async () => {
    const app = makeApp({
      'value.js': 'exports.value = 1;\n',
      'user.js': "exports.read = () => require('./value').value;\nexports.read();\n",
    });

    const seen = await app.drive(async ({ require, hot, edit }) => {
      const { decache } = require('safe-hot/compat');
      const { read } = require('./user');
      decache('./value');
      const before = read();
      edit('value.js', 'exports.value = 2;\n');
      const { outcome, evaluated } = await hot.reload();
      return { before, outcome, evaluated, after: require('./user').read() };
    });

    assert.deepEqual(seen, {
      before: 1,
      outcome: 'committed',
      evaluated: ['value.js', 'user.js'],
      after: 2,
    });
  });
});

/** @param {Record<string, string>} uses @param {string} tool */
function programOf(uses, tool) {
  const calls = Object.entries(uses).map(
    ([name, body]) => `seen[${JSON.stringify(name)}] = ((tool) => { ${body} })(${tool});`,
  );
  return `const seen = {};\n${calls.join('\n')}\nconsole.log(JSON.stringify(seen));\n`;
}
