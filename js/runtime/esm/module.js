'use strict';

/**
 * One ES module that was written in JavaScript: a Source Text Module Record of ECMA-262, 16.2.1.6. It stands for one
 * version of a file: a new version is a new `EsModule`.
 */

const { Environment } = require('./environment');
const { Evaluation } = require('./evaluation');

/**
 * @typedef {EsModule | import('./synthetic').SyntheticModule} Module
 * @typedef {import('./environment').Link} Link
 * @typedef {import('./resolve-export').Resolution} Resolution
 * @typedef {import('./transformed').TransformedModule} TransformedModule
 *
 * @typedef {object} Request
 * @property {string} specifier
 * @property {Record<string, string>} attributes
 * @property {number} startUtf16
 *
 * @typedef {object} Host what the modules need of whoever loads them
 * @property {(specifier: string, attributes: Record<string, string>, referrer: EsModule) => Module | Promise<Module>} load
 *   the module that a request leads to: the same one each time. It need not be loaded further
 * @property {(specifier: string, attributes: Record<string, string>, referrer: EsModule) => Module | Promise<Module>} [loadDynamic]
 *   the same for an `import()`, where that is another
 * @property {(meta: Record<string, unknown>, module: EsModule) => void} [initializeMeta] fills `import.meta`
 * @property {(module: EsModule) => Record<string, unknown>} [variables] names that the module finds beside the
 *   globals, unless it declares them itself
 * @property {(module: EsModule, body: () => unknown) => unknown} [execute] calls `body` once and gives its result;
 *   what runs in it is the module's own code
 * @property {(module: EsModule, start: number) => string} [nameText] the name for a function that is never called, by
 *   which coverage knows the text of the module; the module's own code starts at `start` of it
 * @property {() => boolean} [isGivenUp] nobody waits for it any more: an `import()` of it never ends
 *
 * @typedef {'new' | 'unlinked' | 'linking' | 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated'} Status
 *   new: not all that it asks for is loaded
 */

class EsModule {
  /** @type {Status} */
  status = 'new';
  /** By request, once loaded. @type {(Module | undefined)[]} */
  #dependencies = [];
  /** What each import stands for, once linked. @type {Resolution[]} */
  resolutions = [];
  /** What writes each import; none for a namespace object. @type {(Link | undefined)[]} */
  links = [];
  /** Modules that ask for it and were linked. @type {Set<EsModule>} */
  importers = new Set();
  /** @type {import('./namespace').Namespace | null} */
  namespace = null;
  /** The same for `require`, where that has an export more. @type {import('./namespace').Namespace | null} */
  markedNamespace = null;
  /** Objects that had other names. @type {WeakRef<import('./namespace').Namespace>[]} */
  formerNamespaces = [];
  /** @type {object | undefined} */
  givenNamespace = undefined;
  /** What writes its imports, once there are any. @type {import('./environment').Sink | null} */
  sink = null;
  /** Its text, ready to run. @type {import('./compile').Program | null} */
  program = null;
  /** Its variables, once there are any. @type {import('./instance').Instance | null} */
  instance = null;
  /** Lives exactly as long as any of the module's code is reachable. @type {WeakRef<import('../token').SafeHotVersion> | null} */
  token = null;
  evaluation = new Evaluation();
  /** Of TypeScript that is compiled to CommonJS. @type {import('./common-js').CommonJs | null} */
  commonJs = null;

  /**
   * @param {string} url
   * @param {TransformedModule} transformed
   * @param {Host} host
   * @param {(module: EsModule, specifier: unknown, options: unknown) => Promise<object>} dynamicImport
   */
  constructor(url, transformed, host, dynamicImport) {
    this.url = url;
    this.transformed = transformed;
    this.host = host;
    /** @type {(specifier: unknown, options: unknown) => Promise<object>} */
    this.importDynamically = (specifier, options) => dynamicImport(this, specifier, options);
    /** @type {Request[]} */
    this.requests = transformed.requests.map(({ specifier, attributes, startUtf16 }) => ({
      specifier,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
      startUtf16,
    }));
    this.imports = transformed.imports;
    this.locals = transformed.locals;
    this.stars = transformed.stars;
    this.hasTopLevelAwait = transformed.isAsync;
    /** Slots of exported variables, by exported name. */
    this.slots = new Map(
      this.locals.flatMap(({ names }, slot) =>
        names.map((name) => /** @type {[string, number]} */ ([name, slot])),
      ),
    );
    /** By exported name. */
    this.indirects = new Map(transformed.indirects.map((each) => [each.name, each]));
    this.environment = new Environment(
      (slot) => this.#read(slot),
      (slot) => this.instance?.isInitialized(slot) ?? false,
      (slot) => this.#isFinal(slot),
    );
  }

  /**
   * @param {number} request
   * @returns {Module}
   */
  dependency(request) {
    return /** @type {Module} */ (this.#dependencies[request]);
  }

  /** @param {number} request */
  isLoaded(request) {
    return this.#dependencies[request] !== undefined;
  }

  /**
   * @param {number} request
   * @param {Module} module
   */
  setDependency(request, module) {
    this.#dependencies[request] = module;
  }

  /** In the order in which the source asks for them. @returns {Module[]} */
  get dependencies() {
    return /** @type {Module[]} */ (this.#dependencies);
  }

  /** Has its evaluation begun, or that of what it imports? */
  get hasBegun() {
    return !['new', 'unlinked', 'linking', 'linked'].includes(this.status);
  }

  forgetDependencies() {
    this.#dependencies = [];
    this.resolutions = [];
    this.links = [];
  }

  /** @param {number} slot */
  #isFinal(slot) {
    return this.environment.isInitialized(slot) && this.locals[slot]?.isMutated === false;
  }

  /** @param {number} slot */
  #read(slot) {
    if (this.instance) return this.instance.read(slot);
    const { local = 'default' } = /** @type {TransformedModule['locals'][number]} */ (
      this.locals[slot]
    );
    throw new ReferenceError(`Cannot access '${local}' before initialization`);
  }
}

exports.EsModule = EsModule;
