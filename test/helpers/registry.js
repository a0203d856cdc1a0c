'use strict';

/* A registry of packages on loopback, for who installs what has just been packed: no name of it is asked for elsewhere. */

const { createHash } = require('node:crypto');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

/**
 * @param {{ manifest: any, tarball: string }[]} packages a version each
 * @returns {Promise<{ url: string, asked: string[], close: () => void }>} `asked`: the tarballs that were fetched
 */
async function startRegistry(packages) {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  /** @type {string[]} */
  const asked = [];
  const server = http.createServer((request, response) => {
    const [, name = '', isTarball] = /^\/(.+?)(\/-\/tarball\.tgz)?$/.exec(
      decodeURIComponent(request.url ?? ''),
    ) ?? [''];
    const found = byName.get(name);
    if (!found) {
      response.writeHead(404).end('{}');
    } else if (!isTarball) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument(found, url)));
    } else {
      asked.push(name);
      response.end(fs.readFileSync(found.tarball));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a registry says of a package. @param {{ manifest: any, tarball: string }} found @param {string} url */
function packument({ manifest, tarball }, url) {
  const { name, version } = manifest;
  const bytes = fs.readFileSync(tarball);
  const dist = {
    tarball: `${url}/${name}/-/tarball.tgz`,
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
  };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
    // Newer clients take no version without its time, or one that is too new.
    time: { created: LONG_AGO, modified: LONG_AGO, [version]: LONG_AGO },
  };
}

const LONG_AGO = '2020-01-01T00:00:00.000Z';

/**
 * The packages that `manifest` depends on, and those that these do, as they are installed.
 *
 * @param {{ dependencies?: Record<string, string> }} manifest
 * @param {string} from the folder whose `node_modules` has them
 * @param {string} into for the tarballs
 */
function packDependencies(manifest, from, into) {
  /** @type {Map<string, { manifest: any, tarball: string }>} */
  const packed = new Map();
  const add = (/** @type {string} */ name) => {
    if (packed.has(name)) return;
    const folder = path.join(from, 'node_modules', name);
    const found = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const tarball = path.join(into, `${name.replaceAll('/', '-')}.tgz`);
    execFileSync('tar', ['-czf', tarball, '-C', path.dirname(folder), path.basename(folder)]);
    packed.set(name, { manifest: found, tarball });
    for (const each of Object.keys(found.dependencies ?? {})) add(each);
  };
  for (const name of Object.keys(manifest.dependencies ?? {})) add(name);
  return [...packed.values()];
}

/** A tarball with nothing in it but the manifest. @param {any} manifest @param {string} into */
function packManifest(manifest, into) {
  const folder = path.join(into, 'manifests', manifest.name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const tarball = path.join(into, `${manifest.name}.tgz`);
  execFileSync('tar', ['-czf', tarball, '-C', path.dirname(folder), path.basename(folder)]);
  return tarball;
}

exports.packDependencies = packDependencies;
exports.packManifest = packManifest;
exports.startRegistry = startRegistry;
