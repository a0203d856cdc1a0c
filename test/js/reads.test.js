'use strict';

/* What a module reads while it evaluates, it depends on, as it does on what it requires. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { useApps } = require('../helpers/cli-app');

/** Serves what `value.js` exports, and counts its own evaluations. */
const SERVER = `'use strict';
const value = require('./value');
const server = require('node:http').createServer((req, res) => res.end(String(value())));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`;

/** @param {string} text the body of \`value.js\` */
function withValue(text, files = {}) {
  return { 'server.js': SERVER, 'value.js': `'use strict';\n${text}\n`, ...files };
}

const FROM_FILE = `const text = require('node:fs').readFileSync(__dirname + '/schema.graphql', 'utf8');
module.exports = () => text.trim();`;

describe('a module that reads', () => {
  const apps = useApps();

  it('a file is evaluated again when the file has changed', async () => {
    const app = await apps.serve(withValue(FROM_FILE, { 'schema.graphql': 'type A\n' }));
    const { port } = app;

    app.edit('schema.graphql', 'type A', 'type B');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.changed, ['schema.graphql']);
    assert.deepEqual(report.evaluated, ['value.js', 'server.js']);
    assert.deepEqual(report.chains, [['schema.graphql', 'value.js', 'server.js']]);
    assert.equal(await app.get('/', { port }), 'type B');
  });

  it('a file is evaluated again when the file is no module of another one any more', async () => {
    const app = await apps.serve({
      'server.js': SERVER,
      'value.js':
        "const read = require('./read');\nrequire('./data.json');\nmodule.exports = read;\n",
      'read.js': `const text = require('node:fs').readFileSync(__dirname + '/data.json', 'utf8');
module.exports = () => text;
`,
      'data.json': '1',
    });
    const { port } = app;
    app.edit('value.js', "require('./data.json');", '');
    assert.deepEqual((await app.nextReload()).pruned, ['data.json']);

    app.write('data.json', '2');
    await app.nextReload();

    assert.equal(await app.get('/', { port }), '2');
  });

  it('a file is evaluated again when the file is saved before it is watched', async () => {
    const text = `const file = __dirname + '/schema.graphql';
const text = require('node:fs').readFileSync(file, 'utf8');
const save = "require('node:fs').writeFileSync(process.argv[1], 'type B')";
if (text !== 'type B') require('node:child_process').execFileSync(process.execPath, ['-e', save, file]);
module.exports = () => text;`;
    const app = await apps.serve(withValue(text, { 'schema.graphql': 'type A' }));

    const report = await app.nextReload();

    assert.deepEqual(report.changed, ['schema.graphql']);
    assert.equal(await app.get('/', { port: app.port }), 'type B');
  });

  it('a file that it cannot use is rolled back, and the mended file is taken', async () => {
    const text = `const data = JSON.parse(require('node:fs').readFileSync(__dirname + '/data.txt'));
module.exports = () => data.value;`;
    const app = await apps.serve(withValue(text, { 'data.txt': '{"value":1}\n' }));
    const { port } = app;

    app.edit('data.txt', '{"value":1}', '{"value":');
    assert.equal((await app.nextReload()).outcome, 'rolled-back');
    assert.equal(await app.get('/', { port }), '1');
    app.edit('data.txt', '{"value":', '{"value":2}');

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get('/', { port }), '2');
  });

  it('a file as a promise, in what follows from its evaluation, depends on it', async () => {
    const text = `let text = 'nothing yet';
const read = require('node:fs').promises.readFile(__dirname + '/a.txt', 'utf8');
read.then((content) => (text = content.trim(), console.log('read', text)));
module.exports = () => text;`;
    const app = await apps.serve(withValue(text, { 'a.txt': 'one\n' }));
    await app.nextLine('read one');

    app.edit('a.txt', 'one', 'two');

    assert.deepEqual((await app.nextReload()).changed, ['a.txt']);
    await app.nextLine('read two');
  });

  it('a folder is evaluated again when something comes or goes', async () => {
    const text = `const fs = require('node:fs');
const routes = fs.readdirSync(__dirname + '/routes').map((file) => require('./routes/' + file));
module.exports = () => routes.join(' ');`;
    const files = { 'routes/one.js': "module.exports = 'one';\n" };
    const app = await apps.serve(withValue(text, files));
    const { port } = app;

    app.write('routes/two.js', "module.exports = 'two';\n");
    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get('/', { port }), 'one two');
    fs.unlinkSync(app.path('routes', 'one.js'));
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(report.pruned, ['routes/one.js']);
    assert.equal(await app.get('/', { port }), 'two');
  });

  it('through a cold package imports what that loads for it', async () => {
    const files = {
      'node_modules/autoload/package.json': '{"name":"autoload","version":"1.0.0"}\n',
      'node_modules/autoload/index.js': `const fs = require('fs');
        module.exports = (dir) => fs.readdirSync(dir).map((file) => require(dir + '/' + file));\n`,
      'routes/one.js': "module.exports = 'one';\n",
    };
    const text = `const routes = require('autoload')(__dirname + '/routes');
module.exports = () => routes.join(' ');`;
    const app = await apps.serve(withValue(text, files));
    const { port } = app;

    app.edit('routes/one.js', "'one'", "'first'");
    const edited = await app.nextReload();
    assert.deepEqual(edited.evaluated, ['routes/one.js', 'value.js', 'server.js']);
    assert.equal(await app.get('/', { port }), 'first');
    app.write('routes/two.js', "module.exports = 'second';\n");

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get('/', { port }), 'first second');
  });

  it('.env starts again with it, since process.env is not undone', async () => {
    const text = `const [name, value] = require('node:fs')
  .readFileSync(__dirname + '/.env', 'utf8').trim().split('=');
process.env[name] ??= value;
module.exports = () => process.env[name];`;
    const app = await apps.serve(withValue(text, { '.env': 'SAFE_HOT_TEST_VALUE=one\n' }));

    app.edit('.env', 'one', 'two');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'restart-required');
    assert.equal(report.error.code, 'ERR_SAFE_HOT_ENV_CHANGED');
    const [, port] = /listening (\d+)/.exec(await app.nextLine('listening'));
    assert.equal(await app.get('/', { port: Number(port) }), 'two');
  });

  it('a file, in a cold module as that loads, starts again with it', async () => {
    const files = {
      'node_modules/settings/package.json': '{"name":"settings","version":"1.0.0"}\n',
      'node_modules/settings/index.js': `const fs = require('fs');
        const read = (name) => (fs.existsSync(name) ? fs.readFileSync(name, 'utf8').trim() : 'none');
        try { fs.readFileSync('local.ini'); } catch {}
        module.exports = read('app.ini') + ' ' + read('local.ini');\n`,
      'app.ini': 'one\n',
    };
    const text = `const settings = require('settings');
module.exports = () => settings;`;
    const app = await apps.serve(withValue(text, files));
    assert.equal(await app.get(), 'one none');

    app.write('app.ini', 'one\n');
    app.edit('app.ini', 'one', 'two');
    const report = await app.nextReport(({ outcome }) => outcome === 'restart-required');
    assert.deepEqual(report.changed, ['app.ini']);
    assert.equal(report.error.code, 'ERR_SAFE_HOT_COLD_CHANGED');
    await app.serving();
    assert.equal(await app.get(), 'two none');
    app.write('local.ini', 'here\n');
    await app.nextReport(({ outcome }) => outcome === 'restart-required');
    await app.serving();

    assert.equal(await app.get(), 'two here');
  });

  it('what the program writes itself depends on nothing', async () => {
    const text = `const fs = require('node:fs');
const file = __dirname + '/cache.json';
fs.writeFileSync(file, '1');
fs.readFileSync(file);
module.exports = () => 'one';`;
    const app = await apps.serve(withValue(text));
    const { port } = app;

    app.write('cache.json', '2');
    app.edit('value.js', "'one'", "'two'");

    assert.deepEqual((await app.nextReload()).changed, ['value.js']);
    assert.equal(await app.get('/', { port }), 'two');
  });

  it('depends on nothing with trackReads: false', async () => {
    const files = {
      'package.json': '{"name":"app","safe-hot":{"trackReads":false}}\n',
      'schema.graphql': 'type A\n',
    };
    const app = await apps.serve(withValue(FROM_FILE, files));
    const { port } = app;

    app.edit('schema.graphql', 'type A', 'type B');
    app.edit('value.js', 'text.trim()', "text.trim() + '!'");

    assert.deepEqual((await app.nextReload()).changed, ['value.js']);
    assert.equal(await app.get('/', { port }), 'type B!');
  });
});
