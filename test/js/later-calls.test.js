'use strict';

/*
 * Client sockets, files, streams and listeners on event targets belong to a version only if an evaluation, or what
 * follows from it, makes them. See docs/design/resources.md.
 */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

/** Each with what makes one, whether it stands, and what `resources()` calls it. */
const KINDS = {
  'client socket': {
    kind: 'socket',
    make: `require('node:net').connect(Number(process.env.PEER), '127.0.0.1')`,
    isOpen: '!made.destroyed',
  },
  'file descriptor': {
    kind: 'file',
    make: `require('node:fs').openSync(__dirname + '/data.txt')`,
    isOpen: 'holdsData(made)',
  },
  'file descriptor that comes later': {
    kind: 'file',
    make: `new Promise((resolve) => {
      require('node:fs').open(__dirname + '/data.txt', (_, fd) => resolve(fd));
    })`,
    isOpen: 'holdsData(made)',
  },
  'file handle': {
    kind: 'file',
    make: `require('node:fs').promises.open(__dirname + '/data.txt')`,
    isOpen: 'made.fd >= 0',
  },
  'read stream': {
    kind: 'stream',
    make: `require('node:fs').createReadStream('/dev/zero').pause()`,
    isOpen: '!made.closed',
  },
  'write stream': {
    kind: 'stream',
    make: `require('node:fs').createWriteStream('/dev/null')`,
    isOpen: '!made.closed',
  },
  'listener on an event target': {
    kind: 'listener',
    make: `require('cold').signal.addEventListener('abort', () => {})`,
    isOpen: `require('node:events').getEventListeners(require('cold').signal, 'abort').length > 0`,
  },
};

/** What a descriptor's number stands for: it is used again once it is closed. */
const HOLDS_DATA = `const fs = require('node:fs');
function holdsData(fd) {
  try {
    return fs.fstatSync(fd).ino === fs.statSync(__dirname + '/data.txt').ino;
  } catch {
    return false;
  }
}`;

function appWith({ make, isOpen }, files = {}) {
  return makeApp({
    'data.txt': 'data\n',
    'node_modules/cold/index.js': 'exports.signal = new AbortController().signal;\n',
    'made.js': `${HOLDS_DATA}
exports.make = () => ${make};
exports.isOpen = (made) => ${isOpen};
`,
    ...files,
  });
}

describe('what is made by a later call', function () {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  for (const [name, { kind, ...source }] of Object.entries(KINDS)) {
    it(`of cold code, ${name}: is no one's, and left alone`, async () => {
      const app = appWith(source);

      const result = await app.drive(async ({ hot, require }) => {
        hot.versions();
        const peer = require('node:net').createServer((socket) => socket.resume());
        await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
        process.env.PEER = String(peer.address().port);
        let disposed;
        hot.on('reload', (report) => (disposed = report.disposed));
        const { make, isOpen } = require('./made');
        const made = await make();
        const listed = hot.resources().map(({ kind: each, owner }) => [each, owner]);

        hot.hotReload('./made');
        const left = isOpen(made);

        return { listed, disposed, left };
      });

      const listed = kind === 'socket' ? [['socket', null]] : [];
      assert.deepEqual(result, { listed, disposed: [], left: true });
    });

    it(`while another module evaluates, ${name}: goes with the module that made it`, async () => {
      const app = appWith(source, { 'user.js': "exports.made = require('./made').make();\n" });

      const result = await app.drive(async ({ hot, require, write }) => {
        hot.versions();
        const peer = require('node:net').createServer((socket) => socket.resume());
        await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
        process.env.PEER = String(peer.address().port);
        const disposed = [];
        hot.on('reload', (report) => disposed.push(report.disposed));
        const { isOpen } = require('./made');
        const made = await require('./user').made;
        const owners = hot.resources().map(({ kind: each, owner }) => [each, owner?.path]);

        // The module that asked for it goes, and leaves it.
        write('user.js', 'exports.made = undefined;\n');
        hot.hotReload('./user');
        const left = isOpen(made);
        hot.hotReload('./made');
        while (isOpen(made)) await new Promise((resolve) => setImmediate(resolve));

        return { owners, disposed, left };
      });

      assert.deepEqual(result, {
        owners: [[kind, 'made.js']],
        disposed: [[], [{ path: 'made.js', version: 1, kind, count: 1 }]],
        left: true,
      });
    });
  }
});

describe('a listener that a package adds to the process on behalf of a module', () => {
  const PACKAGE = `let isFirst = true;
exports.each = () => process.on('each', () => {});
exports.once = () => isFirst && process.on('once', () => {});
exports.done = () => (isFirst = false);
process.on('loading', () => {});
`;

  it('goes with its version if the next one has one like it, and stays if it serves them all', async () => {
    const app = makeApp({
      'node_modules/cold/index.js': PACKAGE,
      'a.js': "const cold = require('cold');\ncold.each();\ncold.once();\ncold.done();\n",
      'b.js': "require('./a');\n",
    });

    const seen = await app.drive(({ require, hot }) => {
      const counts = () =>
        ['each', 'once', 'loading'].map((name) => process.listenerCount(/** @type {any} */ (name)));
      require('./b');
      const all = [counts()];
      for (let round = 0; round < 12; round += 1) {
        hot.hotReload('./a');
        all.push(counts());
      }
      return all;
    });

    for (const counts of seen) assert.deepEqual(counts, [1, 1, 1]);
  });
});
