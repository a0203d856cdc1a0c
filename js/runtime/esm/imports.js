'use strict';

/**
 * What an import of a hot ES module leads to: another hot module, or a module whose names and values are given, since
 * Node loads it or since it is CommonJS.
 */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { createRequired, createSynthetic } = require('./index');
const { takeBlindTool } = require('../other-hooks');
const { makeSideTable } = require('../side-table');
const { SafeHotError } = require('../../errors');
const { timerModuleFor } = require('../../resources/timers');

/**
 * @typedef {import('../record').Version} Version
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 * @typedef {import('../registry').Overlay} Overlay
 *
 * @typedef {import('./synthetic').SyntheticModule} SyntheticModule
 * @typedef {import('./common-js').RequiredModule} RequiredModule
 *
 * @typedef {{ type: 'builtin', name: string } | { type: 'file', path: string }} Target
 *
 * @typedef {object} ImportsHost
 * @property {import('../registry').Registry} registry
 * @property {(filename: string) => boolean} isHot
 * @property {import('../formats').Formats} formats
 * @property {import('../../resolve-import').ResolveImport} resolveImport
 * @property {(importer: string, specifier: string) => string[]} basesOf where a module of the project may be that it means
 * @property {(source: string, filename: string) => any} transformFile
 * @property {(filename: string) => string | null} fingerprint
 * @property {import('../../adapters').Adapters['didLoad']} didLoadCold gives what importers are to have
 */

/** Node gives it to importers of CommonJS from this line on. */
const HAS_MODULE_EXPORTS = Number(process.versions.node.split('.')[0]) >= 23;

class Imports {
  #host;
  /** Of builtins by name, of cold files by path. @type {Map<string, SyntheticModule>} */
  #cold = new Map();
  /** Of hot CommonJS, by what was loaded. @type {import('../side-table').SideTable<NodeModule, SyntheticModule>} */
  #commonJs = makeSideTable();
  /**
   * By overlay, or this object for what is current: modules in CommonJS that are linked and not loaded.
   *
   * @type {WeakMap<object, Map<ModuleRecord, SyntheticModule>>}
   */
  #unloaded = new WeakMap();
  /**
   * What importers that are CommonJS themselves have of it, by what was loaded.
   *
   * @type {import('../side-table').SideTable<NodeModule, RequiredModule>}
   */
  #required = makeSideTable();

  /** @param {ImportsHost} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * The file or builtin that a specifier stands for.
   *
   * @param {Version} version that asks
   * @param {string} specifier
   * @param {import('../../resolve-import').RequestKind} [kind]
   * @returns {Target}
   * @throws as Node does where there is no such module
   */
  locate(version, specifier, kind) {
    const ahead = version.isFoundAhead ? version.requests.get(specifier) : undefined;
    if (ahead) return { type: 'file', path: ahead };
    const { path: importer } = version.record;
    if (Module.isBuiltin(specifier)) return { type: 'builtin', name: specifier };
    if (/^(?!file:|node:)[a-z][a-z+.-]+:/i.test(specifier)) throw unsupportedScheme(specifier);
    const { registry, basesOf } = this.#host;
    const known = version.requests.get(specifier);
    // As the language has it: the same module each time, even when its file is gone.
    if (known && registry.lookup(known)?.current) return { type: 'file', path: known };
    const isOfProject = basesOf(importer, specifier).length > 0;
    if (isOfProject && !version.requests.has(specifier)) version.requests.set(specifier, '');
    const target = this.#host.resolveImport(importer, asPath(specifier), kind);
    if (!target) throw notFound(importer, specifier);
    if (isOfProject && target.type === 'file') version.requests.set(specifier, target.path);
    return target;
  }

