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
 * @property {(module: EsModule) => boolean} [isGivenUp] nobody waits for it any more: an `import()` of it never ends
 *
 * @typedef {'new' | 'unlinked' | 'linking' | 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated'} Status
 *   new: not all that it asks for is loaded
 */

/** Shared by the many modules that have none. @type {Record<string, string>} */
const NO_ATTRIBUTES = Object.freeze({});
/** @type {ReadonlyMap<string, TransformedModule['indirects'][number]>} */
const NO_INDIRECTS = new Map();

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
  /** It is stale, and no link is to keep it alive. */
  isUnlinked = false;
  evaluation = new Evaluation();
  /** Of TypeScript that is compiled to CommonJS. @type {import('./common-js').CommonJs | null} */
  commonJs = null;
  /** What the host knows it by. @type {unknown} */
  owner = undefined;
  #dynamicImport;

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
    this.#dynamicImport = dynamicImport;
    /** @type {Request[]} */
    this.requests = transformed.requests.map(requestOf);
    this.imports = transformed.imports;
    this.locals = transformed.locals;
    this.stars = transformed.stars;
    this.hasTopLevelAwait = transformed.isAsync;
    /** Slots of exported variables, by exported name. @type {Map<string, number>} */
    this.slots = new Map();
    this.locals.forEach(({ names }, slot) => {
      for (const name of names) this.slots.set(name, slot);
    });
    /** By exported name. */
    this.indirects = indirectsOf(transformed);
    this.environment = new Environment(this);
  }

  /** @param {unknown} specifier @param {unknown} options */
  importDynamically(specifier, options) {
    return this.#dynamicImport(this, specifier, options);
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
  isInitialized(slot) {
    return this.instance?.isInitialized(slot) ?? false;
  }

  /** @param {number} slot */
  isConstant(slot) {
    // What `var` declares is undefined before it is what it is.
    return this.locals[slot]?.kind !== 'var' && this.isFinal(slot);
  }

  /** @param {number} slot */
  isFinal(slot) {
    return this.locals[slot]?.isMutated === false && this.isInitialized(slot);
  }

  /** @param {number} slot */
  read(slot) {
    if (this.instance) return this.instance.read(slot);
    const { local = 'default' } = /** @type {TransformedModule['locals'][number]} */ (
      this.locals[slot]
    );
    throw new ReferenceError(`Cannot access '${local}' before initialization`);
  }
}

/**
 * @param {TransformedModule['requests'][number]} request
 * @returns {Request}
 */
function requestOf({ specifier, attributes, startUtf16 }) {
  if (attributes.length === 0) return { specifier, attributes: NO_ATTRIBUTES, startUtf16 };
  const entries = attributes.map(({ key, value }) => [key, value]);
  return { specifier, attributes: Object.fromEntries(entries), startUtf16 };
}

/** @param {TransformedModule} transformed */
function indirectsOf({ indirects }) {
  return indirects.length === 0
    ? NO_INDIRECTS
    : new Map(indirects.map((each) => [each.name, each]));
}

exports.EsModule = EsModule;
