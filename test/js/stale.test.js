'use strict';

/* What stays on an old version, because something of Node's or of a package holds it, is never silent. */

const assert = require('node:assert/strict');
const { useApps } = require('../helpers/cli-app');

describe('an old version that stays in use', () => {
  const apps = useApps();

  it('is named when import() of a cold module has loaded it', async () => {
    const app = await apps.serve({
      'server.js': `const load = require('cold');
const server = require('node:http').createServer(async (request, response) => {
  response.end((await load(require.resolve('./value.js'))).default);
});
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
      'node_modules/cold/index.js': 'module.exports = (file) => import(file);\n',
      'value.js': "module.exports = 'one';\n",
    });
    assert.equal(await app.get('/'), 'one');

    app.edit('value.js', 'one', 'two');
    const report = await app.nextReload();

    assert.equal(report.outcome, 'committed');
    assert.deepEqual(
      report.stale.map(({ path, version }) => ({ path, version })),
      [{ path: 'value.js', version: 1 }],
    );
    assert.match(report.stale[0].reason, /import\(\)/);
  });
});
