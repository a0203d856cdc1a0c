'use strict';

/** Tells the native watcher which files matter, and hands what it reports to the transaction. */

const path = require('node:path');
const { setImmediate, setTimeout } = require('./clock');
const { binding, guarded } = require('./native');
const { preservesSymlinks } = require('./node-arguments');

/**
 * @typedef {import('./runtime/record').Version} Version
 * @typedef {import('./supervision').UsedFile} UsedFile
 */

/** How long after a load `package.json` files beside what was loaded are looked for. */
const LOOK_FOR_PACKAGES_MS = 100;

class FileWatcher {
  /** Told of each file that is watched from now on. @type {((files: UsedFile[]) => void) | undefined} */
  onFiles;
  /** Told of each hot file before it evaluates. @type {((filename: string) => void) | undefined} */
  onBegin;
  /** Called when the program has started and is watched, before that is told. @type {((entry: string) => void) | undefined} */
  onReady;
  #engine;
  #native;
  /** Loaded, and not told to the watcher yet. @type {Map<string, UsedFile>} */
  #loaded = new Map();
  /** Versions whose relative imports are not told to the watcher yet. @type {Set<Version>} */
  #versions = new Set();
  /** @type {Set<string>} */
  #watched = new Set();
  /** @type {Set<string>} */
  #expected = new Set();
  #names = preservesSymlinks() ? new (require('./other-names').OtherNames)() : undefined;
  #isFlushing = false;
  #isLooking = false;

