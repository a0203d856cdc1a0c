'use strict';

/* Apps that use libraries from the registry, with no hot code of their own, and what their processes hold. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { ROOT, useApps } = require('./cli-app');

const LIBRARIES = path.join(ROOT, 'test', 'libraries', 'node_modules');
const PROBE = path.join(__dirname, 'probe.js');

/** After this, what a process holds has not come to rest. */
const SETTLE_MS = 10_000;

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
  /** @type {import('node:http').Server[]} */
  let upstreams = [];

  afterEach(() => {
    for (const upstream of upstreams) {
      upstream.closeAllConnections();
      upstream.close();
    }
    upstreams = [];
  });

  return {
    ...apps,
    /** A server of the test's own, which keeps connections open and answers `up`; closed after the test. */
    async startUpstream() {
      const upstream = http.createServer({ keepAliveTimeout: 60_000 }, (_, res) => res.end('up'));
      upstreams.push(upstream);
      await once(upstream.listen(0, '127.0.0.1'), 'listening');
      return upstream;
    },
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

/** What the process holds when nothing comes or goes any more. */
async function holdings(app) {
  let last = await sample(app);
  return settle(app, (now) => {
    const isStill = isDeepStrictEqual(now, last);
    last = now;
    return isStill;
  });
}

/**
 * Passes once the process holds what it held `before`.
 *
 * @param {(all: any) => any} view of what is held: what is compared
 */
async function holdsAgain(app, before, view = (all) => all) {
  const after = await settle(app, (now) => isDeepStrictEqual(view(now), view(before)));
  assert.deepEqual(view(after), view(before));
}

/** The first sample that `isDone` takes, or the last one. @param {(sample: any) => boolean} isDone */
async function settle(app, isDone) {
  const limit = AbortSignal.timeout(SETTLE_MS);
  for (;;) {
    const now = await sample(app);
    if (isDone(now) || limit.aborted) return now;
  }
}

/** What the process holds, after garbage collection. */
async function sample(app) {
  process.kill(app.pid, 'SIGUSR2');
  return JSON.parse((await app.nextLine('holds ')).slice('holds '.length));
}

exports.LIBRARIES = LIBRARIES;
exports.holdings = holdings;
exports.holdsAgain = holdsAgain;
exports.library = library;
exports.needsLibraries = needsLibraries;
exports.reload = reload;
exports.skip = skip;
exports.useLibraryApps = useLibraryApps;
