'use strict';

/**
 * What the engine needs for ES modules: their loader, the shells that Node sees of them, and the hooks of Node's loader.
 * A program in CommonJS never loads this.
 */

const { takeAhead, takeTogether } = require('./ahead');
const { binding, guarded } = require('./native');
const { ColdImports } = require('./hooks/cold-imports');
const { fileOf, installHooks } = require('./hooks/es-modules');
const { transformOptions } = require('./runtime/formats');
const { EsmLoader } = require('./runtime/esm/loader');
const { asPath } = require('./runtime/esm/imports');
const { Shells, shellText } = require('./runtime/esm/shells');
const { currentOwner, runAsCold } = require('./resources/ownership');

/**
 * @typedef {import('./runtime/record').Version} Version
 * @typedef {import('./runtime/record').ModuleRecord} ModuleRecord
 *
 * @typedef {object} OwnHost
 * @property {(filename: string) => boolean} isHotModule
 * @property {(record: ModuleRecord) => void} addRoot
 * @property {(filename: string) => void} didRunMain the entry has evaluated
 * @property {{ root: string, include: string[], exclude: string[] }} options
 * @property {import('./tsconfigs').Tsconfigs} tsconfigs
 *
 * @typedef {OwnHost & Omit<import('./runtime/esm/loader').EsmLoaderHost,
 *   'transformFile' | 'takeAhead' | 'takeTogether' | 'fingerprint' | 'fingerprintText' | 'syntaxError'>} EsModulesHost
 */

class EsModules {
  coldImports = new ColdImports();
  #host;
  /** The entry, if that is an ES module. @type {string | null} */
  #entry = null;
  /** @type {import('./hooks/es-modules').Hooks | null} */
  #hooks = null;

  /** @param {EsModulesHost} host */
  constructor(host) {
    this.#host = host;
    this.loader = new EsmLoader({
      ...host,
      transformFile: (source, filename) => {
        const format = host.formats.of(filename, source);
        const options = transformOptions(filename, source, format, host.tsconfigs);
        const transformed = guarded(() => binding.transform(source, options));
        return Object.assign(transformed, { isCommonJs: format === 'commonjs-typescript' });
      },
      takeAhead: (filename) => this.#takeAhead(filename),
      takeTogether,
      fingerprint: binding.fingerprint,
      fingerprintText: binding.fingerprintText,
      syntaxError: syntaxErrorOf,
      willLoad: (filename) => {
        this.#installHooks();
        host.willLoad(filename);
      },
    });
    this.shells = new Shells(this.loader);
  }

