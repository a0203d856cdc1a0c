'use strict';

/**
 * Decides for Node's CommonJS loader: gives each hot module a version, notes who imports whom, and answers staged code
 * from the overlay. What is cold goes to Node as ever.
 */

const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { install } = require('./install');
const { defineHot } = require('./module-hot');
const { makeRequire } = require('./require');
const { isOurs, languageOf } = require('../formats');
const { HotContext } = require('../hot-context');
const { Version } = require('../record');
const { SafeHotError } = require('../../errors');
const { NODE_MODULES } = require('../../package-of');
const { currentOwner } = require('../../resources/ownership');
const { isTypeScript } = require('../../resolve-import');
const { timerModuleFor } = require('../../resources/timers');

/**
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 * @typedef {import('../registry').Overlay} Overlay
 *
 * @typedef {object} LoaderHost what the loader needs of the rest
 * @property {import('../registry').Registry} registry
 * @property {import('../../resolve-import').ResolveParts} typescript its rules
 * @property {(filename: string) => boolean} isHot
 * @property {(filename: string) => string | null} fingerprint
 * @property {(record: ModuleRecord) => boolean} isUnchanged the file holds what was evaluated, or a change of it will be told
 * @property {(text: string) => string} fingerprintText the same for what was read of a file already
 * @property {(importer: Version, imported: ModuleRecord) => void} link notes that one imports the other
 * @property {(record: ModuleRecord) => void} addRoot loaded by cold code, or the entry
 * @property {(filename: string) => void} willLoad a hot file is to be read and evaluated for the first time
 * @property {(filename: string, version: Version | null) => void} didLoad a file was loaded; null if it is cold
 * @property {import('../../adapters').Adapters['didLoad']} didLoadCold gives what whoever asked is to have
 * @property {(version: Version) => void} didFail a hot module threw while it evaluated
 * @property {(version: Version) => void} willReplace runs dispose handlers that must run before the successor
 * @property {import('../hot-context').HotHost} hot
 * @property {() => void} didRunMain the entry has evaluated
 * @property {import('../formats').Formats} formats
 * @property {import('./compile').DynamicImports['rewrite']} rewriteImports
 * @property {() => import('../esm/loader').EsmLoader} esm what loads ES modules; made when it is first asked for
 *
 * @typedef {{ type: 'loaded', exports: unknown } | { type: 'load', request: any, parent: any }} Target
 */

/** Loaded for the first module in CommonJS. @type {typeof import('./compile') | undefined} */
let compiler;