  /**
   * A module that Node has loaded, or will.
   *
   * @param {Version | undefined} version that asks
   * @param {Target} target no hot file
   */
  cold(version, target) {
    if (target.type === 'builtin') return this.#builtin(version, target.name);
    const { path: filename } = target;
    let module = this.#cold.get(filename);
    if (!module) {
      const { exportNames } = require('./export-names');
      const names = exportNames(this.#namesHost(undefined), filename);
      const isModule = this.#host.formats.of(filename) === 'module';
      const tool = isModule && takeBlindTool();
      if (tool) {
        const details = { tool, path: filename, importer: version?.record.path ?? 'a hot module' };
        process.emitWarning(new SafeHotError('ERR_SAFE_HOT_UNSEEN', details));
      }
      module = createSynthetic(pathToFileURL(filename).href, names, (set) => {
        const given = Module._load(filename, undefined, false);
        const loaded = this.#host.didLoadCold(filename, given);
        if (!isModule) set('default', loaded);
        for (const name of names) {
          if (isModule || name !== 'default') set(name, memberOf(loaded, name));
        }
      });
      this.#cold.set(filename, module);
    }
    return module;
  }

  /**
   * What a module in CommonJS asks for, and that is not linked: as `require` gives it.
   *
   * @param {Version} version that asks
   * @param {Target} target
   */
  required(version, target) {
    const name = target.type === 'file' ? target.path : target.name;
    const { registry, isHot } = this.#host;
    const record = target.type === 'file' && isHot(name) ? registry.recordFor(name) : undefined;
    const loaded = record && registry.visible(version, record)?.module;
    const known = loaded && this.#required.get(loaded);
    if (known) return known;
    const module = createRequired(name, () => {
      const exports = Module._load(name, version.module ?? version, false);
      const now = record && registry.visible(version, record)?.module;
      if (now) this.#required.set(now, module);
      return exports;
    });
    return module;
  }

  /** The names that Node would find in TypeScript that is compiled to CommonJS. @param {ModuleRecord} record */
  commonJsNames(record) {
    return [...this.#namesOf(record)].sort();
  }

  /**
   * What Node is to have of TypeScript that is compiled to CommonJS.
   *
   * @param {Version} version that has evaluated
   */
  seenByNode({ record, module }) {
    const known = this.known(module);
    if (known) return known;
    const names = this.#namesOf(record);
    const url = pathToFileURL(record.path).href;
    const seen = createSynthetic(url, names, (set) => setEach(set, names, module?.exports));
    seen.evaluate();
    if (module) this.#commonJs.set(module, seen);
    return seen;
  }

  /**
   * A hot module in CommonJS, or JSON, with the names that Node would find.
   *
   * @param {Version} version that asks
   * @param {ModuleRecord} record
   * @param {Record<string, string>} attributes
   */
  commonJs(version, record, attributes) {
    this.checkAttributes(record, attributes);
    const loaded = this.#host.registry.visible(version, record)?.module;
    const known = loaded && this.#commonJs.get(loaded);
    if (known) return known;
    const fingerprint = this.#fingerprintFor(version, record);
    const names = this.#namesOf(record, this.#overlayFor(version));
    // One for all that ask before it is loaded, so that all of them go on with what comes in its place: as long as the
    // file is what it was.
    const unloaded = this.#unloadedFor(version);
    const asked = loaded ? undefined : unloaded.get(record);
    if (asked && hasNames(asked, names)) return asked;
    const url = pathToFileURL(record.path).href;
    const module = createSynthetic(url, names, (set) => {
      if (unloaded.get(record) === module) unloaded.delete(record);
      const exports = Module._load(record.path, version.module ?? version, false);
      setEach(set, names, exports);
      const now = this.#host.registry.visible(version, record);
      // To a version that was replaced meanwhile it has the names of what was never loaded.
      if (now?.module && !version.isStale) this.#commonJs.set(now.module, module);
      const overlay = this.#overlayFor(version);
      // It was linked by the names of another text: a new file was being written.
      const isOther = now && overlay && !overlay.lastGood && now.fingerprint !== fingerprint;
      if (isOther && !hasNames(module, this.#namesOf(record, overlay))) {
        overlay.unprepared.add(record);
      }
    });
    module.isGivenUp = () => version.state === 'aborted';
    if (!loaded) unloaded.set(record, module);
    return module;
  }

  /**
   * The same for what is never evaluated, since only the names are of interest.
   *
   * @param {ModuleRecord} record
   * @param {Overlay} overlay
   */
  named(record, overlay) {
    const url = pathToFileURL(record.path).href;
    return createSynthetic(url, this.#namesOf(record, overlay), () => {});
  }

  /**
   * @param {ModuleRecord} record in CommonJS, or JSON
   * @param {Record<string, string> | undefined} attributes those of an import; undefined if that has been seen to
   * @throws {TypeError} as Node does where JSON is not imported as such
   */
  checkAttributes(record, attributes) {
    if (!attributes) return;
    const isJson = this.#host.formats.declared(record.path) === 'json';
    if (isJson !== (attributes['type'] === 'json')) throw badAttribute(record.path, isJson);
  }

  /**
   * @param {ModuleRecord} record
   * @param {Overlay} [overlay] of the stage that asks
   */
  #namesOf(record, overlay) {
    const { exportNames } = require('./export-names');
    const isJson = this.#host.formats.declared(record.path) === 'json';
    const names = exportNames(this.#namesHost(overlay), record.path);
    if (!isJson && HAS_MODULE_EXPORTS) names.add('module.exports');
    return names;
  }

  /**
   * What a hot module is made of to those who ask now, whatever its file holds by now; undefined if it is not loaded.
   *
   * @param {string} filename
   * @param {Overlay | undefined} overlay of the stage that asks
   * @returns {import('./export-names').Known | undefined}
   */
  #knownText(filename, overlay) {
    const { registry, formats } = this.#host;
    const record = registry.lookup(filename);
    const staged = record && madeOf(overlay?.versions.get(record));
    if (staged) return staged;
    const prepared = overlay?.sources.get(filename);
    if (prepared) {
      const { source: text, transformed } = prepared;
      const isCommonJs = formats.of(filename, text) === 'commonjs-typescript';
      return { text, transformed, isCommonJs };
    }
    if (!record || (overlay?.planned.has(record) && !overlay.lastGood)) return undefined;
    return madeOf(record.current ?? undefined);
  }

  /**
   * Of the text of which a stage is to make a module that is not loaded, as far as is known.
   *
   * @param {Version} version that asks
   * @param {ModuleRecord} record
   */
  #fingerprintFor(version, { path: filename }) {
    const overlay = this.#overlayFor(version);
    if (!overlay) return undefined;
    return overlay.sources.get(filename)?.fingerprint ?? this.#host.fingerprint(filename);
  }

  /** @param {Version} version that asks */
  #overlayFor(version) {
    return version.state === 'staged' ? (this.#host.registry.overlay ?? undefined) : undefined;
  }

  /**
   * What has been asked for and not been loaded, by code of the stage or by all other code.
   *
   * @param {Version} version that asks
   */
  #unloadedFor(version) {
    const view = this.#overlayFor(version) ?? this;
    const unloaded = this.#unloaded.get(view) ?? new Map();
    this.#unloaded.set(view, unloaded);
    return unloaded;
  }

  /** What is not loaded may come to have other names. */
  forgetUnloaded() {
    this.#unloaded.delete(this);
  }

  /** Lets go of what importers have of a module that is replaced. @param {NodeModule} module */
  forget(module) {
    this.#commonJs.delete(module);
    this.#required.delete(module);
  }

  /**
   * What importers have of a module in CommonJS.
   *
   * @param {NodeModule | null} loaded
   */
  known(loaded) {
    return loaded ? this.#commonJs.get(loaded) : undefined;
  }

  /**
   * What importers in CommonJS have of it.
   *
   * @param {NodeModule | null} loaded
   */
  knownRequired(loaded) {
    return loaded ? this.#required.get(loaded) : undefined;
  }

  /** @param {Version} version that comes in its place, and has evaluated */
  replacedRequired(version) {
    const module = this.required(version, { type: 'file', path: version.record.path });
    module.evaluate();
    return module;
  }

  /**
   * The same for the version that comes in its place, which has evaluated.
   *
   * @param {Version} version
   */
  replaced(version) {
    const { record, module } = version;
    const known = this.known(module);
    if (known) return known;
    const isJson = this.#host.formats.declared(record.path) === 'json';
    /** @type {Record<string, string>} */
    const attributes = isJson ? { type: 'json' } : {};
    const synthetic = this.commonJs(version, record, attributes);
    synthetic.evaluate();
    return synthetic;
  }

  /**
   * @param {Version | undefined} version
   * @param {string} name
   */
  #builtin(version, name) {
    const own = timerModuleFor(version, name);
    const known = own ? undefined : this.#cold.get(name);
    if (known) return known;
    const exports = own ?? require(name);
    const names = Object.keys(exports).filter((key) => key !== 'default');
    const module = createSynthetic(`node:${name}`, ['default', ...names], (set) => {
      set('default', exports);
      for (const key of names) set(key, exports[key]);
    });
    if (!own) this.#cold.set(name, module);
    return module;
  }