  /** @param {string} filename */
  #takeAhead(filename) {
    const { formats, tsconfigs } = this.#host;
    const found = takeAhead(filename);
    if (!found) return undefined;
    const isCommonJs = found.kind === 'compiled';
    const format = formats.declared(filename);
    if (format !== (isCommonJs ? 'commonjs-typescript' : 'module')) return undefined;
    // Which is watched from then on.
    if (found.language !== 'js') tsconfigs.of(filename);
    return Object.assign(found, { isCommonJs });
  }

  /**
   * What an import stands for by what the disk holds, or null.
   *
   * @param {string} importer
   * @param {string} specifier
   * @param {import('./resolve-import').RequestKind} [kind]
   */
  resolve(importer, specifier, kind) {
    return this.#host.resolveImport(importer, asPath(specifier), kind);
  }

  /** @param {string} filename of an ES module */
  expectEntry(filename) {
    this.#entry = filename;
    this.#installHooks();
  }

  /** Cold code is to import ES modules of the project, before any other has been in sight. */
  expectImports() {
    this.#installHooks();
  }

  /**
   * Called by the text of a shell: evaluates what it is to show.
   *
   * @param {string} url
   * @param {string[]} names
   */
  openShell(url, names) {
    const { registry, didRunMain } = this.#host;
    const filename = /** @type {string} */ (fileOf(url));
    const record = registry.recordFor(filename);
    const isMain = filename === this.#entry && this.loader.main === null;
    if (isMain) this.loader.main = record;
    const owner = isMain ? undefined : liveOwner();
    if (isMain) this.#host.addRoot(record);
    else this.#noteImport(record, owner);
    const shell = this.shells.at(record, url) ?? this.#addShell(record, url, names, owner);
    try {
      const promise = isMain
        ? this.loader.evaluateMain(record)
        : this.loader.evaluate(shell.shown ?? this.loader.linked(record, false));
      shell.promise = promise;
      // What goes wrong is Node's to tell.
      if (promise) {
        promise.then(
          () => isMain && didRunMain(filename),
          () => this.#didFail(record, shell),
        );
      } else if (isMain) {
        didRunMain(filename);
      }
    } catch (error) {
      this.#didFail(record, shell);
      throw error;
    }
    return shell;
  }

  /**
   * The URL under which Node is to give an importer what it has to see: code of a stage sees the stage.
   *
   * @param {string} filename
   * @param {{ url: string, isDynamic: boolean }} options `url` is the module's own; what imports statically does so for good
   * @returns {string}
   * @throws what the module throws, where Node has no shell to evaluate
   */
  #viewOf(filename, { url, isDynamic }) {
    const { registry } = this.#host;
    const record = registry.recordFor(filename);
    const owner = liveOwner();
    const isStaged = owner?.state === 'staged';
    const module = this.loader.linked(record, isStaged);
    const shell = this.shells.shellFor(record, module, { url, isStaged, isAsync: awaits(module) });
    // What has been given up holds nothing.
    shell.hold(isDynamic ? currentOwner() : undefined);
    if (shell.isOpen) {
      this.#noteImport(record, owner);
      this.loader.evaluate(module);
    }
    return shell.url;
  }

  /**
   * Where Node asks for a URL in its own way: as the entry, with a query of the program's, or in a thread of its hooks.
   *
   * @param {ModuleRecord} record
   * @param {string} url
   * @param {string[]} names
   * @param {Version | undefined} owner
   */
  #addShell(record, url, names, owner) {
    const shell = this.shells.add(record, url, names);
    shell.hold(undefined);
    if (owner?.state === 'staged') shell.showStaged(this.loader.linked(record, true));
    return shell;
  }

  /**
   * @param {ModuleRecord} record
   * @param {Version | undefined} owner
   */
  #noteImport(record, owner) {
    if (owner) this.#host.link(owner, record);
    // What was given up, or has been replaced, imports nothing any more.
    else if (!currentOwner()) this.#host.addRoot(record);
  }

  /**
   * @param {ModuleRecord} record
   * @param {import('./runtime/esm/shells').Shell} shell
   */
  #didFail(record, shell) {
    this.shells.remove(record, shell);
    this.#hooks?.didFail(record.path);
  }

  /** A stage begins: what cold code imports now may be other versions. */
  willStage() {
    this.#hooks?.willStage();
  }

  /** A stage is over. @param {Iterable<ModuleRecord>} records those that it evaluated */
  didStage(records) {
    this.shells.refresh(records);
    this.#hooks?.didStage();
  }

  /**
   * What a cold importer could not see of a staged version.
   *
   * @param {ModuleRecord} record
   * @param {import('./runtime/esm/module').EsModule} module
   */
  hiddenFromCold(record, module) {
    const { overlay } = this.#host.registry;
    this.#hooks?.noteImporters();
    return this.shells.hiddenFromCold(
      record,
      module,
      (holder) => overlay?.planned.has(holder.record) ?? false,
    );
  }

  #installHooks() {
    if (this.#hooks) return;
    const { registry, isHot, isHotModule, options } = this.#host;
    /** @type {import('./hooks/es-modules').HooksHost} */
    const hooks = {
      isHotModule,
      viewOf: (filename, view) => this.#viewOf(filename, view),
      shellFor: (filename, url) => {
        const record = registry.recordFor(filename);
        const known = this.shells.at(record, url);
        const isStaged = liveOwner()?.state === 'staged';
        const module = known?.shown ?? this.loader.linked(record, isStaged);
        const names = known?.names ?? this.loader.namesSeenByNode(module);
        return shellText(url, names, { isAsync: awaits(module) });
      },
      didImport: (filename, importer) => {
        if (!isHot(importer)) this.shells.addImporter(filename, importer);
      },
      coldImports: this.coldImports,
      options,
    };
    // A thread of Node's comes with them: it is not the version's that is the first to need it.
    runAsCold(() => (this.#hooks = installHooks(hooks)));
  }
}

/** The version whose evaluation, or what follows from it, imports something. */
function liveOwner() {
  const owner = currentOwner();
  return owner?.isStale ? undefined : owner;
}

/**
 * Does anything of a linked graph wait at the top level?
 *
 * @param {import('./runtime/esm/module').EsModule} module
 */
function awaits(module) {
  const seen = new Set([module]);
  for (const each of seen) {
    if (each.hasTopLevelAwait) return true;
    for (const dependency of each.dependencies) {
      if (dependency && 'dependencies' in dependency) seen.add(dependency);
    }
  }
  return false;
}

/**
 * As V8 would say it.
 *
 * @param {import('./binding').NativeSourceError} error
 * @param {string} source
 * @param {string} filename
 */
function syntaxErrorOf({ message, line, column }, source, filename) {
  const text = source.split('\n')[line - 1] ?? '';
  const failure = new SyntaxError(message);
  const marks = `${' '.repeat(column - 1)}^`;
  failure.stack = `${filename}:${line}\n${text}\n${marks}\n\n${failure.stack}`;
  return failure;
}

exports.EsModules = EsModules;
