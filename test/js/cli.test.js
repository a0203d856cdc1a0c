'use strict';

/* What a program and the person who runs it see of the command line and of `register`. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { BIN, SERVER, useApps } = require('../helpers/cli-app');
const { version } = require('../../package.json');

const FILES = { 'server.js': SERVER, 'value.js': "module.exports = 'one';\n" };

/** With `--import` Node loads the entry in another way, whatever is imported. */
const PLAIN_IMPORT = ['--import', 'data:text/javascript,'];

/** Says all that a program can see of how it was started. */
const WITNESS = `'use strict';
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  console.log(JSON.stringify({
    argv: process.argv,
    execPath: process.execPath,
    title: process.title,
    isMain: require.main === module,
    mainModule: process.mainModule === module,
    parent: module.parent,
    id: module.id,
    loaded: module.loaded,
    children: module.children.length,
    paths: module.paths,
    keys: Object.keys(module),
    filename: __filename,
    dirname: __dirname,
    self: this === module.exports,
    args: arguments.length,
    cache: Object.keys(require.cache).filter((file) => file.startsWith(__dirname)),
    requireKeys: Object.keys(require),
    env: Object.entries(process.env).sort(),
    stdin: Buffer.concat(chunks).toString(),
    cwd: process.cwd(),
  }));
  process.exitCode = 3;
});
`;

