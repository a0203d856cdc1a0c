'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const binding = require('../../js/binding.js');

v8.setFlagsFromString('--expose-gc');
/** @type {() => void} */
const gc = vm.runInNewContext('gc');

/** @type {any} */
const loader = Module;

/** @param {object} request */
function hotReload(request) {
  return binding.hotReload(
    /** @type {any} */ ({ Module, stale: [], vanished: [], appeared: [], ...request }),
  );
}

/** @param {object} parts */
function stale(parts) {
  return { filename: '/none.js', holders: [], survivors: [], disposers: [], ...parts };
}

/** A module as `require` would have made it, without a file. @param {string} id @param {any} [parent] */
function moduleOf(id, parent) {
  const module = new loader(id, parent);
  module.filename = id;
  module.loaded = true;
  return module;
}

describe('binding: hotReload()', () => {
  /** @type {string} */
  let folder;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-'));
  });

  afterEach(() => {
    for (const key of Object.keys(require.cache)) {
      if (key.startsWith(folder)) delete require.cache[key];
    }
    fs.rmSync(folder, { recursive: true });
  });

  /** @param {string} name @param {string} source */
  function write(name, source) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, source);
    return file;
  }

  describe('entries of require.cache', () => {
    it('removes the entry of a stale module', () => {
      const filename = write('a.js', 'exports.value = 1;');
      require(filename);

      const outcome = hotReload({ stale: [stale({ module: require.cache[filename], filename })] });

      assert.deepEqual(outcome, {
        evicted: 1,
        unlinked: 0,
        moved: 0,
        pathEntries: 0,
        failures: [],
      });
      assert.equal(filename in require.cache, false);
    });

    it('gives the entry to the successor, also if it is absent', () => {
      const filename = path.join(folder, 'ä.js');
      const [module, successor] = [moduleOf(filename), moduleOf(filename)];
      require.cache[filename] = module;

      assert.equal(hotReload({ stale: [stale({ module, filename, successor })] }).evicted, 1);
      assert.equal(require.cache[filename], successor);

      delete require.cache[filename];
      assert.equal(hotReload({ stale: [stale({ module, filename, successor })] }).evicted, 0);
      assert.equal(require.cache[filename], successor);
    });

    it('leaves an entry alone that is of another module', () => {
      const filename = path.join(folder, 'a.js');
      const [module, other, successor] = [
        moduleOf(filename),
        moduleOf(filename),
        moduleOf(filename),
      ];
      require.cache[filename] = other;

      hotReload({ stale: [stale({ module, filename }), stale({ module, filename, successor })] });

      assert.equal(require.cache[filename], other);
    });
  });

  describe('children', () => {
    it('loses every occurrence of a stale module, in every holder', () => {
      const [module, other] = [moduleOf('/stale.js'), moduleOf('/other.js')];
      const holders = [
        { children: [module, other, module] },
        { children: [other] },
        { children: 'no array' },
        {},
      ];

      const outcome = hotReload({ stale: [stale({ module, holders })] });

      assert.equal(outcome.unlinked, 2);
      assert.deepEqual(holders[0]?.children, [other]);
      assert.deepEqual(holders[1]?.children, [other]);
      assert.deepEqual(outcome.failures, []);
    });

    it('reports an array that cannot be changed and goes on', () => {
      const module = moduleOf('/stale.js');
      const holders = [{ children: Object.freeze([module]) }, { children: [module] }];

      const outcome = hotReload({ stale: [stale({ module, holders })] });

      assert.equal(outcome.unlinked, 1);
      assert.ok(outcome.failures[0]?.error instanceof TypeError);
    });
  });

  describe('survivors', () => {
    it('keep all own properties and get the new parent', () => {
      const [old, parent] = [moduleOf('/old.js'), moduleOf('/parent.js')];
      const survivor = moduleOf('/survivor.js', old);
      const key = Symbol('key');
      const written = [];
      Object.defineProperty(survivor, 'filename', {
        get: () => '/survivor.js',
        set(value) {
          written.push(value);
        },
        enumerable: false,
        configurable: true,
      });
      Object.defineProperty(survivor, 'exports', {
        value: { a: 1 },
        writable: true,
        enumerable: true,
        configurable: true,
      });
      survivor[key] = 1;
      survivor.hot = { data: {} };
      const before = Object.getOwnPropertyDescriptors(survivor);

      const outcome = hotReload({
        stale: [stale({ module: old, survivors: [{ module: survivor, parent }] })],
      });

      assert.equal(outcome.moved, 1);
      assert.deepEqual(outcome.failures, []);
      assert.deepEqual(written, []);
      const after = Object.getOwnPropertyDescriptors(survivor);
      assert.deepEqual(
        Reflect.ownKeys(before).filter((name) => !(name in after)),
        [],
      );
      for (const name of Reflect.ownKeys(before)) {
        assert.deepEqual(/** @type {any} */ (after)[name], /** @type {any} */ (before)[name]);
      }
      assert.equal(survivor.parent, parent);
      assert.deepEqual(parent.children, [survivor]);
    });

    it('are a child of the new parent once if they were one before', () => {
      const [old, parent] = [moduleOf('/old.js'), moduleOf('/parent.js')];
      const survivor = moduleOf('/survivor.js', old);
      const other = moduleOf('/other.js');
      parent.children.push(survivor, other);

      hotReload({ stale: [stale({ module: old, survivors: [{ module: survivor, parent }] })] });

      assert.deepEqual(parent.children, [survivor, other]);
    });

    it('may be left without a parent', () => {
      const survivor = moduleOf('/survivor.js', moduleOf('/old.js'));

      hotReload({
        stale: [
          stale({
            module: moduleOf('/x.js'),
            survivors: [{ module: survivor, parent: undefined }],
          }),
        ],
      });

      assert.equal(survivor.parent, undefined);
    });

    it('are whole again if the constructor throws', () => {
      const [old, parent] = [moduleOf('/old.js'), moduleOf('/parent.js')];
      const survivor = moduleOf('/survivor.js', old);
      parent.children.push(survivor);
      survivor.exports = { a: 1 };
      Object.defineProperty(survivor, 'loaded', { writable: false });
      const before = Object.getOwnPropertyDescriptors(survivor);

      const outcome = hotReload({
        stale: [stale({ module: old, survivors: [{ module: survivor, parent }] })],
      });

      assert.equal(outcome.moved, 0);
      assert.ok(outcome.failures[0]?.error instanceof TypeError);
      assert.deepEqual(Object.getOwnPropertyDescriptors(survivor), before);
      assert.deepEqual(parent.children, [survivor]);
    });

    it('are left alone if the new parent cannot be read', () => {
      const error = { thrown: 'as it is' };
      const parent = {
        get children() {
          throw error;
        },
      };
      const survivor = moduleOf('/survivor.js', moduleOf('/old.js'));

      const outcome = hotReload({
        stale: [stale({ module: moduleOf('/x.js'), survivors: [{ module: survivor, parent }] })],
      });

      assert.equal(outcome.moved, 0);
      assert.equal(outcome.failures[0]?.error, error);
    });

    it('no longer keep the stale module alive that loaded them first', async () => {
      const first = write('first.js', "require('./survivor.js'); exports.load = () => 1;");
      write('survivor.js', 'exports.value = 1;');
      const reference = reload(first);

      for (let round = 0; round < 10 && reference.deref(); round++) {
        await new Promise((resolve) => setImmediate(resolve));
        gc();
      }

      assert.equal(reference.deref(), undefined);
      assert.equal(require(path.join(folder, 'survivor.js')).value, 1);
    });

    /** In a function of its own, so that no local variable keeps the stale module. @param {string} filename */
    function reload(filename) {
      require(filename);
      const old = require.cache[filename];
      const survivor = require.cache[path.join(folder, 'survivor.js')];
      const outcome = hotReload({
        stale: [
          stale({
            module: old,
            filename,
            holders: [module],
            survivors: [{ module: survivor, parent: module }],
          }),
        ],
      });
      assert.deepEqual(outcome, {
        evicted: 1,
        unlinked: 1,
        moved: 1,
        pathEntries: 0,
        failures: [],
      });
      return new WeakRef(/** @type {object} */ (old));
    }
  });

  describe('entries of Module._pathCache', () => {
    it('go when what they lead to has vanished or something nearer appears', () => {
      const fallback = write('lib/index.js', 'module.exports = "folder";');
      const entry = write(
        'main.js',
        "exports.lib = () => require('./lib'); exports.other = () => require('./other');",
      );
      write('other.js', '');
      const main = require(entry);
      assert.equal(main.lib(), 'folder');
      main.other();
      const nearer = write('lib.js', 'module.exports = "file";');

      const appeared = hotReload({
        stale: [stale({ module: require.cache[fallback], filename: fallback })],
        appeared: [nearer],
      });

      assert.equal(appeared.pathEntries, 1);
      assert.equal(Module.createRequire(entry).resolve('./lib'), nearer);

      fs.rmSync(nearer);
      const vanished = hotReload({ vanished: [nearer] });

      assert.equal(vanished.pathEntries, 1);
      assert.equal(Module.createRequire(entry).resolve('./lib'), fallback);
    });

    it('are not even looked at if no file came or went', () => {
      const cache = Object.getOwnPropertyDescriptor(loader, '_pathCache');
      Object.defineProperty(loader, '_pathCache', { get: () => assert.fail(), configurable: true });
      try {
        hotReload({});
      } finally {
        Object.defineProperty(loader, '_pathCache', /** @type {PropertyDescriptor} */ (cache));
      }
    });
  });

  describe('disposers', () => {
    it('all run, in order, after the surgery, and what they throw comes through', () => {
      const filename = path.join(folder, 'a.js');
      const module = moduleOf(filename);
      require.cache[filename] = module;
      /** @type {unknown[]} */
      const ran = [];
      const error = Object.assign(new Error('cyclic'), {
        cause: /** @type {unknown} */ (undefined),
      });
      error.cause = error;
      const disposers = [
        () => {
          ran.push(filename in require.cache);
          throw error;
        },
        () => {
          ran.push(2);
          throw undefined;
        },
        () => {
          ran.push(3);
          throw 'text';
        },
        () => ran.push(4),
      ];

      const outcome = hotReload({
        stale: [
          stale({ module, filename, disposers }),
          stale({ module, disposers: [() => ran.push(5)] }),
        ],
      });

      assert.deepEqual(ran, [false, 2, 3, 4, 5]);
      assert.equal(outcome.failures.length, 3);
      assert.equal(outcome.failures[0]?.error, error);
      assert.deepEqual(outcome.failures.slice(1), [
        { filename, error: undefined },
        { filename, error: 'text' },
      ]);
    });
  });

  it('goes on when a part of the loader cannot be read', () => {
    const error = new Error('unreadable');
    const broken = Object.assign(function () {}, { _cache: {} });
    Object.defineProperty(broken, '_pathCache', {
      get() {
        throw error;
      },
    });
    /** @type {number[]} */
    const ran = [];
    const disposers = [() => ran.push(1)];

    const outcome = hotReload({
      Module: broken,
      stale: [stale({ module: moduleOf('/a.js'), disposers })],
      vanished: ['/b.js'],
    });

    assert.deepEqual(ran, [1]);
    assert.equal(outcome.failures.length, 1);
    assert.equal(outcome.failures[0]?.error, error);
  });

  it('refuses a request without the Module constructor and touches nothing', () => {
    const module = moduleOf('/a.js');
    const disposers = [() => assert.fail()];

    assert.throws(() => hotReload({ Module: {}, stale: [stale({ module, disposers })] }), Error);
  });
});
