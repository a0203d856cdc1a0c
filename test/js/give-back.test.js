'use strict';

/*
 * A file that is saved alone is taken at once. What is saved while it is on its way joins it, and nothing is lost: the
 * new code saves the next file itself, so that the moment is the same in each run.
 */

const assert = require('node:assert/strict');
const { SERVER, useApps } = require('../helpers/cli-app');

/** Where closes are not reported, nothing is taken at once. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

const BOTH = SERVER.replace("require('./value')", "require('./value') + require('./other')");
const FILES = {
  'server.js': BOTH,
  'value.js': "module.exports = 'one';\n",
  'other.js': "module.exports = ' one';\n",
};

/** Once: saves `other.js`, and goes on when the watcher has let go of it. The main thread has not heard of it then. */
const SAVES_OTHER = `
  const fs = require('node:fs');
  if (!fs.existsSync('saved')) {
    const { watcher } = globalThis[Symbol.for('safe-hot.engine')];
    const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    fs.writeFileSync('saved', '');
    pause(); // or it is gathered with what has left just now
    fs.writeFileSync('other.js', "module.exports = ' two';\\n");
    for (let looks = 0; !watcher.hasMore() && looks < 200; looks += 1) pause();
    pause();
  }`;

const TWO = `console.log('evaluated');\n${SAVES_OTHER}\nmodule.exports = 'two';\n`;

onLinux('a file saved alone', () => {
  const apps = useApps();

  /** The one reload that leads to this answer. */
  async function changedFor(app, answer) {
    const report = await app.nextReload();
    assert.equal(report.outcome, 'committed');
    assert.equal(await app.get(), answer);
    return report.changed.sort();
  }

  const evaluationsOf = (app) => app.lines.filter((line) => line === 'evaluated').length;

  it('is one change with what is saved while it evaluates', async () => {
    const app = await apps.serve(FILES);

    app.write('value.js', TWO);

    assert.deepEqual(await changedFor(app, 'two two'), ['other.js', 'value.js']);
    assert.equal(evaluationsOf(app), 2);
  });

  it('is one change with what is saved before the new code listens', async () => {
    const listensLater = BOTH.replace(
      /server.listen.*/,
      `setImmediate(() => {
        if (value.startsWith('two')) {${SAVES_OTHER}}
        server.listen(0, () => console.log('listening', server.address().port, process.pid));
      });`,
    );
    const app = await apps.serve({ ...FILES, 'server.js': listensLater });

    app.write('value.js', "console.log('evaluated');\nmodule.exports = 'two';\n");

    assert.deepEqual(await changedFor(app, 'two two'), ['other.js', 'value.js']);
    assert.equal(evaluationsOf(app), 2);
  });

  it('goes on alone when dispose handlers have run for it', async () => {
    const app = await apps.serve({
      ...FILES,
      'value.js': "module.hot.dispose(() => console.log('disposed'));\nmodule.exports = 'one';\n",
    });

    app.write('value.js', TWO);

    for (const file of ['value.js', 'other.js']) {
      const report = await app.nextReload();
      assert.equal(report.outcome, 'committed');
      assert.deepEqual(report.changed, [file]);
    }
    assert.equal(await app.get(), 'two two');
    assert.equal(evaluationsOf(app), 1);
    assert.equal(app.lines.filter((line) => line === 'disposed').length, 1);
  });

  it('is served when its code saves a file each time it evaluates', async () => {
    const app = await apps.serve(FILES);

    app.write('value.js', `require('node:fs').rmSync('saved', { force: true });\n${TWO}`);

    assert.deepEqual(await changedFor(app, 'two two'), ['other.js', 'value.js']);
    assert.equal(evaluationsOf(app), 2);
  });

  it('is served when its code saves a file each time and listens after that is told', async () => {
    const app = await apps.serve({
      ...FILES,
      'server.js': BOTH.replace(
        /server.listen.*/,
        `const listen = () => server.listen(0, () => console.log('listening', server.address().port, process.pid));
        setTimeout(listen, 60);`,
      ),
    });

    app.write(
      'value.js',
      `require('node:fs').writeFileSync('other.js', "module.exports = ' two';\\n");
      module.exports = 'two';\n`,
    );

    assert.equal((await app.nextReload()).outcome, 'committed');
    await app.nextReload();
    assert.equal(await app.get(), 'two two');
  });

  it('is served however many before it never evaluate to their end', async () => {
    const app = await apps.serve(
      {
        'server.mjs': `import http from 'node:http';
          import value from './value.mjs';
          const server = http.createServer((req, res) => res.end(value));
          server.listen(0, () => console.log('listening', server.address().port, process.pid));`,
        'value.mjs': "export default 'one';\n",
      },
      { entry: 'server.mjs', options: ['--report', 'json', '--settle-timeout', '50'] },
    );

    for (let save = 1; save <= 8; save += 1) {
      app.write(
        'value.mjs',
        `console.log('began ${save}');\nawait new Promise(() => {});\nexport default '';\n`,
      );
      await app.nextLine(`began ${save}`);
    }
    app.write('value.mjs', "export default 'two';\n");

    assert.equal((await app.nextReload()).outcome, 'committed');
    assert.equal(await app.get(), 'two');
  });

  for (const [what, call] of Object.entries({
    'reload()': "hot.reload(['./value.js'])",
    'hotReload()': "hot.hotReload('./value.js')",
  })) {
    it(`that ${what} has asked for is not given back`, async () => {
      const hot = `const hot = require(${JSON.stringify(require.resolve('../..'))});`;
      const app = await apps.serve({
        ...FILES,
        'server.js': BOTH.replace(
          '(req, res) =>',
          `async (req, res) => { if (req.url === '/call') await ${call};`,
        )
          .replace('String(value))', 'String(value)); }')
          .replace('const http', `${hot}\nconst http`),
        'value.js': `console.log('evaluated');
          if (require('node:fs').existsSync('called')) {${SAVES_OTHER}}
          module.exports = 'one';\n`,
      });
      app.write('called', '');

      await app.get('/call');

      const [own, other] = [await app.nextReload(), await app.nextReload()];
      assert.equal(own.outcome, 'committed');
      assert.ok(own.evaluated.includes('value.js'));
      assert.deepEqual(other.changed, ['other.js']);
      assert.equal(other.outcome, 'committed');
      assert.equal(await app.get(), 'one two');
      assert.equal(evaluationsOf(app), 2);
    });
  }
});