describe('cli', () => {
  const apps = useApps();

  describe('the program', () => {
    for (const how of ['cli', 'register', 'import']) {
      it(`sees what it sees under plain node (${how})`, async () => {
        const folder = apps.makeFolder({ 'witness.js': WITNESS });
        const shared = {
          entry: 'witness.js',
          args: ['--watch', 'two words', '-h'],
          stdin: 'hello',
        };
        const env = { GREETING: 'hi' };
        const nodeArgs = how === 'import' ? PLAIN_IMPORT : [];
        const plain = apps.launch(folder, { ...shared, env, nodeArgs, how: 'plain' });
        await plain.end();

        const app = apps.launch(folder, { ...shared, env, how });
        const line = await app.nextLine('{');

        const seen = JSON.parse(line);
        const expected = JSON.parse(plain.stdout);
        // Set by the test itself, and kept for the processes that the program starts.
        seen.env = seen.env.filter(([name]) => name !== 'SAFE_HOT_REPORT');
        // The token, and the timers of its own.
        assert.ok(seen.args >= expected.args);
        assert.deepEqual({ ...seen, args: 5 }, expected);
        assert.equal(app.stdout, `${line}\n`);
      });

      it(`is found without its extension (${how})`, async () => {
        const app = apps.run(FILES, { how, entry: './server' });

        await app.serving();

        assert.equal(await app.get(), 'one');
      });
    }

    it('shares standard input, output and error with the command line', async () => {
      const program = `process.stdin.pipe(process.stdout); process.stdin.pipe(process.stderr);
        process.stdin.on('end', () => process.exit(0));`;
      const app = apps.run({ 'server.js': program }, { stdin: 'several\nlines\n' });

      await app.nextLine('lines');

      assert.equal(app.stdout, 'several\nlines\n');
      await app.nextError(/several\nlines\n/);
    });
  });

  describe('register', () => {
    for (const how of ['register', 'import']) {
      it(`lets a program end that has nothing left to do (${how})`, async () => {
        const app = apps.run({ 'server.js': "console.log('done');\n" }, { how });

        assert.deepEqual(await app.end(), { code: 0, signal: null });
        assert.equal(app.stdout, 'done\n');
      });

      it(`leaves the exit code as it is (${how})`, async () => {
        const later = apps.run({ 'server.js': 'setTimeout(() => process.exit(5), 5);\n' }, { how });
        const crash = apps.run({ 'server.js': "throw new Error('no');\n" }, { how });
        const killed = apps.run(
          { 'server.js': "process.kill(process.pid, 'SIGTERM');\n" },
          { how },
        );

        assert.deepEqual(await later.end(), { code: 5, signal: null });
        assert.deepEqual(await crash.end(), { code: 1, signal: null });
        assert.deepEqual(await killed.end(), { code: null, signal: 'SIGTERM' });
      });

      it(`reloads (${how})`, async () => {
        const app = await apps.serve(FILES, { how });

        app.write('value.js', "module.exports = 'two';\n");

        assert.equal((await app.nextReload()).outcome, 'committed');
        assert.equal(await app.get(), 'two');
      });
    }
  });

  describe('a signal', () => {
    const HANDLED = `${SERVER}
      for (const [signal, code] of [['SIGINT', 7], ['SIGTERM', 8], ['SIGHUP', 9]]) {
        process.on(signal, () => { console.log(signal); server.close(() => process.exit(code)); });
      }`;

    for (const [signal, code] of [
      ['SIGINT', 7],
      ['SIGTERM', 8],
      ['SIGHUP', 9],
    ]) {
      it(`that the program handles ends both with its code (${signal})`, async () => {
        const app = await apps.serve({ ...FILES, 'server.js': HANDLED });

        app.kill(signal);

        assert.deepEqual(await app.end(), { code, signal: null });
        assert.deepEqual(
          app.lines.filter((line) => line === signal),
          [signal],
        );
      });

      it(`that nobody handles ends both (${signal})`, async () => {
        const app = await apps.serve(FILES);
        const { pid } = app;

        app.kill(signal);

        assert.deepEqual(await app.end(), { code: null, signal });
        assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
      });
    }

    it('that the program handles and goes on after is forgotten with the next reload', async () => {
      const server = `${SERVER}process.on('SIGHUP', () => console.log('rotated'));\n`;
      const app = await apps.serve({ ...FILES, 'server.js': server });
      app.kill('SIGHUP');
      await app.nextLine('rotated');
      app.write('value.js', "module.exports = 'two';\n");
      assert.equal((await app.nextReload()).outcome, 'committed');

      app.write('value.js', 'setTimeout(() => process.exit(4), 5);\n');
      const { code } = await app.nextReport(({ type }) => type === 'end');
      assert.equal(code, 4);
      app.write('value.js', FILES['value.js']);

      await app.serving();
      assert.equal(await app.get(), 'one');
    });

    it('ends the command line while no program runs', async () => {
      const app = apps.run({ 'server.js': "throw new Error('no');\n" });
      await app.nextReport(({ type }) => type === 'end');

      app.kill('SIGINT');

      assert.deepEqual(await app.end(), { code: null, signal: 'SIGINT' });
    });
  });

  describe('the end of the program', () => {
    it('that comes soon after a reload comes after its report', async () => {
      const app = await apps.serve(FILES);

      app.write('value.js', 'setTimeout(() => process.exit(4), 1);\n');

      assert.equal((await app.nextReload()).outcome, 'committed');
      const { code } = await app.nextReport(({ type }) => type === 'end');
      assert.equal(code, 4);
    });

    /** Each breaks the program in its own way; `files` is what is saved then. */
    const ENDS = [
      { name: 'with nothing to do', text: '// nothing to do', code: 0 },
      { name: 'with an exit code', text: 'process.exit(4);', code: 4 },
      { name: 'by a syntax error', text: 'const = 1;', code: 1 },
      { name: 'by a throw', text: "throw new Error('no');", code: 1 },
      { name: 'by a missing module', text: "require('./missing');", code: 1 },
      { name: 'by an exception of a timer', text: 'setTimeout(() => { throw 1 }, 5);', code: 1 },
      { name: 'by a rejection', text: "Promise.reject(new Error('no'));", code: 1 },
      { name: 'by an abort', text: 'setTimeout(() => process.abort(), 20);', code: null },
    ];

    for (const { name, text, code } of ENDS) {
      it(`${name} is reported, and a save starts it again`, async () => {
        const app = apps.run({ 'server.js': "require('./part');\n", 'part.js': `${text}\n` });

        const report = await app.nextReport(({ type }) => type === 'end');
        assert.deepEqual(report, {
          type: 'end',
          entry: 'server.js',
          code,
          signal: code === null ? 'SIGABRT' : null,
        });
        app.write('value.js', FILES['value.js']);
        app.write('part.js', SERVER);

        await app.serving();
        assert.equal(await app.get(), 'one');
      });
    }

    it('by a kill during the first load is followed by a start when any file loaded is saved', async () => {
      const kill = "process.kill(process.pid, 'SIGKILL'); for (;;);\n";
      const server = `require('./first');\nrequire('./part');\n${SERVER}`;
      const app = apps.run({ ...FILES, 'server.js': server, 'first.js': '', 'part.js': kill });
      const report = await app.nextReport(({ type }) => type === 'end');
      assert.equal(report.signal, 'SIGKILL');

      app.write('first.js', '// saved\n');
      await app.nextReport(({ type }) => type === 'end');
      app.write('part.js', '// mended\n');

      await app.serving();
      assert.equal(await app.get(), 'one');
    });

    it('is followed by a start when a missing module comes', async () => {
      const app = apps.run({ 'server.js': SERVER });
      await app.nextReport(({ type }) => type === 'end');

      app.write('value.js', FILES['value.js']);

      await app.serving();
      assert.equal(await app.get(), 'one');
    });

    it('after reloads is followed by a start when any of its files is saved', async () => {
      const app = await apps.serve(FILES);
      app.write('value.js', "module.exports = require('./part');\n");
      assert.equal((await app.nextReload()).outcome, 'refused');
      app.write('part.js', "module.exports = 'two';\n");
      assert.equal((await app.nextReload()).outcome, 'committed');
      app.write(
        'value.js',
        "setTimeout(() => { throw new Error('later') }, 5);\nrequire('./part');\n",
      );
      await app.nextReport(({ type }) => type === 'end');
      assert.match(app.stderr, /value\.js:1\n/);

      app.write('part.js', "module.exports = 'three';\n");
      await app.nextReport(({ type }) => type === 'end');
      app.write('value.js', "module.exports = require('./part');\n");

      await app.serving();
      assert.equal(await app.get(), 'three');
    });
  });

  describe('an uncaught exception', () => {
    const CRASHES = {
      'at the top': "\n\n  throw new TypeError('no such thing');\n",
      'in a function': 'function fail() {\n  null.property;\n}\nfail();\n',
      'in a required module': "require('./part');\n",
      'in a timer': "setTimeout(function later() {\n  throw new Error('no');\n}, 1);\n",
      'in a promise': "(async () => {\n  throw new Error('no');\n})();\n",
      'of another type than Error': "throw { own: 'object' };\n",
      'of syntax': 'let a;\nlet a;\n',
      'of a module that is not there': "require('./not-there');\n",
      'with a cause': "throw new Error('outer', { cause: new Error('inner') });\n",
      'in JSON': "require('./broken.json');\n",
    };

    for (const [name, text] of Object.entries(CRASHES)) {
      it(`${name} is printed as plain node prints it`, async () => {
        const folder = apps.makeFolder({
          'server.js': text,
          'part.js': "exports.a = 1;\n    throw new Error('no');\n",
          'broken.json': '{ "a": }\n',
        });
        const plain = apps.launch(folder, { how: 'plain' });
        // Node's loader for `--import` prints some of these in another way.
        const plainImport = apps.launch(folder, { how: 'plain', nodeArgs: PLAIN_IMPORT });
        await Promise.all([plain.end(), plainImport.end()]);

        for (const how of ['register', 'import', 'cli']) {
          const app = apps.launch(folder, { how });
          if (how === 'cli') await app.nextReport(({ type }) => type === 'end');
          else await app.end();

          const expected = headOf(how === 'import' ? plainImport : plain);
          const head = headOf(app);
          // The ten lines of a stack hold some of ours, so that a deep place may be left out.
          if (name === 'in JSON') head.place = expected.place;
          assert.deepEqual(head, expected, how);
        }
      });
    }
  });

  describe('--dry-run', () => {
    it('reports the plan and replaces nothing', async () => {
      const app = await apps.serve(FILES, { options: ['--dry-run', '--report', 'json'] });

      app.write('value.js', "module.exports = 'two';\n");

      const report = await app.nextReload();
      assert.equal(report.outcome, 'planned');
      assert.deepEqual(report.changed, ['value.js']);
      assert.deepEqual(report.evaluated, []);
      assert.deepEqual(report.chains, [['value.js', 'server.js']]);
      assert.equal(await app.get(), 'one');
    });
  });

  describe('a wrong command line', () => {
    const WRONG = [
      [['--reprot', 'json', 'server.js'], 'ERR_SAFE_HOT_UNKNOWN_OPTION', /"--reprot".*"--report"/],
      [['--dryrun', 'server.js'], 'ERR_SAFE_HOT_UNKNOWN_OPTION', /"--dryrun".*"--dry-run"/],
      [['-x', 'server.js'], 'ERR_SAFE_HOT_UNKNOWN_OPTION', /"-x"/],
      [['--report', 'xml', 'server.js'], 'ERR_SAFE_HOT_INVALID_OPTION', /"report".*"text".*"xml"/],
      [
        ['--settle-timeout', 'soon', 'server.js'],
        'ERR_SAFE_HOT_INVALID_OPTION',
        /settle-?timeout/i,
      ],
      [['--dry-run=yes', 'server.js'], 'ERR_SAFE_HOT_INVALID_ARGUMENT', /dry-run/],
      [['--include', '[', 'server.js'], 'ERR_SAFE_HOT_BAD_GLOB', /\[/],
      [[], 'ERR_SAFE_HOT_NO_ENTRY', /neither main nor a script/],
      [['--report', 'json'], 'ERR_SAFE_HOT_NO_ENTRY', /neither main nor a script/],
      [['missing.js'], 'ERR_SAFE_HOT_ENTRY_NOT_FOUND', /missing\.js does not exist/],
    ];

    for (const [args, code, message] of WRONG) {
      it(`is refused with a code: safe-hot ${args.join(' ')}`, () => {
        const { status, stdout, stderr } = runCli(args, apps.makeFolder(FILES));

        assert.match(stderr, message);
        assert.ok(stderr.includes(`(${code})`), stderr);
        assert.equal(stderr.split('\n').length, 2, 'one line');
        assert.equal(stdout, '');
        assert.equal(status, 2);
      });
    }
  });

  it('--help names every option', () => {
    for (const option of ['--help', '-h']) {
      const { status, stdout, stderr } = runCli([option]);

      assert.equal(status, 0);
      assert.equal(stderr, '');
      for (const name of [
        'report',
        'dry-run',
        'include',
        'exclude',
        'unaccepted',
        'poll',
        'help',
      ]) {
        assert.ok(stdout.includes(`--${name}`), name);
      }
    }
  });

  it('--version is that of the package', () => {
    const { status, stdout } = runCli(['--version']);

    assert.equal(status, 0);
    assert.equal(stdout, `${version}\n`);
  });

  describe('the text report', () => {
    it('is one plain line each where standard error is no terminal', async () => {
      const app = apps.run(FILES, { options: [], env: { FORCE_COLOR: '1' } });
      await app.nextError(
        /^safe-hot {2}server\.js ready in \d+ ms · 2 hot modules, 0 cold · watching 1 folder$/m,
      );

      app.write('value.js', "module.exports = 'two';\n");
      await app.nextError(/^✓ \d+\.\d ms {2}value\.js → server\.js · :0 handed over$/m);
      app.write('value.js', "module.exports = 'two';\n");
      await app.nextError(/^= \d+\.\d ms {2}value\.js saved without a change$/m);
      app.write('value.js', "module.exports = 'two;\n");
      await app.nextError(
        /^✗ refused {2}value\.js:1:18 .+ · version 2 stays in use ERR_SAFE_HOT_SYNTAX\n {2}▸ 1 │/m,
      );
      app.write('value.js', "throw new Error('no');\n");
      await app.nextError(
        /^✗ rolled back {2}Evaluating value\.js failed: no · version 2 stays in use ERR_SAFE_HOT_EVALUATE\n {2}▸ 1 │/m,
      );
      app.write('value.js', 'process.exit(6);\n');
      await app.nextError(/^✗ rolled back {2}.*process\.exit\(6\).*ERR_SAFE_HOT_EXIT/m);
      app.write('value.js', 'setTimeout(() => process.exit(6), 1);\n');
      await app.nextError(/^safe-hot {2}server\.js ended with code 6 · a save starts it again$/m);

      assert.ok(!app.stderr.includes('\u001B'));
    });

    it('has color on a terminal, unless NO_COLOR says otherwise', async () => {
      const folder = apps.makeFolder({ ...FILES, 'tty.js': 'process.stderr.isTTY = true;\n' });
      const nodeArgs = ['-r', path.join(folder, 'tty.js')];
      const reports = { SAFE_HOT_REPORT: 'text' };

      const plain = apps.launch(folder, {
        how: 'register',
        nodeArgs,
        env: { ...reports, NO_COLOR: '1' },
      });
      await plain.nextError(/^safe-hot {2}server.js ready/m);
      const colored = apps.launch(folder, { how: 'register', nodeArgs, env: reports });
      await colored.nextError(/safe-hot.*server.js ready/);

      assert.ok(!plain.stderr.includes('\u001B'));
      assert.ok(colored.stderr.includes('\u001B'));
    });
  });

  it('says nothing in a tool that NODE_OPTIONS has brought it to', async () => {
    const app = apps.run(
      { 'node_modules/tool/cli.js': "console.log('done');\n" },
      { how: 'register', entry: 'node_modules/tool/cli.js' },
    );

    assert.deepEqual(await app.end(), { code: 0, signal: null });
    assert.equal(app.stdout, 'done\n');
    assert.equal(app.stderr, '');
    assert.deepEqual(app.reports, []);
  });

  it('leaves standard error alone with SAFE_HOT_REPORT=none', async () => {
    const app = apps.run(FILES, { how: 'register', env: { SAFE_HOT_REPORT: 'none' } });
    await app.nextLine('listening');

    assert.equal(await app.get(), 'one');
    app.kill('SIGTERM');
    await app.end();
    assert.equal(app.stderr, '');
    assert.deepEqual(app.reports, []);
  });
});

function runCli(args, cwd = process.cwd()) {
  return spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', timeout: 20_000 });
}

/** What is printed of an exception, down to the place of the first line of its stack in the program. */
function headOf(app) {
  const lines = app.stderr.trimEnd().split('\n');
  const isFrame = (line) => /^\s+at /.test(line);
  const frame = lines.find((line) => isFrame(line) && line.includes(app.folder)) ?? '';
  const place = /[^( ]+:\d+:\d+/.exec(frame)?.[0];
  const end = lines.findIndex(isFrame);
  return { lines: lines.slice(0, end < 0 ? lines.length : end), place };
}