class Loader {
  #host;
  /** @type {import('./install').Installed} */
  #installed = {
    readsPlainJavaScript: () => true,
    compilesAlone: () => true,
    forgetExports: () => {},
  };

  /** @param {LoaderHost} host */
  constructor(host) {
    this.#host = host;
  }

  install() {
    this.#installed = install(this);
  }

  /** Does Node's own handler compile `.js` files, so that their text is the JavaScript that runs? */
  get readsPlainJavaScript() {
    return this.#installed.readsPlainJavaScript();
  }

  /** Of a module object that Node holds for good. @param {any} module */
  forgetExports(module) {
    this.#installed.forgetExports(module);
  }

  /**
   * Where a `require` leads: to exports that are here, or on to Node.
   *
   * @param {any} request
   * @param {any} parent a module object, or a version that has none any more
   * @param {boolean} isMain
   * @returns {Target}
   */
  locate(request, parent, isMain) {
    const { registry } = this.#host;
    /** @type {Target} */
    const passOn = {
      type: 'load',
      request,
      parent: parent instanceof Version ? undefined : parent,
    };
    if (typeof request !== 'string') return passOn;
    const requester = this.#requesterOf(parent);
    if (Module.isBuiltin(request)) {
      const exports = timerModuleFor(requester, request);
      return exports ? { type: 'loaded', exports } : passOn;
    }
    if (!requester && !mayReachHot(request, parent)) return passOn;
    const filename = requester
      ? (this.#resolvedBefore(request, requester) ??
        this.#resolve(request, parent, isMain, requester))
      : this.#resolveForCold(request, parent, isMain);
    if (!path.isAbsolute(filename) || !this.#host.isHot(filename)) return passOn;

    const record = registry.recordFor(filename);
    // Cold code that loads a hot module does so on behalf of the version that is evaluating.
    const viewer = requester ?? currentOwner();
    if (!viewer) this.#host.addRoot(record);
    else if (!viewer.isStale) this.#host.link(viewer, record);
    if (!requester && parent) registry.addColdHolder(record, parent);
    // `import` keeps what a CommonJS module exported when it was first imported.
    if (!parent && !isMain) record.isImported = true;

    if (isMain && this.#host.formats.of(filename) === 'commonjs-typescript') {
      void this.#host.esm().evaluateMain(record);
      this.#host.didRunMain();
      return { type: 'loaded', exports: record.current?.module?.exports };
    }
    if (!isMain && this.#isModule(record, viewer?.state === 'staged')) {
      return { type: 'loaded', exports: this.#host.esm().require(record, viewer) };
    }
    if (viewer?.state === 'staged' && registry.overlay) {
      return { type: 'loaded', exports: this.#exportsInStage(registry.overlay, record, parent) };
    }
    const cached = Module._cache[filename];
    if (viewer?.isStale && cached) return { type: 'loaded', exports: cached.exports };
    if (cached?.loaded && requester) {
      linkChild(parent, cached);
      return { type: 'loaded', exports: cached.exports };
    }
    // The absolute name: Node's table of relative requests does not see that another file wins now.
    // The entry is the one that Node would make for it, so that the file is not looked for twice.
    if (!cached) Module._pathCache[`${filename}\0`] = filename;
    // A stale parent would be kept alive by what it is the first to load.
    return { type: 'load', request: filename, parent: viewer?.isStale ? undefined : parent };
  }

  /**
   * `Module.prototype.load` begins: the file of a module is to be read and evaluated.
   *
   * @param {any} module
   * @param {string} filename
   * @returns {Version | null} null for a cold file
   */
  begin(module, filename) {
    const { registry } = this.#host;
    if (!this.#host.isHot(filename) || isOurs(this.#host.formats.declared(filename))) return null;
    const known = registry.versionOf(module);
    if (known) return known;
    this.#host.willLoad(filename);
    const version = registry.createVersion(registry.recordFor(filename), module, 'current');
    if (!this.#isReadByCompile(filename)) version.fingerprint = this.#host.fingerprint(filename);
    return version;
  }

  /**
   * Evaluates a staged version from what is here, if it is: the last good source when a failed version is being undone,
   * the very text that prepare has read, whatever the file holds by now, or, where the file is as it was, what was
   * compiled of it before.
   *
   * @param {Version} version
   * @param {any} module
   * @returns {true | undefined} undefined if Node, and the tools in it, are to read the file
   */
  evaluate(version, module) {
    const { overlay } = this.#host.registry;
    if (version.state !== 'staged' || !overlay) return undefined;
    const { record } = version;
    const { current } = record;
    const prepared = overlay.sources.get(record.path);
    const isOther = prepared || overlay.gone.has(record);
    if (current?.factory && (overlay.lastGood || (!isOther && this.#isAsCompiled(record)))) {
      version.fingerprint = current.fingerprint;
      version.isCompiledPlain = current.isCompiledPlain;
      nameModule(module, record.path);
      const { wrapper, args } = this.#callOf(version, module, current.factory);
      Reflect.apply(wrapper, module.exports, args);
      module.loaded = true;
      return true;
    }
    version.fingerprint = prepared?.fingerprint ?? this.#host.fingerprint(record.path);
    if (prepared?.factory) {
      nameModule(module, record.path);
      module._compile(prepared.source, record.path, 'commonjs');
      module.loaded = true;
      return true;
    }
    if (!isOther && current && current.fingerprint !== version.fingerprint) {
      overlay.unprepared.add(record);
      const reason = 'the file changed while the reload was under way';
      const details = { path: record.path, reason, version: current.number };
      throw new SafeHotError('ERR_SAFE_HOT_EVALUATE', details);
    }
    return undefined;
  }

  /**
   * `Module.prototype.load` has ended.
   *
   * @param {any} module
   * @param {string} filename
   * @param {Version | null} version
   * @param {boolean} hasLoaded
   */
  end(module, filename, version, hasLoaded) {
    const { registry } = this.#host;
    if (version && !hasLoaded) {
      if (version.state === 'current') registry.discard(version);
      this.#host.didFail(version);
      return;
    }
    const loaded = registry.versionOf(module) ?? null;
    this.#host.didLoad(filename, loaded);
    if (loaded || !hasLoaded) return;
    const { exports, parent } = module;
    const adapted = this.#host.didLoadCold(filename, exports, parent?.filename);
    if (adapted !== exports) Object.assign(module, { exports: adapted });
  }

  /**
   * `Module.prototype._compile`: the text of a module is here, whoever made it.
   *
   * @param {any} module
   * @param {string} content
   * @param {string} filename
   * @param {string | undefined} format
   * @returns {{ wrapper: Function, args: unknown[] } | null} null if the module is Node's
   */
  prepareCall(module, content, filename, format) {
    const { registry } = this.#host;
    const version = registry.versionOf(module);
    if (!version) return null;
    version.fingerprint ??= this.#fingerprintOf(content, filename);
    const prepared = version.state === 'staged' ? registry.overlay?.sources.get(filename) : null;
    const factory =
      prepared?.source === content && prepared.factory
        ? prepared.factory
        : this.#factoryOf(content, filename, format);
    version.isCompiledPlain = this.#compilesPlain(filename);
    if (factory) return this.#callOf(version, module, factory);
    if (version.state === 'current') registry.discard(version);
    const isMain = module === process.mainModule;
    // The entry goes to Node, which asks for it again as an ES module; so does an error that Node words as people know it.
    if (isMain || this.#host.formats.of(filename, content) !== 'module') return null;
    const exports = this.#host.esm().require(version.record, currentOwner());
    return { wrapper: () => void (module.exports = exports), args: [] };
  }

  /**
   * Evaluates a new version of `record` in the overlay, unless staged code has already asked for it.
   *
   * @param {ModuleRecord} record
   * @param {any} parent
   * @param {boolean} isMain
   */
  stage(record, parent, isMain) {
    const { registry } = this.#host;
    const { overlay } = registry;
    if (!overlay) return;
    // What only an `import()` has asked for so far has not begun to evaluate.
    const known = overlay.versions.get(record);
    if (known && known.esm?.hasBegun !== false) return;
    if (this.#isModule(record, true)) {
      this.#host.esm().stage(record);
      return;
    }
    const error = overlay.gone.get(record);
    if (error) throw error;
    if (record.current) this.#host.willReplace(record.current);
    /** @type {any} */
    const module = new Module(record.path, parent ?? undefined);
    if (isMain) module.id = '.';
    const version = registry.createVersion(record, module, 'staged');
    let hasLoaded = false;
    try {
      module.load(record.path);
      overlay.evaluated.push(version);
      hasLoaded = true;
    } finally {
      if (!hasLoaded) {
        registry.discard(version);
        unlinkChild(parent, module);
      }
    }
  }

  /**
   * Is a module that is asked for an ES module? Where neither the file's extension nor a `package.json` says so, V8
   * tells, when it refuses the text.
   *
   * @param {ModuleRecord} record
   * @param {boolean} isStaged
   */
  #isModule(record, isStaged) {
    const { overlay } = this.#host.registry;
    const prepared = isStaged ? overlay?.sources.get(record.path) : undefined;
    if (prepared) return prepared.transformed !== undefined;
    const version = (isStaged && overlay?.versions.get(record)) || record.current;
    if (version) return version.esm !== null;
    const { formats } = this.#host;
    // What is not JavaScript is never V8's to tell.
    return languageOf(record.path) === 'js'
      ? isOurs(formats.declared(record.path))
      : formats.isOurs(record.path);
  }

  didRunMain() {
    this.#host.didRunMain();
  }

  /** Would Node, with all the tools in it, compile the same again? */
  #isAsCompiled(/** @type {ModuleRecord} */ record) {
    const isPlain = record.current?.isCompiledPlain && this.#compilesPlain(record.path);
    return isPlain && this.#host.isUnchanged(record);
  }

  /** Is what runs the text of the file, whatever tools there are? */
  #compilesPlain(/** @type {string} */ filename) {
    return this.#isReadByCompile(filename) && this.#installed.compilesAlone();
  }

  /**
   * @param {string} content as Node would compile it
   * @param {string} filename
   * @throws {SyntaxError} also when the text is that of an ES module
   */
  compile(content, filename) {
    compiler ??= require('./compile');
    return compiler.compile(content, filename, {
      rewrite: this.#host.rewriteImports,
      importFor: (version) => (specifier, options) =>
        this.#host.esm().import(version, specifier, options),
    });
  }

  /**
   * @param {string} content
   * @param {string} filename
   * @param {string | undefined} format
   */
  #factoryOf(content, filename, format) {
    if (format === 'module') return null;
    try {
      return this.compile(content, filename).factory;
    } catch {
      return null;
    }
  }

  /** Is the text that comes to `_compile` the file's own, so that the file need not be read a second time? */
  #isReadByCompile(/** @type {string} */ filename) {
    return this.readsPlainJavaScript && filename.endsWith('.js');
  }

  /**
   * @param {string} content
   * @param {string} filename
   */
  #fingerprintOf(content, filename) {
    // What stands for invalid UTF-8 does not tell which bytes the file holds.
    const isText = this.#isReadByCompile(filename) && !content.includes('\uFFFD');
    return isText ? this.#host.fingerprintText(content) : this.#host.fingerprint(filename);
  }

  /**
   * @param {Overlay} overlay
   * @param {ModuleRecord} record
   * @param {any} parent
   */
  #exportsInStage(overlay, record, parent) {
    const cached = overlay.planned.has(record) ? undefined : Module._cache[record.path];
    // Node's loader of ES modules leaves an entry, also where it comes to nothing.
    const survivor = this.#host.registry.versionOf(cached) && cached;
    if (!survivor || overlay.versions.has(record)) this.stage(record, parent, false);
    const module = overlay.versions.get(record)?.module ?? survivor;
    linkChild(parent, module);
    return module?.exports;
  }

  /**
   * @param {Version} version
   * @param {any} module
   * @param {import('../record').Factory} factory
   */
  #callOf(version, module, factory) {
    version.factory = factory;
    const hot = new HotContext(version, this.#host.hot);
    version.hot = hot;
    defineHot(module, hot);
    const { filename } = module;
    const require = this.requireFor(version, module);
    const args = [module.exports, require, module, filename, path.dirname(filename)];
    return factory.evaluation(version, args);
  }

  /**
   * The `require` of a version.
   *
   * @param {Version} version
   * @param {any} module
   */
  requireFor(version, module) {
    return makeRequire(
      module,
      () => this.#mainModule(version),
      (request, byNode) => this.#resolveFrom(version.record.path, request, byNode),
    );
  }

  /**
   * A relative request leads one version to the same loaded file each time, as with Node, even when that file is gone; so
   * does the path of the file itself.
   *
   * @param {string} request
   * @param {Version} requester
   */
  #resolvedBefore(request, requester) {
    const { registry } = this.#host;
    const filename = path.isAbsolute(request) ? request : requester.requests.get(request);
    const isLoaded = filename && (Module._cache[filename] || registry.lookup(filename)?.current);
    return isLoaded ? filename : undefined;
  }

  /**
   * @param {string} request
   * @param {any} parent
   * @param {boolean} isMain
   * @param {Version} requester
   * @returns {string}
   */
  #resolve(request, parent, isMain, requester) {
    const { path: importer } = requester.record;
    const remembers = isRelative(request) || this.#isAlias(importer, request);
    // What is not found yet is remembered too: the file may come.
    if (remembers) requester.requests.set(request, '');
    const byNode = () => Module._resolveFilename(request, parent, isMain);
    const filename = this.#resolveFrom(importer, request, byNode);
    if (remembers) requester.requests.set(request, filename);
    return filename;
  }

  /**
   * @param {string} importer
   * @param {string} request
   */
  #isAlias(importer, request) {
    return isTypeScript(importer) && this.#host.typescript.bases(importer, request).length > 0;
  }

  /**
   * TypeScript's rules come first in its own files, and last in JavaScript that it compiles.
   *
   * @param {string} importer
   * @param {string} request
   * @param {() => string} byNode
   * @returns {string}
   */
  #resolveFrom(importer, request, byNode) {
    const byTypeScript = () => {
      const target = this.#host.typescript.byTypeScript(importer, request, 'require');
      return target?.type === 'file' ? target.path : undefined;
    };
    if (isTypeScript(importer)) return byTypeScript() ?? byNode();
    let isFound = false;
    // No `catch`: Node shows the line that threw last, and that is to be its own.
    try {
      const filename = byNode();
      isFound = true;
      return filename;
    } finally {
      const found = isFound ? undefined : byTypeScript();
      // eslint-disable-next-line no-unsafe-finally -- what was found takes the place of the error
      if (found !== undefined) return found;
    }
  }

  /** The entry's module, as `viewer` sees it. */
  #mainModule(/** @type {Version} */ viewer) {
    const main = process.mainModule;
    const { registry } = this.#host;
    if (!registry.overlay || viewer.state !== 'staged') return main;
    const record = registry.versionOf(main)?.record;
    return (record && registry.overlay.versions.get(record)?.module) ?? main;
  }

  /**
   * As with Node, cold code that has loaded a module gets it again when its file is gone.
   *
   * @param {string} request
   * @param {any} parent
   * @param {boolean} isMain
   * @returns {string}
   */
  #resolveForCold(request, parent, isMain) {
    try {
      return Module._resolveFilename(request, parent, isMain);
    } catch (error) {
      const filename = typeof parent?.path === 'string' && path.resolve(parent.path, request);
      const record = filename && isRelative(request) && this.#loadedAs(filename);
      if (!record) throw error;
      return record.path;
    }
  }

  /** @param {string} base absolute, as an import writes it */
  #loadedAs(base) {
    const names = [base, ...Object.keys(Module._extensions).map((extension) => base + extension)];
    const { registry } = this.#host;
    return names.map((name) => registry.lookup(name)).find((record) => record?.current);
  }

  /** @param {any} parent */
  #requesterOf(parent) {
    // That is stale, and has no module object any more.
    if (!parent || parent instanceof Version) return parent;
    const { registry } = this.#host;
    const version = registry.versionOf(parent);
    if (version || !parent.filename) return version;
    // `createRequire(__filename)` makes a module object that only bears the name.
    const record = registry.lookup(parent.filename);
    return record && registry.visible(currentOwner(), record);
  }
}