  /**
   * @param {import('./engine').Engine} engine
   * @param {Version | null | undefined} owner whose call began it; null for the command line and `register`
   */
  constructor(engine, owner) {
    this.#engine = engine;
    this.owner = owner;
    const { pollIntervalMs } = engine.options;
    this.#native = new binding.NativeWatcher(
      pollIntervalMs === null ? {} : { pollIntervalMs },
      ({ changes, mayGrow }) => this.#didChange(changes, mayGrow),
      (status) => engine.publish({ type: 'watch', ...status }),
    );
    for (const record of engine.registry.records()) {
      if (record.current) this.didLoad(record.path, record.current);
    }
    this.watchFiles(engine.coldLoaded);
    this.watchFiles(engine.tsconfigs.files);
    this.#watchPackages([engine.options.root]);
    for (const [file, content] of engine.dataFiles.files()) this.watchRead(file, content);
    for (const folder of engine.dataFiles.folders()) this.watchListing(folder);
  }

  /**
   * @param {string} filename
   * @param {Version | null} version
   */
  didLoad(filename, version) {
    const fingerprint = version?.fingerprint;
    const file = fingerprint ? { path: filename, fingerprint } : { path: filename };
    if (path.isAbsolute(filename)) this.#loaded.set(filename, file);
    if (version) this.#versions.add(version);
    this.#flushAfterwards();
  }

  /** A version threw while it evaluated, and may be gone by the time of the flush. */
  didFail(/** @type {Version} */ version) {
    this.didLoad(version.record.path, version);
    void this.#expect(this.#wantedBy(version));
  }

  /** A version has required something more. */
  didRequest(/** @type {Version} */ version) {
    this.#versions.add(version);
    this.#flushAfterwards();
  }

  /** What comes into a folder, or goes from it, is a change. */
  watchListing(/** @type {string} */ folder) {
    const base = path.join(folder, '*');
    if (this.#expected.has(base)) return;
    this.#expected.add(base);
    guarded(() => this.#native.expect([base]));
  }

  /**
   * A file that was read: if it holds something else once it is watched, that is told.
   *
   * @param {string} file
   * @param {string | null} fingerprint of what was read; null if there was nothing
   */
  watchRead(file, fingerprint) {
    this.#loaded.set(file, fingerprint === null ? { path: file } : { path: file, fingerprint });
    this.#flushSoon();
  }

  /** @param {Iterable<string>} files */
  watchFiles(files) {
    for (const file of files) this.#loaded.set(file, { path: file });
    this.#flushSoon();
  }

  /**
   * @param {import('./types').ReloadReport} report
   * @param {import('./errors').SafeHotError | undefined} error behind the report
   */
  didReload({ pruned }, error) {
    if (error?.code === 'ERR_SAFE_HOT_UNRESOLVED') {
      const { importer, specifier } = /** @type {Record<string, any>} */ (error.details);
      const bases = [
        ...this.#engine.basesOf(importer, specifier),
        ...packageBases(importer, specifier, this.#engine.options.root),
      ];
      void this.#expect([{ importer, specifier, bases, isMissing: true }]);
    }
    const { dataFiles, options } = this.#engine;
    const files = pruned.map((each) => path.resolve(options.root, each));
    // What is no module any more may still be read.
    const gone = files.filter((file) => !dataFiles.isRead(file));
    for (const file of gone) this.#watched.delete(file);
    if (gone.length > 0) this.#native.unwatch(gone);
    this.#flushSoon();
  }

  /**
   * Waits for files that could win what imports ask for. What came before the watch stood is not reported, so it looks
   * once more for what was not found.
   *
   * @param {Wanted[]} wanted
   */
  async #expect(wanted) {
    const fresh = wanted.filter(({ bases }) => bases.some((base) => !this.#expected.has(base)));
    if (fresh.length === 0) return;
    const bases = fresh.flatMap((each) => each.bases);
    for (const base of bases) this.#expected.add(base);
    guarded(() => this.#native.expect(bases));
    const missing = fresh.filter(({ isMissing }) => isMissing);
    if (missing.length === 0) return;
    await this.#native.ready();
    const found = missing.map(({ importer, specifier }) =>
      this.#engine.resolve(importer, specifier),
    );
    const appeared = found.filter((file) => file !== null);
    // The native watcher knows when whoever writes it is done.
    if (appeared.length > 0) this.takeBack(new Map(appeared.map((file) => [file, 'created'])));
  }

  /** @returns {Promise<number>} the number of folders that are watched, once all of them are */
  async ready() {
    this.#flush();
    await this.#native.ready();
    return this.#native.folders().length;
  }

  folders() {
    return this.#native.folders();
  }

  /** All that would bring a change and was not told yet: loaded files, and what imports of loaded modules name. */
  interests() {
    // The end may come while they evaluate.
    for (const { current, path: file } of this.#engine.registry.records()) {
      if (current && !this.#watched.has(file)) this.didLoad(file, current);
    }
    const wanted = [...this.#versions].flatMap((version) => this.#wantedBy(version));
    const bases = wanted.flatMap((each) => each.bases);
    return { files: [...this.#loaded.values()], bases: [...this.#expected, ...bases] };
  }

  close() {
    this.#native.close();
    if (this.#engine.watcher === this) this.#engine.watcher = null;
  }

  /** A transaction ends with a report, and that with a flush. */
  #flushAfterwards() {
    if (!this.#engine.isWorking) this.#flushSoon();
  }

  #flushSoon() {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush() {
    const files = [...this.#loaded.values()].filter((file) => !this.#watched.has(file.path));
    this.#loaded.clear();
    for (const file of files) {
      this.#watched.add(file.path);
      this.#names?.add(file.path);
    }
    void this.#expect([...this.#versions].flatMap((version) => this.#wantedBy(version)));
    this.#versions.clear();
    if (files.length === 0) return;
    guarded(() => this.#native.watch(files));
    this.onFiles?.(files);
    this.#lookForPackagesLater();
  }

  /**
   * What the imports of a version ask for that lead to files of the project, found or not.
   *
   * @param {Version} version
   * @returns {Wanted[]}
   */
  #wantedBy({ record, requests }) {
    const importer = record.path;
    return [...requests].map(([specifier, resolved]) => ({
      importer,
      specifier,
      bases: this.#engine.basesOf(importer, specifier),
      isMissing: resolved === '',
    }));
  }

  /** In the folders that are watched anyway. Not while the program starts: dozens of files are read. */
  #lookForPackagesLater() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const look = () => {
      this.#isLooking = false;
      this.#watchPackages(new Set([...this.#watched].map((file) => path.dirname(file))));
    };
    setTimeout(look, LOOK_FOR_PACKAGES_MS).unref();
  }

  /** @param {Iterable<string>} folders */
  #watchPackages(folders) {
    const { packages } = this.#engine;
    const files = [...folders].flatMap((folder) => packages.add(folder) ?? []);
    if (files.length > 0) this.watchFiles(files);
  }

  /** Is a change of the file told? */
  follows(/** @type {string} */ filename) {
    return this.#watched.has(filename);
  }

  /** Has something changed that was not told yet? It will be. */
  hasMore() {
    return this.#native.hasMore();
  }

  /** @param {Map<string, import('./transaction/prepare').ChangeKind>} files to be told, again where that was too early */
  takeBack(files) {
    this.#native.takeBack([...files].map(([filename, kind]) => ({ path: filename, kind })));
  }

  /**
   * @param {{ path: string, kind: import('./transaction/prepare').ChangeKind }[]} changes
   * @param {boolean} mayGrow
   */
  #didChange(changes, mayGrow) {
    // Recalled on the way: it comes with others.
    if (changes.length === 0) return;
    const files = new Map(changes.map((change) => [change.path, change.kind]));
    for (const { path: file, kind } of changes) {
      for (const name of this.#names?.of(file) ?? []) files.set(name, kind);
    }
    this.#engine.transactions.submit({ files, forced: new Set(), waiting: [], mayGrow });
  }
}

/**
 * @typedef {object} Wanted what an import asks for
 * @property {string} importer
 * @property {string} specifier
 * @property {string[]} bases the absolute paths that it names, without what may be left out
 * @property {boolean} isMissing
 */

/**
 * Where a package that was not found may come to be.
 *
 * @param {string} importer
 * @param {string} specifier
 * @param {string} root
 */
function packageBases(importer, specifier, root) {
  if (/^(\.|\/)/.test(specifier)) return [];
  const [first = '', second = ''] = specifier.split('/');
  const name = first.startsWith('@') ? path.join(first, second) : first;
  /** @type {string[]} */
  const folders = /** @type {any} */ (require('node:module'))._nodeModulePaths(
    path.dirname(importer),
  );
  return folders.filter((each) => each.startsWith(root)).map((each) => path.join(each, name));
}

exports.FileWatcher = FileWatcher;
