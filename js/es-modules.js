'use strict';

/**
 * What the engine needs for ES modules: their loader, the shells that Node sees of them, and the hooks of Node's loader.
 * A program in CommonJS never loads this.
 */

const { binding, guarded } = require('./native');
const { ColdImports } = require('./hooks/cold-imports');
const { fileOf, installHooks } = require('./hooks/es-modules');
const { EsmLoader } = require('./runtime/esm/loader');
const { asPath } = require('./runtime/esm/imports');
const { Shells, namesOf, shellText } = require('./runtime/esm/shells');
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
 *   'transform' | 'compilerOptions' | 'fingerprint' | 'fingerprintText' | 'syntaxError'>} EsModulesHost
 */

class EsModules {
  shells = new Shells();
  coldImports = new ColdImports();
  #host;
  /** The entry, if that is an ES module. @type {string | null} */
  #entry = null;

  /** @param {EsModulesHost} host */
  constructor(host) {
    this.#host = host;
    this.loader = new EsmLoader({
      ...host,
      transform: (source, options) => guarded(() => binding.transform(source, options)),
      // Plain JavaScript has none.
      compilerOptions: (filename, language) =>
        language === 'js' ? undefined : host.tsconfigs.of(filename)?.options,
      fingerprint: binding.fingerprint,
      fingerprintText: binding.fingerprintText,
      syntaxError: syntaxErrorOf,
      willLoad: (filename) => {
        this.#installHooks();
        host.willLoad(filename);
      },
    });
  }

  /**
   * What an import stands for by what the disk holds, or null.
   *
   * @param {string} importer
   * @param {string} specifier
   */
  resolve(importer, specifier) {
    return this.#host.resolveImport(importer, asPath(specifier));
  }

  /** @param {string} filename of an ES module */
  expectEntry(filename) {
    this.#entry = filename;
    this.#installHooks();
  }

  /**
   * @param {string} url
   * @param {string[]} names
   */
  openShell(url, names) {
    const { registry, link, addRoot, didRunMain } = this.#host;
    const filename = /** @type {string} */ (fileOf(url));
    const record = registry.recordFor(filename);
    const isMain = filename === this.#entry && this.loader.main === null;
    if (isMain) this.loader.main = record;
    const owner = currentOwner();
    if (!isMain && owner && !owner.isStale) link(owner, record);
    else addRoot(record);
    const promise = this.loader.evaluate(this.loader.linked(record));
    if (isMain) {
      // What goes wrong is Node's to tell.
      if (promise) promise.then(() => didRunMain(filename)).catch(() => {});
      else didRunMain(filename);
    }
    return this.shells.open(record, names, promise);
  }

  #installHooks() {
    const { registry, isHot, isHotModule, options } = this.#host;
    /** @type {import('./hooks/es-modules').HooksHost} */
    const hooks = {
      isHotModule,
      shellFor: (filename, url) => {
        const module = this.loader.linked(registry.recordFor(filename));
        return shellText(url, namesOf(module), { isAsync: awaits(module) });
      },
      didImport: (filename, importer) => {
        if (!isHot(importer)) this.shells.addImporter(filename, importer);
      },
      coldImports: this.coldImports,
      options,
    };
    // A thread of Node's comes with them: it is not the version's that is the first to need it.
    runAsCold(() => installHooks(hooks));
  }
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
      if ('dependencies' in dependency) seen.add(dependency);
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
