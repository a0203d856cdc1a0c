'use strict';

/*
 * `npm run pack`: the tarballs that are published, in `dist/`: the package itself, and one for each platform whose addon is in
 * `js/`. With `--all`, an addon that is not there is an error: that is a release.
 */

const fs = require('node:fs');
const path = require('node:path');
const { ROOT, SetupError, run, runAsScript, setup } = require('./setup');

const NAPI = path.join(ROOT, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');

/** What only a clone can use. */
const OF_A_CLONE = ['devDependencies', 'scripts'];

/**
 * @typedef {object} Manifest of a package, as it is published
 * @property {string} name
 * @property {string} version
 *
 * @typedef {object} Packed
 * @property {Manifest} manifest
 * @property {string | null} tarball its path; null for a platform whose addon is not there
 */

/**
 * @param {string} folder for the tarballs; emptied first
 * @returns {Packed[]} the package, then each platform's
 */
function pack(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  const stage = path.join(folder, 'stage');
  fs.mkdirSync(stage, { recursive: true });
  const main = readManifest(ROOT);
  for (const name of OF_A_CLONE) delete main[name];
  // Provenance is checked against it.
  const repository = process.env['GITHUB_REPOSITORY'];
  if (repository)
    main.repository = { type: 'git', url: `git+https://github.com/${repository}.git` };
  writeManifest(stage, main);

  run(process.execPath, [NAPI, 'create-npm-dirs', '--npm-dir', 'npm'], {
    cwd: stage,
    stdio: 'ignore',
  });
  const platforms = fs.readdirSync(path.join(stage, 'npm')).map((name) => {
    const platform = path.join(stage, 'npm', name);
    const manifest = readManifest(platform);
    const addon = path.join(ROOT, 'js', manifest.main);
    if (!fs.existsSync(addon)) return { manifest, tarball: null };
    fs.copyFileSync(addon, path.join(platform, manifest.main));
    return { manifest, tarball: packFolder(platform, folder) };
  });

  const versions = platforms.map(({ manifest }) => [manifest.name, manifest.version]);
  writeManifest(stage, { ...main, optionalDependencies: Object.fromEntries(versions) });
  for (const name of main.files.filter((/** @type {string} */ each) => !each.startsWith('!'))) {
    fs.cpSync(path.join(ROOT, name), path.join(stage, name), { recursive: true });
  }
  const packed = [{ manifest: readManifest(stage), tarball: packFolder(stage, folder) }];
  fs.rmSync(stage, { recursive: true });
  return [...packed, ...platforms];
}

/**
 * @param {string} folder of a package
 * @param {string} into
 * @returns {string} the tarball
 */
function packFolder(folder, into) {
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { name, version } = readManifest(folder);
  return path.join(into, `${name}-${version}.tgz`);
}

/** @param {string} folder @returns {Record<string, any> & Manifest & { main: string }} */
function readManifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** @param {string} folder @param {object} manifest */
function writeManifest(folder, manifest) {
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function main() {
  const isRelease = process.argv.includes('--all');
  // The addons of a release come from elsewhere.
  if (!isRelease) setup();
  const packed = pack(path.join(ROOT, 'dist'));
  for (const { tarball } of packed) if (tarball) console.log(path.relative(ROOT, tarball));
  const missing = packed.filter(({ tarball }) => !tarball).map(({ manifest }) => manifest.name);
  if (missing.length === 0) return;
  const text = `without an addon in js/: ${missing.join(', ')}`;
  if (isRelease) throw new SetupError(text);
  console.error(text);
}

module.exports = { pack };

if (require.main === module) runAsScript(main);
