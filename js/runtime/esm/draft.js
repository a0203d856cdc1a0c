'use strict';

/**
 * A draft of the graph as a plan would make it: its ES modules from their new texts, CommonJS and cold modules by the
 * names that they export. Nothing of it is ever evaluated; it tells whether the real ones are going to link.
 */

const Module = /** @type {any} */ (require('node:module'));
const { pathToFileURL } = require('node:url');
const esm = require('./index');
const { asPath } = require('./imports');
const { placeOfLinkError } = require('./link');

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('./module').Module} EsOrOther
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 * @typedef {import('./repoint').Move} Move
 *
 * @typedef {object} BrokenLink
 * @property {'link' | 'unresolved' | 'syntax'} type
 * @property {string} path of the module that has the import
 * @property {string} source its text
 * @property {string} specifier of what it asks for
 * @property {string | null} requested the file that this stands for
 * @property {number} startUtf16 of the import
 * @property {any} error where it is a syntax error, that of the native part
 * @property {Map<string, string | null>} [newFiles] what has been read of files that no one has loaded: fingerprints, by path
 *
 * @typedef {object} DraftHost
 * @property {import('../registry').Registry} registry
 * @property {import('../registry').Overlay} overlay
 * @property {(filename: string) => boolean} isHot
 * @property {import('../formats').Formats} formats
 * @property {import('./imports').Imports} imports
 * @property {import('./imports').ImportsHost['resolveImport']} resolveImport
 * @property {(filename: string) => { source: string, fingerprint: string | null }} read
 * @property {(filename: string) => string | null} fingerprint
 * @property {(source: string, filename: string) => any} transform
 * @property {(record: ModuleRecord) => { from: EsOrOther, importers: EsModule[] } | undefined} importersThatStay
 * @property {(module: EsModule) => boolean} stays
 * @property {(module: EsModule) => string | undefined} fileOf
 */

/** Ends the making of a draft. */
class Broken {
  /** @param {BrokenLink} link */
  constructor(link) {
    this.link = link;
  }
}

class Draft {
  #host;
  /** By path. @type {Map<string, EsOrOther>} */
  #modules = new Map();
  /** @type {Map<EsModule, string>} */
  #files = new Map();
  /** Whose own imports are to be followed. @type {EsModule[]} */
  #open = [];
  /** @type {Map<string, string | null>} */
  #newFiles = new Map();

