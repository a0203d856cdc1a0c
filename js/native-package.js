'use strict';

/** The package that holds the native part for this system, for who has to be told that it is not there. */

const Module = require('node:module');
const path = require('node:path');

/** Our own modules have one that knows no more than how to load. */
const requireHere = Module.createRequire(__filename);

/**
 * Why the native part cannot be loaded, and what helps.
 *
 * @param {unknown} error of loading it
 * @returns {{ platform: string, package: string, reason: string, cause?: unknown }}
 */
function describeMissing(error) {
  const platform = platformName();
  // Written into the package as it is packed; a clone has none.
  const { name, optionalDependencies } = /** @type {any} */ (require('../package.json'));
  const missing = { platform, package: `${name}-${platform}` };
  const local = errorOf(path.join(__dirname, `${name}.${platform}.node`));
  if (isForbidden(local)) return { ...missing, reason: FORBIDDEN, cause: local };
  if (!optionalDependencies) {
    return { ...missing, reason: 'it is not built; run `npm run build`', cause: error };
  }
  if (!Object.hasOwn(optionalDependencies, missing.package)) {
    const known = Object.keys(optionalDependencies).map((each) => each.slice(name.length + 1));
    return { ...missing, reason: `there is one for ${known.join(', ')} only` };
  }
  const folder = installedAt(missing.package);
  if (folder === null) {
    const reason = `the package ${missing.package} is not installed; run \`npm install --include=optional\`, after removing node_modules and the lock file if they were made on another system`;
    return { ...missing, reason };
  }
  const cause = errorOf(missing.package);
  if (isForbidden(cause)) return { ...missing, reason: FORBIDDEN, cause };
  const reason = `${folder} cannot be loaded: ${firstLine(cause)}; run \`npm install --force\` to have it written again`;
  return { ...missing, reason, cause };
}

const FORBIDDEN =
  'this process may load no addons; allow them with `--allow-addons` where `--permission` is set, or leave `--no-addons` out';

/** @param {unknown} error */
function isForbidden(error) {
  return /** @type {any} */ (error)?.code === 'ERR_DLOPEN_DISABLED';
}

/** As the packages of platforms end: `linux-x64-gnu`. */
function platformName() {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isGlibc() ? 'gnu' : 'musl'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

function isGlibc() {
  const report = /** @type {any} */ (process.report.getReport());
  return report.header.glibcVersionRuntime !== undefined;
}

/** @param {string} name of a package */
function installedAt(name) {
  try {
    return path.dirname(requireHere.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

/** @param {string} name of what fails to load */
function errorOf(name) {
  try {
    return requireHere(name);
  } catch (error) {
    return error;
  }
}

/** @param {unknown} error */
function firstLine(error) {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

exports.describeMissing = describeMissing;
