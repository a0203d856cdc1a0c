'use strict';

/*
 * Apps that no one here wrote, as their generators or the pages of their packages have them, run with no change and
 * edited again and again. On one line of Node: the frameworks are tested on all of them elsewhere.
 */

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ROOT, useApps } = require('../helpers/cli-app');

const RELOADS = 50;
const APPS = path.join(ROOT, 'test', 'apps');
const MODULES = path.join(APPS, 'node_modules');
const PRELOADED = ['any-port.js', 'say-listening.js', 'probe.js'];
/** One that no framework takes for the end. */
const PROBE_SIGNAL = 'SIGWINCH';

const ENVIRONMENT = {
  PROBE_SIGNAL,
  NODE_OPTIONS: PRELOADED.map((name) => `--require ${path.join(ROOT, 'test/helpers', name)}`).join(
    ' ',
  ),
};

/**
 * @typedef {object} RealApp
 * @property {string} name
 * @property {(folder: string) => void} make
 * @property {string[]} [command] after `safe-hot`; default: nothing, the app says what it is
 * @property {(folder: string) => string} [plain] what plain node runs, where that is not the command's own file
 * @property {string} file of the app's own, edited
 * @property {[string, (text: string) => string]} edit what is found in it, and what it becomes
 * @property {string} path that shows it
 * @property {string[]} [also] files that are edited besides, by a comment
 */