  /**
   * @param {Overlay | undefined} overlay of the stage that asks
   * @returns {import('./export-names').NamesHost}
   */
  #namesHost(overlay) {
    const { formats, transformFile, resolveImport } = this.#host;
    return {
      formats,
      transform: transformFile,
      resolveImport: (importer, specifier) => {
        const target = resolveImport(importer, asPath(specifier));
        return target?.type === 'file' ? target.path : null;
      },
      known: (filename) => this.#knownText(filename, overlay),
    };
  }
}

/**
 * @param {Version | undefined} version
 * @returns {import('./export-names').Known | undefined} undefined for what this project has not compiled
 */
function madeOf(version) {
  const { esm, factory } = version ?? {};
  if (esm) return { transformed: esm.transformed, isCommonJs: esm.commonJs !== null };
  return factory ? { text: factory.text() } : undefined;
}

/**
 * An import names a URL: its escapes stand for characters of the file's name, and what follows `?` or `#` is no part of
 * it. A version of a file is one, whatever the query.
 *
 * @param {string} specifier
 */
function asPath(specifier) {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  if (!/^\.{0,2}\//.test(specifier)) return specifier;
  const name = specifier.replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * @param {(name: string, value: unknown) => void} set
 * @param {Iterable<string>} names
 * @param {unknown} exports of CommonJS
 */
function setEach(set, names, exports) {
  for (const name of names) {
    const isWhole = name === 'default' || name === 'module.exports';
    set(name, isWhole ? exports : memberOf(exports, name));
  }
}

/**
 * As Node has it: of its own, and nothing where a getter throws.
 *
 * @param {any} exports
 * @param {string} name
 */
function memberOf(exports, name) {
  const isObject = typeof exports === 'object' || typeof exports === 'function';
  if (!isObject || exports === null || !Object.hasOwn(exports, name)) return undefined;
  try {
    return exports[name];
  } catch {
    return undefined;
  }
}

/**
 * @param {string} importer
 * @param {string} specifier
 */
function notFound(importer, specifier) {
  const what = /^\.{0,2}\//.test(specifier)
    ? `module '${path.resolve(path.dirname(importer), asPath(specifier))}'`
    : `package '${specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')}'`;
  const error = new Error(`Cannot find ${what} imported from ${importer}`);
  return Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}

/** @param {string} specifier */
function unsupportedScheme(specifier) {
  const protocol = specifier.slice(0, specifier.indexOf(':') + 1);
  const error = new Error(
    `Only URLs with a scheme in: file and node are supported by hot ES modules. Received protocol '${protocol}'`,
  );
  return Object.assign(error, { code: 'ERR_UNSUPPORTED_ESM_URL_SCHEME' });
}

/**
 * @param {string} filename
 * @param {boolean} isJson
 */
function badAttribute(filename, isJson) {
  const url = pathToFileURL(filename).href;
  const error = isJson
    ? new TypeError(`Module "${url}" needs an import attribute of "type: json"`)
    : new TypeError(`Module "${url}" is not of type "json"`);
  const code = isJson ? 'ERR_IMPORT_ATTRIBUTE_MISSING' : 'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE';
  return Object.assign(error, { code });
}

/**
 * @param {SyntheticModule} module
 * @param {Set<string>} names
 */
function hasNames(module, names) {
  const own = new Set(module.names);
  return own.size === names.size && [...names].every((name) => own.has(name));
}

exports.Imports = Imports;
exports.asPath = asPath;
