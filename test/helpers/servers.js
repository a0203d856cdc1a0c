'use strict';

/* PostgreSQL and Redis of a test: on loopback, in folders of their own, ended after the tests. */

const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { freePort } = require('../../scripts/free-port');

const PATIENCE_MS = 10_000;

/**
 * @returns {Promise<{ port: number, stop: () => Promise<void> } | { missing: string }>}
 */
async function startRedis() {
  const program = programNamed('redis-server', []);
  if (!program) return { missing: 'redis-server is not installed (scripts/setup-servers.sh)' };
  const port = await freePort();
  const folder = makeFolder();
  const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  return running(spawn(program, args.map(String)), port, folder, /Ready to accept/i);
}

/**
 * @returns {Promise<{ port: number, stop: () => Promise<void> } | { missing: string }>}
 */
async function startPostgres() {
  const folders = subfolders('/usr/lib/postgresql').map((each) => path.join(each, 'bin'));
  const program = programNamed('postgres', folders);
  if (!program) return { missing: 'PostgreSQL is not installed (scripts/setup-servers.sh)' };
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync('runuser', ['-u', 'postgres', '--', 'true']).status !== 0) {
    return { missing: 'PostgreSQL does not run as root, and there is no user postgres' };
  }
  const port = await freePort();
  const folder = makeFolder();
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const as = (/** @type {string[]} */ [first = '', ...rest]) =>
    isRoot
      ? /** @type {[string, string[]]} */ (['runuser', ['-u', 'postgres', '--', first, ...rest]])
      : /** @type {[string, string[]]} */ ([first, rest]);
  const data = path.join(folder, 'data');
  const initdb = path.join(path.dirname(program), 'initdb');
  const cwd = folder;
  execFileSync(...as([initdb, '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync']), { cwd });
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-k', folder];
  const command = as([program, '-D', data, '-p', String(port), ...settings]);
  const started = await running(spawn(...command, { cwd }), port, folder, /ready to accept/);
  return { ...started, stop: () => started.stop(pidIn(path.join(data, 'postmaster.pid'))) };
}

/**
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @param {number} port
 * @param {string} folder
 * @param {RegExp} ready
 */
async function running(child, port, folder, ready) {
  let said = '';
  const signal = AbortSignal.timeout(PATIENCE_MS);
  while (!ready.test(said)) {
    const [chunk] = await Promise.race([
      once(child.stdout, 'data', { signal }),
      once(child.stderr, 'data', { signal }),
      once(child, 'exit', { signal }).then(() => Promise.reject(new Error(said))),
    ]);
    said += chunk;
  }
  child.stdout.resume();
  child.stderr.resume();
  return {
    port,
    async stop(pid = child.pid) {
      const ended = once(child, 'exit');
      // To PostgreSQL: end now, whoever is connected.
      process.kill(Number(pid), 'SIGINT');
      await ended;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server's own process: `runuser` passes no signal on. @param {string} file */
function pidIn(file) {
  return parseInt(fs.readFileSync(file, 'utf8'), 10);
}

/** @param {string} name @param {string[]} folders looked at before PATH */
function programNamed(name, folders) {
  const all = [...folders, ...(process.env.PATH ?? '').split(path.delimiter)];
  return all.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/** @param {string} folder */
function subfolders(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((each) => path.join(folder, each)) : [];
}

function makeFolder() {
  return fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-server-'));
}

exports.startPostgres = startPostgres;
exports.startRedis = startRedis;