/**
 * Can a `require` of cold code arrive at a hot module? A relative one within a package cannot.
 *
 * @param {string} request
 * @param {any} parent
 */
function mayReachHot(request, parent) {
  if (!isRelative(request)) return true;
  const folder = parent?.path;
  if (typeof folder !== 'string' || !folder.includes(NODE_MODULES)) return true;
  return !path.resolve(folder, request).includes(NODE_MODULES);
}

/** @param {string} request */
function isRelative(request) {
  return (
    request.startsWith('./') || request.startsWith('../') || request === '.' || request === '..'
  );
}

/**
 * What `Module.prototype.load` does before it hands a file to the handler of its extension.
 *
 * @param {any} module
 * @param {string} filename
 */
function nameModule(module, filename) {
  module.filename = filename;
  module.paths = Module._nodeModulePaths(path.dirname(filename));
}

/**
 * @param {any} parent
 * @param {any} child
 */
function linkChild(parent, child) {
  if (child && Array.isArray(parent?.children) && !parent.children.includes(child)) {
    parent.children.push(child);
  }
}

/**
 * @param {any} parent
 * @param {any} child
 */
function unlinkChild(parent, child) {
  const index = Array.isArray(parent?.children) ? parent.children.indexOf(child) : -1;
  if (index >= 0) parent.children.splice(index, 1);
}

exports.Loader = Loader;
