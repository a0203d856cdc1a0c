'use strict';

/*
 * The tarballs that are published, installed by npm, pnpm and yarn as people install them, into folders that know nothing of
 * this one. On one Node line only: what is packed and installed does not depend on it. What is installed runs on the
 * lowest Node that is supported, to the last digit.
 */

const assert = require('node:assert/strict');
const { execFile, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { pack } = require('../../scripts/pack');
const { LOWEST_NODE, nodeOfLine } = require('../../scripts/node-lines');
const { isLowestLine } = require('../helpers/node-lines');
const { ROOT, useApps } = require('../helpers/cli-app');
const { skip } = require('../helpers/library-app');
const { packDependencies, packManifest, startRegistry } = require('../helpers/registry');

const MANAGERS = path.join(ROOT, 'test', 'package-managers', 'node_modules');
const PNPM = path.join(MANAGERS, 'pnpm', 'bin', 'pnpm.cjs');
const YARN_1 = path.join(MANAGERS, 'yarn', 'bin', 'yarn.js');
const YARN = path.join(MANAGERS, '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
const PATIENCE_MS = 120_000;

const PLATFORM = fs
  .readdirSync(path.join(ROOT, 'js'))
  .flatMap((name) => /^safe-hot\.(.+)\.node$/.exec(name)?.[1] ?? [])[0];

/** The same server in three languages; each knows `value` from a module of its own. */
const FILES = {
  'one.cjs': `const http = require('node:http');
const { value } = require('./one-value.cjs');
const { versions } = require('safe-hot');
const server = http.createServer((req, res) => res.end(value + ' ' + (versions && process.versions.node)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
  'one-value.cjs': "exports.value = 'V0';\n",
  'two.mjs': `import http from 'node:http';
import { value } from './two-value.mjs';
import hot, { versions } from 'safe-hot';
const server = http.createServer((req, res) => res.end(value + ' ' + (hot && versions && process.versions.node)));
server.listen(0, () => console.log('listening', server.address().port, process.pid));
`,
  'two-value.mjs': "export const value = 'V0';\n",
  'three.mts': `import http, { type Server } from 'node:http';
import { value } from './three-value.mts';
import { versions } from 'safe-hot';
const server: Server = http.createServer((req, res) => res.end(value + ' ' + (versions && process.versions.node)));
server.listen(0, () => console.log('listening', (server.address() as any).port, process.pid));
`,
  'three-value.mts': "export const value: string = 'V0';\n",
};

/** How each is started: as a project that has installed the package does. */
const PROGRAMS = [
  { entry: 'one.cjs', value: 'one-value.cjs', command: ['safe-hot'] },
  { entry: 'two.mjs', value: 'two-value.mjs', command: ['node', '--import', 'safe-hot/register'] },
  { entry: 'three.mts', value: 'three-value.mts', command: ['safe-hot'] },
];

describe('the packed package', function () {
  this.timeout(PATIENCE_MS);
  const apps = useApps();
  /** @type {string} */
  let folder;
  /** @type {import('../../scripts/pack').Packed[]} */
  let packed;
  /** @type {Awaited<ReturnType<typeof startRegistry>>} */
  let registry;
  /** @type {string} */
  let lowestNode;

  before(async function () {
    if (!isLowestLine) {
      skip(this, 'what is packed is the same on each Node line; the lowest runs it');
    }
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-packed-'));
    packed = pack(path.join(folder, 'dist'));
    const dependencies = packDependencies(packed[0].manifest, ROOT, folder);
    const all = [...packed, ...dependencies].map(({ manifest, tarball }) => {
      return { manifest, tarball: tarball ?? packManifest(manifest, folder) };
    });
    registry = await startRegistry(all);
    lowestNode = nodeOfLine(LOWEST_NODE);
  });

  after(() => {
    registry?.close();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program of a package manager, with its caches in a folder of the test. */
  async function install(at, command, args, { env = {} } = {}) {
    const settings = {
      // Of this very process, when npm runs the tests.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
      NO_UPDATE_NOTIFIER: '1',
      CI: 'true',
      npm_config_registry: registry.url,
      npm_config_cache: path.join(folder, 'npm-cache'),
      npm_config_update_notifier: 'false',
      ...env,
    };
    // npm is a batch file on Windows, which only a shell can start.
    const shell = process.platform === 'win32' && command === 'npm';
    await promisify(execFile)(command, args, { cwd: at, env: settings, shell });
  }

  /** Edit, refusal, fix: in each of the three programs. */
  async function serves(at, commandOf = (command) => binCommand(at, command)) {
    for (const { entry, value, command } of PROGRAMS) {
      const [execPath, ...nodeArgs] = commandOf(command);
      const app = apps.launch(at, {
        how: 'plain',
        execPath,
        nodeArgs,
        entry,
        env: {
          SAFE_HOT_REPORT: 'json',
          PATH: `${path.dirname(lowestNode)}${path.delimiter}${process.env.PATH}`,
        },
      });
      await app.serving();
      assert.equal(await app.get(), `V0 ${LOWEST_NODE}`);

      app.edit(value, 'V0', 'V1');
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), `V1 ${LOWEST_NODE}`);

      app.edit(value, "'V1';", "'V2' +;");
      const refused = await app.nextReload();
      assert.deepEqual([refused.outcome, refused.error.code], ['refused', 'ERR_SAFE_HOT_SYNTAX']);
      assert.equal(await app.get(), `V1 ${LOWEST_NODE}`);

      app.edit(value, "'V2' +;", "'V2';");
      assert.equal((await app.nextReload()).outcome, 'committed');
      assert.equal(await app.get(), `V2 ${LOWEST_NODE}`);
    }
  }

  /** As npx and the scripts of a package find it. */
  function binCommand(at, [program, ...options]) {
    if (program === 'node') return [lowestNode, ...options];
    return [path.join(at, 'node_modules', '.bin', program), ...options];
  }

  it('has no native part and no install script, and is what publint and attw ask for', () => {
    const { manifest, tarball } = packed[0];
    const listed = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).stdout;
    assert.match(listed, /^package\/js\/index\.js$/m);
    assert.doesNotMatch(listed, /\.node$/m);
    assert.equal(manifest.scripts, undefined);
    assert.equal(Object.keys(manifest.optionalDependencies).length, packed.length - 1);

    for (const [tool, ...args] of [
      ['publint/src/cli.js', 'run', '--strict', tarball],
      // What node10 resolves has no `exports`.
      ['@arethetypeswrong/cli/dist/index.js', '--profile', 'node16', tarball],
    ]) {
      const script = path.join(ROOT, 'node_modules', tool);
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout + stderr);
    }
  });

  /** Which packages of ours have been asked for. */
  function fetched() {
    return registry.asked.filter((each) => each.startsWith('safe-hot')).sort();
  }

  /** For the system that it is installed on alone. */
  const NEEDED = ['safe-hot', `safe-hot-${PLATFORM}`];

  it('is installed by npm, and serves', async () => {
    const at = apps.makeFolder(FILES);
    registry.asked.length = 0;
    await install(at, 'npm', ['install', 'safe-hot', '--no-audit', '--no-fund']);

    assert.deepEqual(fetched(), NEEDED);
    await serves(at);
  });

  it('is installed by pnpm, and serves', async () => {
    const at = apps.makeFolder(FILES);
    registry.asked.length = 0;
    const env = { npm_config_store_dir: path.join(folder, 'pnpm-store') };
    await install(at, process.execPath, [PNPM, 'add', 'safe-hot'], { env });

    assert.deepEqual(fetched(), NEEDED);
    await serves(at);
  });

  it('is installed by yarn 1, and serves', async () => {
    const at = apps.makeFolder(FILES);
    // It fetches the packages of all systems, and keeps those of this one, whatever its libc.
    await install(at, process.execPath, [YARN_1, 'add', 'safe-hot'], {
      env: { YARN_CACHE_FOLDER: path.join(folder, 'yarn-1') },
    });

    await serves(at);
  });

  it("is installed by yarn with Plug'n'Play, and serves", async () => {
    const at = apps.makeFolder({
      ...FILES,
      // A package that is in no folder, but in an archive.
      'one-value.cjs': `require('picocolors').red;\n${FILES['one-value.cjs']}`,
      'two-value.mjs': `import 'picocolors';\n${FILES['two-value.mjs']}`,
      'three-value.mts': `import colors from 'picocolors';\ncolors.red;\n${FILES['three-value.mts']}`,
    });
    await install(at, process.execPath, [YARN, 'add', 'safe-hot', 'picocolors'], {
      env: {
        YARN_ENABLE_TELEMETRY: '0',
        YARN_GLOBAL_FOLDER: path.join(folder, 'yarn'),
        YARN_NPM_REGISTRY_SERVER: registry.url,
        YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      },
    });

    const unplugged = path.join(at, '.yarn', 'unplugged');
    const own = fs.readdirSync(unplugged).find((each) => each.startsWith('safe-hot-npm-'));
    const bin = path.join(unplugged, own, 'node_modules', 'safe-hot', 'bin', 'safe-hot.js');
    await serves(at, () => [lowestNode, '-r', './.pnp.cjs', bin]);
  });
});