  /** @param {DraftHost} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * @param {Iterable<ModuleRecord>} records of the plan that are going to be evaluated
   * @returns {BrokenLink | undefined} the first import that would not link
   */
  findBroken(records) {
    const broken = this.#findBroken(records);
    return broken && { ...broken, newFiles: this.#newFiles };
  }

  /**
   * @param {Iterable<ModuleRecord>} records
   * @returns {BrokenLink | undefined}
   */
  #findBroken(records) {
    try {
      const moves = [...records].flatMap((record) => this.#movesTo(record));
      this.#complete();
      const error = esm.findBrokenLink([...this.#files.keys()], moves, this.#host.stays);
      return error === undefined ? undefined : this.#broken(error);
    } catch (error) {
      if (error instanceof Broken) return error.link;
      throw error;
    }
  }

  /**
   * @param {ModuleRecord} record
   * @returns {Move[]} what modules that stay would import instead of what they do
   */
  #movesTo(record) {
    const staying = this.#host.importersThatStay(record);
    if (!staying) {
      if (this.#isModule(record)) this.#moduleOf(record);
      return [];
    }
    const to = this.#isModule(record) ? this.#moduleOf(record) : this.#commonJs(record, undefined);
    return staying.importers.map((importer) => ({ importer, from: staying.from, to }));
  }

  /** Follows the imports until there are no more. */
  #complete() {
    for (let module = this.#open.pop(); module; module = this.#open.pop()) {
      for (const [index, request] of module.requests.entries()) {
        module.setDependency(index, this.#dependency(module, request));
      }
    }
  }

  /**
   * @param {EsModule} module of the draft
   * @param {import('./module').Request} request
   * @returns {EsOrOther}
   */
  #dependency(module, { specifier, attributes, startUtf16 }) {
    const { isHot, registry, overlay, imports, resolveImport } = this.#host;
    const importer = /** @type {string} */ (this.#files.get(module));
    const failed = (/** @type {'unresolved' | 'link'} */ type, /** @type {any} */ error) =>
      new Broken({
        type,
        path: importer,
        source: this.#sourceOf(importer),
        specifier,
        requested: null,
        startUtf16,
        error,
      });
    const target = Module.isBuiltin(specifier)
      ? { type: /** @type {const} */ ('builtin'), name: specifier }
      : resolveImport(importer, asPath(specifier));
    if (!target) throw failed('unresolved', undefined);
    if (target.type === 'builtin' || !isHot(target.path)) return imports.cold(undefined, target);
    const record = registry.recordFor(target.path);
    if (this.#isModule(record)) {
      const isStaying = record.current?.esm && !overlay.planned.has(record);
      return isStaying ? /** @type {EsModule} */ (record.current?.esm) : this.#moduleOf(record);
    }
    try {
      return this.#commonJs(record, attributes);
    } catch (error) {
      throw failed('link', error);
    }
  }

  /** @param {ModuleRecord} record that is going to be evaluated as an ES module */
  #moduleOf({ path: filename, current }) {
    const known = this.#modules.get(filename);
    if (known) return /** @type {EsModule} */ (known);
    const transformed =
      this.#host.overlay.sources.get(filename)?.transformed ??
      current?.esm?.transformed ??
      this.#transform(filename);
    const url = pathToFileURL(filename).href;
    const module = esm.createModule(url, transformed, /** @type {any} */ ({}));
    this.#modules.set(filename, module);
    this.#files.set(module, filename);
    this.#open.push(module);
    return module;
  }

  /**
   * The text of a file that no one has loaded yet: the stage evaluates what is read here.
   *
   * @param {string} filename
   */
  #transform(filename) {
    const { read, transform, overlay } = this.#host;
    const { source, fingerprint } = read(filename);
    this.#newFiles.set(filename, fingerprint);
    const transformed = transform(source, filename);
    if (transformed.type === 'invalid') {
      const { error } = transformed;
      const requested = filename;
      const at = { path: filename, source, specifier: filename, requested, startUtf16: 0 };
      throw new Broken({ type: 'syntax', ...at, error });
    }
    overlay.sources.set(filename, { source, fingerprint, factory: null, transformed });
    return transformed;
  }

  /**
   * @param {ModuleRecord} record
   * @param {Record<string, string> | undefined} attributes those of the import
   */
  #commonJs(record, attributes) {
    const { imports, overlay } = this.#host;
    imports.checkAttributes(record, attributes);
    if (!overlay.planned.has(record)) {
      const known = imports.known(record.current?.module ?? null);
      if (known) return known;
    }
    if (!record.current) this.#newFiles.set(record.path, this.#host.fingerprint(record.path));
    const module = this.#modules.get(record.path) ?? imports.named(record, overlay);
    this.#modules.set(record.path, module);
    return module;
  }

  /** @param {ModuleRecord} record */
  #isModule(record) {
    const { overlay, formats } = this.#host;
    const prepared = overlay.sources.get(record.path);
    const isCompiled = formats.of(record.path, prepared?.source) === 'commonjs-typescript';
    // To an ES module that is CommonJS.
    if (isCompiled) return false;
    if (prepared) return prepared.transformed !== undefined;
    if (record.current) return record.current.esm !== null;
    return formats.of(record.path) === 'module';
  }

  /**
   * @param {unknown} error of an import
   * @returns {BrokenLink}
   */
  #broken(error) {
    const { module, startUtf16, request } = placeOfLinkError(error);
    const path = /** @type {string} */ (this.#files.get(module) ?? this.#host.fileOf(module));
    const { specifier } = /** @type {import('./module').Request} */ (module.requests[request]);
    const target = this.#host.resolveImport(path, asPath(specifier));
    const requested = target?.type === 'file' ? target.path : null;
    const source = this.#sourceOf(path);
    return { type: 'link', path, source, specifier, requested, startUtf16, error };
  }

  /** @param {string} filename */
  #sourceOf(filename) {
    return this.#host.overlay.sources.get(filename)?.source ?? this.#host.read(filename).source;
  }
}

exports.Draft = Draft;