/** @type {RealApp[]} */
const REAL_APPS = [
  {
    name: 'json-server',
    make: (folder) => {
      write(folder, 'db.json', '{ "posts": [{ "id": 1, "title": "a post" }] }');
      write(
        folder,
        'who.js',
        `module.exports = (req, res, next) => { res.set('x-who', 'me'); next(); };\n`,
      );
    },
    command: ['json-server', '--middlewares', 'who.js', '--port', '3000', 'db.json'],
    file: 'db.json',
    edit: ['a post', (text) => text],
    path: '/posts',
    also: ['who.js'],
  },
  {
    name: `express-generator's app`,
    make: (folder) => generate('express', ['--force', folder]),
    plain: () => 'bin/www',
    file: 'routes/users.js',
    edit: ['respond with a resource', (text) => text],
    path: '/users',
    also: ['app.js', 'routes/index.js'],
  },
  {
    name: `fastify-cli's project`,
    make: (folder) => generateBeside('fastify', (name) => ['generate', name], folder),
    command: ['fastify', 'start', '-l', 'error', 'app.js'],
    file: 'routes/root.js',
    edit: ['root: true', (text) => `root: '${text}'`],
    path: '/',
    also: ['app.js', 'routes/example/index.js'],
  },
  {
    name: `NestJS's starter`,
    make: (folder) =>
      generateBeside(
        'schematics',
        (name) => ['@nestjs/schematics:application', `--name=${name}`],
        folder,
      ),
    command: ['src/main.ts'],
    plain: compiled,
    file: 'src/app.service.ts',
    edit: ['Hello World!', (text) => text],
    path: '/',
    also: ['src/app.module.ts', 'src/main.ts'],
  },
  {
    name: 'the example of @hono/node-server',
    make: (folder) => fromPage(folder, '@hono/node-server/README.md', 'app.ts', /serve\(app, /),
    plain: () => 'app.ts',
    file: 'app.ts',
    edit: ['Hono meets Node.js', (text) => text],
    path: '/',
  },
  {
    name: 'the example of Koa',
    make: (folder) => fromPage(folder, 'koa/Readme.md', 'app.js', /app\.listen\(3000\)/),
    plain: () => 'app.js',
    file: 'app.js',
    edit: ['Hello Koa', (text) => text],
    path: '/',
  },
  {
    name: 'the example of GraphQL Yoga',
    make: (folder) => fromPage(folder, 'graphql-yoga/README.md', 'app.ts', /createYoga\(\{/),
    plain: () => 'app.ts',
    file: 'app.ts',
    edit: ['Hello from Yoga!', (text) => text],
    path: '/graphql?query=%7Bhello%7D',
  },
];

const IS_MEANT = process.versions.node.startsWith('24.') || process.env.WHOLE === '1';

(IS_MEANT ? describe : describe.skip)('apps that no one here wrote', function () {
  this.timeout(120_000);
  const apps = useApps();

  before(function () {
    if (fs.existsSync(MODULES)) return;
    console.log('      skipped: npm ci in test/apps was not run');
    this.skip();
  });

  for (const realApp of REAL_APPS) {
    const { name, make, command = [], plain, file, edit, path: url, also = [] } = realApp;
    it(`${name} answers after ${RELOADS} reloads as after a cold start`, async () => {
      const folder = apps.makeFolder({});
      make(folder);
      fs.symlinkSync(MODULES, path.join(folder, 'node_modules'), 'junction');
      const options = { entry: command, env: ENVIRONMENT, patienceMs: 20_000 };
      const app = await apps.launch(folder, options).serving();
      const text = app.read(file);
      const [found, becomes] = edit;
      assert.ok(text.includes(found), text);

      for (let n = 1; n <= RELOADS; n += 1) {
        const other = n % 5 === 0 ? also[(n / 5) % also.length] : undefined;
        if (other) app.write(other, `${app.read(other)}\n// ${n}\n`);
        else app.write(file, text.replace(found, becomes(`edit ${n}`)));
        const report = await app.nextReload();
        assert.equal(report.outcome, 'committed', JSON.stringify(report));
        assert.deepEqual(report.stale, []);
        if (!other) assert.match((await app.fetch(url)).body, RegExp(`edit ${n}\\b`));
      }

      const [runs = '', ...args] = command;
      const entry = plain?.(folder) ?? commandFile(runs);
      const cold = apps.launch(folder, {
        ...options,
        how: 'plain',
        entry,
        args: plain ? [] : args,
      });
      await cold.nextLine('listening');
      assert.deepEqual(await answers(app, url), await answers(cold, url));
      process.kill(app.pid, PROBE_SIGNAL);
      const { stale } = JSON.parse((await app.nextLine('holds ')).slice('holds '.length));
      assert.deepEqual(stale, []);
    });
  }
});

/** The status, the body and what headers say of the app itself. */
async function answers(app, url) {
  const all = [];
  for (const each of [url, '/', '/missing']) {
    const { status, body, headers } = await app.fetch(each);
    delete headers.date;
    all.push({ url: each, status, body, headers });
  }
  return all;
}

function write(folder, name, text) {
  fs.writeFileSync(path.join(folder, name), text);
}

/** @param {string} name of the command @param {string[]} args @param {string} [cwd] */
function generate(name, args, cwd = APPS) {
  execFileSync(process.execPath, [commandFile(name), ...args], { cwd, stdio: 'pipe' });
}

/** @param {string} name of a command of a package */
function commandFile(name) {
  return fs.realpathSync(path.join(MODULES, '.bin', name));
}

/** What the compiler makes of the app, as its own build does. @param {string} folder */
function compiled(folder) {
  const args = ['-p', 'tsconfig.build.json', '--rootDir', 'src'];
  // It tells of options that are not to be used any more, and emits all the same.
  spawnSync(process.execPath, [commandFile('tsc'), ...args], { cwd: folder });
  return 'dist/main.js';
}

/**
 * Runs a generator that makes a folder itself, and moves what it has made.
 *
 * @param {string} command
 * @param {(name: string) => string[]} argsFor
 * @param {string} folder
 */
function generateBeside(command, argsFor, folder) {
  const beside = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-made-'));
  generate(command, argsFor('app'), beside);
  fs.cpSync(path.join(beside, 'app'), folder, { recursive: true });
  fs.rmSync(beside, { recursive: true });
}

/**
 * The program that a page of a package shows.
 *
 * @param {string} folder
 * @param {string} page
 * @param {string} name of the file that it becomes
 * @param {RegExp} isMeant
 */
function fromPage(folder, page, name, isMeant) {
  const text = fs.readFileSync(path.join(MODULES, page), 'utf8');
  const blocks = [...text.matchAll(/```(?:ts|js)\n(.*?)```/gs)].map(([, block]) => block);
  const program = blocks.find((block) => isMeant.test(block));
  write(folder, name, program);
  write(
    folder,
    'package.json',
    JSON.stringify({ main: name, type: name.endsWith('.ts') ? 'module' : 'commonjs' }),
  );
}
