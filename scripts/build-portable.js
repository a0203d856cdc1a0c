'use strict';

/*
 * `npm run build:portable`: the addon for Linux as it is released, linked against glibc 2.17, into `js/`. Zig has the symbols of
 * every glibc, so that no old system is needed; it comes from PyPI, into `.zig/`, at need. With `--tools`, that is all that is done.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, SetupError, installPackages, run, runAsScript } = require('./setup');

/** The glibc of the oldest systems that Node 20 itself runs on is newer than this. */
const OLDEST_GLIBC = '2.17';
const TOOLS = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.1'];
const TOOLS_FOLDER = path.join(ROOT, '.zig');
/** @type {Partial<Record<string, string>>} */
const TARGETS = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' };

function main() {
  if (process.argv.includes('--tools')) return installTools();
  const target = process.platform === 'linux' ? TARGETS[process.arch] : undefined;
  if (!target) throw new SetupError('only Linux has a glibc');
  installPackages(ROOT);
  installTools();
  run('npm', ['run', '--silent', 'build', '--', '-x', '--target', `${target}.${OLDEST_GLIBC}`], {
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: `${path.join(TOOLS_FOLDER, 'bin')}${path.delimiter}${process.env['PATH']}`,
      CARGO_ZIGBUILD_ZIG_PATH: path.join(TOOLS_FOLDER, 'ziglang', 'zig'),
    },
  });
}

function installTools() {
  const stamp = path.join(TOOLS_FOLDER, 'tools');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === TOOLS.join('\n')) return;
  fs.rmSync(TOOLS_FOLDER, { recursive: true, force: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', TOOLS_FOLDER, ...TOOLS];
  const { error, status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  if (error || status !== 0) {
    throw new SetupError(`zig could not be had: ${error?.message ?? stderr.trim()}`);
  }
  fs.writeFileSync(stamp, TOOLS.join('\n'));
}

runAsScript(main);
