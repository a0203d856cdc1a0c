'use strict';

/* Apps that use libraries from the registry, with no hot code of their own, and what their processes hold. */

const fs = require('node:fs');
const path = require('node:path');
const { ROOT, useApps } = require('./cli-app');

const LIBRARIES = path.join(ROOT, 'test', 'libraries', 'node_modules');
const PROBE = path.join(__dirname, 'probe.js');

/** A library as the test itself uses it, for its clients. @param {string} name */
function library(name) {
  return require(require.resolve(name, { paths: [LIBRARIES] }));
}

/** Skips the tests of a `describe`, and says why, where the libraries are not installed. */
function needsLibraries() {
  before(function () {
    if (!fs.existsSync(LIBRARIES)) skip(this, 'npm ci in test/libraries was not run');
  });
}

/** @param {Mocha.Context} context @param {string} reason */
function skip(context, reason) {
  console.log(`      skipped: ${reason}`);
  context.skip();
}

function useLibraryApps() {
  const apps = useApps();
  return {
    ...apps,
    /** Starts `server.js` under the command line; resolves once it listens and is watched. */
    async serve(files, options = {}) {
      const folder = apps.makeFolder(files);
      fs.symlinkSync(LIBRARIES, path.join(folder, 'node_modules'), 'junction');
      const env = { NODE_OPTIONS: `--require ${PROBE}`, ...options.env };
      return apps.launch(folder, { ...options, env }).serving();
    },
  };
}

/**
 * Saves `file` again and again, each time with a new `@n` in its comment, and has each reload followed by `check`.
 */
async function reload(app, file, count, check = async () => {}) {
  const text = app.read(file);
  for (let n = 1; n <= count; n += 1) {
    app.write(file, text.replaceAll(/\bV0\b/g, `V${n}`) + `// ${n}\n`);
    const report = await app.nextReload();
    if (report.outcome !== 'committed') throw new Error(JSON.stringify(report));
    await check(`V${n}`, report);
  }
  app.write(file, text);
  await app.nextReload();
}

/** What the process holds, after garbage collection. */
async function holdings(app) {
  process.kill(app.pid, 'SIGUSR2');
  return JSON.parse((await app.nextLine('holds ')).slice('holds '.length));
}

exports.holdings = holdings;
exports.library = library;
exports.needsLibraries = needsLibraries;
exports.reload = reload;
exports.skip = skip;
exports.useLibraryApps = useLibraryApps;
