'use strict';

/**
 * Gives each hot ES module its versions: finds what an import leads to, loads a graph, links it and evaluates it. What
 * modules mean is `./index.js`'s; this knows files, versions and the overlay.
 */

const fs = require('node:fs');
const Module = /** @type {any} */ (require('node:module'));
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { setImmediate } = require('../../clock');
const esm = require('./index');
const { NO_VARIABLES } = require('./compile');
const { Imports } = require('./imports');
const { mayFindMore } = require('../other-hooks');
const { HotContext } = require('../hot-context');
const { nameText } = require('../coverage');
const { readText } = require('../read-text');
const { commentFor, ownMapOf, registerMap, registerOwnMap } = require('../source-maps');
const { SafeHotError } = require('../../errors');
const { runAs, switchEvaluation } = require('../../resources/ownership');
const { timerNamesIn, timersFor } = require('../../resources/timers');

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('../record').Version} Version
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 *
 * @typedef {object} EsmLoaderHost what the loader needs of the rest
 * @property {import('../registry').Registry} registry
 * @property {(filename: string) => boolean} isHot
 * @property {import('./imports').ImportsHost['resolveImport']} resolveImport
 * @property {import('./imports').ImportsHost['basesOf']} basesOf
 * @property {(source: string, filename: string) => any} transformFile as its format and its tsconfig.json say
 * @property {(filename: string) => import('./transformed').ModuleAhead | undefined} takeAhead the same of a file that was
 *   read ahead and is as it was
 * @property {(load: () => void) => void} takeTogether loads modules with all that they import; none of their code runs
 * @property {import('../formats').Formats} formats
 * @property {(version: Version) => NodeJS.Require} requireFor
 * @property {(filename: string) => string | null} fingerprint
 * @property {(record: ModuleRecord) => boolean} isUnchanged the file holds what was evaluated, or a change of it will be told
 * @property {(text: string) => string} fingerprintText
 * @property {(error: any, source: string, filename: string) => Error} syntaxError as the program sees it
 * @property {(importer: Version, imported: ModuleRecord) => void} link an edge of the graph
 * @property {(filename: string) => void} willLoad
 * @property {(filename: string, version: Version | null) => void} didLoad
 * @property {import('./imports').ImportsHost['didLoadCold']} didLoadCold
 * @property {(version: Version) => void} didFail
 * @property {(version: Version) => void} willReplace
 * @property {import('../hot-context').HotHost} hot
 */

class EsmLoader {
  #host;
  #imports;
  /** Of the version of each record that became stale last. @type {Map<ModuleRecord, () => void>} */
  #endLinks = new Map();
  /** The entry of the program, if that is an ES module. @type {ModuleRecord | null} */
  main = null;

  /** @type {{ folder: string, paths: string[] }} */
  #lastPaths = { folder: '', paths: [] };
  /** What all modules ask. @type {import('./module').Host} */
  #hostOfModules = {
    load: (specifier, attributes, referrer) =>
      this.#find(versionOf(referrer), specifier, attributes),
    initializeMeta: (meta, module) => this.#initializeMeta(versionOf(module), meta),
    variables: (module) => timersIn(versionOf(module), module.transformed.code),
    execute: (module, body) => this.#execute(versionOf(module), module, body),
    loadDynamic: (specifier, attributes, referrer) =>
      this.#findLater(versionOf(referrer), specifier, attributes),
    nameText: (module, start) => this.#nameText(versionOf(module), module, start),
    isGivenUp: (module) => versionOf(module).state === 'aborted',
  };
  /** TypeScript in CommonJS has the variables of that as well. @type {import('./module').Host} */
  #hostOfCommonJs = {
    ...this.#hostOfModules,
    variables: (compiled) => {
      const version = versionOf(compiled);
      const { record, module } = version;
      return {
        ...timersIn(version, compiled.transformed.code),
        require: this.#host.requireFor(version),
        module,
        exports: module?.exports,
        __filename: record.path,
        __dirname: path.dirname(record.path),
      };
    },
    load: (specifier, _, referrer) => this.#require(versionOf(referrer), specifier),
  };

  /** @param {EsmLoaderHost} host */
  constructor(host) {
    this.#host = host;
    this.#imports = new Imports(host);
  }

  /**
   * `require` of a hot ES module: what it exports, evaluated now.
   *
   * @param {ModuleRecord} record
   * @param {Version | undefined} viewer
   * @throws {Error} ERR_REQUIRE_ASYNC_MODULE if its graph awaits at the top level
   */
  require(record, viewer) {
    const module = this.linked(record, viewer?.state === 'staged', viewer);
    const { commonJs } = module;
    // In a cycle CommonJS gives what there is so far.
    if (!commonJs || module.status !== 'evaluating') esm.evaluateSync(module);
    return commonJs ? commonJs.exports : require('./require-view').requireView(module);
  }

  /**
   * Evaluates the entry.
   *
   * @param {ModuleRecord} record
   * @returns {Promise<void> | undefined} where the graph awaits
   */
  evaluateMain(record) {
    const module = this.linked(record, false);
    const holder = module.commonJs && record.current?.module;
    if (holder) {
      holder.id = '.';
      process.mainModule = holder;
    }
    return this.evaluate(module);
  }

  /**
   * What Node's loader is to have of a module that has evaluated.
   *
   * @param {EsModule} module
   * @returns {import('./module').Module}
   */
  seenByNode(module) {
    const version = module.commonJs && ownerOf(module);
    return version ? this.#imports.seenByNode(version) : module;
  }

  /** The names that Node's loader is to have of a linked module. @param {EsModule} module */
  namesSeenByNode(module) {
    const version = module.commonJs && ownerOf(module);
    return version ? this.#imports.commonJsNames(version.record) : esm.namesOf(module);
  }

  /**
   * By what conditions its imports are resolved.
   *
   * @param {string} importer
   * @returns {import('../../resolve-import').RequestKind}
   */
  requestKindOf(importer) {
    return this.#host.registry.lookup(importer)?.current?.esm?.commonJs ? 'require' : 'import';
  }

  /**
   * `import()` of hot CommonJS.
   *
   * @param {Version} version
   * @param {unknown} specifier
   * @param {unknown} options
   */
  import(version, specifier, options) {
    return esm.importWith(
      (name, attributes) => this.#findLater(version, name, attributes),
      specifier,
      options,
    );
  }

  /**
   * Evaluates a module and all that it imports, unless that has been done. A stage waits for what it awaits.
   *
   * @param {EsModule} module linked
   * @returns {Promise<void> | undefined} where the graph awaits
   * @throws what its modules throw
   */
  evaluate(module) {
    const outcome = esm.evaluate(module);
    if (!outcome.isAsync) return undefined;
    if (ownerOf(module)?.state === 'staged') {
      this.#host.registry.overlay?.willAwait(outcome.promise);
    }
    return outcome.promise;
  }

  /**
   * Loads, links and evaluates a new version of `record` in the overlay.
   *
   * @param {ModuleRecord} record
   */
  stage(record) {
    this.evaluate(this.linked(record, true));
  }

  /**
   * What a version's `import.meta.hot.accept` names.
   *
   * @param {Version} version
   * @param {string} specifier
   */
  recordOf(version, specifier) {
    const target = this.#imports.locate(version, specifier, kindOf(version));
    if (target.type === 'file') return this.#host.registry.recordFor(target.path);
    throw new SafeHotError('ERR_SAFE_HOT_BUILTIN', { specifier });
  }

  /**
   * The version that code of the stage, or all other code, sees: loaded and linked, not evaluated.
   *
   * @param {ModuleRecord} record
   * @param {boolean} isStaged
   * @param {Version} [importer] that asks for it
   * @throws {Error} as Node does where there is no such module, or no such export
   */
  linked(record, isStaged, importer) {
    const module = this.#moduleOf(record, isStaged, importer);
    this.#host.takeTogether(() => esm.loadRequestedSync(module));
    esm.link(module);
    return module;
  }

  /**
   * Finds out whether modules that stay can go on with the new versions of what they import.
   *
   * @param {import('../registry').Overlay} overlay
   * @returns {() => void} makes them
   * @throws {SyntaxError} one of them needs an export that is no more
   */
  prepareRepoint(overlay) {
    return this.#staying(overlay).prepareRepoint();
  }

  /**
   * Finds out, before any of them is evaluated, whether the modules of a plan will link, and those that stay with them.
   *
   * @param {import('../registry').Overlay} overlay
   * @param {Iterable<ModuleRecord>} records of the plan that are going to be evaluated
   * @returns {import('./draft').BrokenLink | undefined}
   */
  findBrokenLink(overlay, records) {
    this.#imports.forgetUnloaded();
    const staying = this.#staying(overlay);
    const { Draft } = require('./draft');
    const draft = new Draft({
      ...this.#host,
      overlay,
      imports: this.#imports,
      read: (filename) => this.#read(filename),
      transform: (source, filename) => this.transform(source, filename),
      importersThatStay: (record) => staying.importing(record),
      stays: (module) => !module.commonJs && staying.has(module),
      fileOf: (module) => ownerOf(module)?.record.path,
    });
    return draft.findBroken(records);
  }

  /** @param {import('../registry').Overlay} overlay */
  #staying(overlay) {
    const { StayingModules } = require('./staying');
    return new StayingModules(overlay, this.#imports);
  }

  /**
   * The version that code of the stage, or all other code, sees; a new one if there is none.
   *
   * @param {ModuleRecord} record
   * @param {boolean} isStaged
   * @param {Version} [importer]
   */
  #moduleOf(record, isStaged, importer) {
    const { overlay } = this.#host.registry;
    if (!isStaged || !overlay) {
      return record.current?.esm ?? this.#create(record, 'current', importer);
    }
    const staged = overlay.versions.get(record);
    const visible = staged ?? (overlay.planned.has(record) ? undefined : record.current);
    return visible?.esm ?? this.#create(record, 'staged', importer);
  }

  /**
   * @param {ModuleRecord} record
   * @param {'staged' | 'current'} state
   * @param {Version} [importer]
   */
  #create(record, state, importer) {
    const { registry } = this.#host;
    const { path: filename } = record;
    this.#host.willLoad(filename);
    const text = this.#textOf(record, state);
    const { isCommonJs } = text.transformed;
    /** @type {NodeModule | undefined} */
    let holder = isCommonJs ? holderFor(filename) : undefined;
    const version = registry.createVersion(
      record,
      holder ?? (() => (holder = this.#holderOf(module, filename))),
      state,
    );
    version.fingerprint = text.fingerprint;
    if (text.targets) {
      version.requests = foundIn(text.transformed.requests, text.targets);
      version.isFoundAhead = true;
    }
    const url = fileUrl(filename);
    const host = isCommonJs ? this.#hostOfCommonJs : this.#hostOfModules;
    const module = esm.createModule(url, text.transformed, host, holder);
    version.esm = module;
    const { code, mapComment } = text.transformed;
    if (mapComment) registerMap(module, filename, mapComment);
    else registerOwnMap(module, filename, ownMapOf(code));
    version.onRelease = () => {
      this.#release(record, module);
      // Node holds the first main module for good.
      if (holder) this.#imports.forget(holder);
    };
    module.owner = version;
    if (holder) {
      holder.paths = Module._nodeModulePaths(path.dirname(filename));
      nameParent(holder, importer?.module);
    }
    return module;
  }

  /**
   * What stands for an ES module where a module object has to.
   *
   * @param {EsModule} module
   * @param {string} filename
   */
  #holderOf(module, filename) {
    const holder = holderFor(filename);
    holder.paths = this.#pathsFrom(path.dirname(filename));
    holder.loaded = module.status === 'evaluated';
    Object.defineProperty(holder, 'exports', {
      configurable: true,
      enumerable: true,
      get: () => esm.namespaceOf(module),
    });
    return holder;
  }

  /**
   * Code of the version that was replaced last, and that may be in the middle of something, goes on seeing its imports
   * change; that of older ones does not. To write to all of them would keep all of them alive: it touches each.
   *
   * @param {ModuleRecord} record
   * @param {EsModule} module stale
   */
  #release(record, module) {
    this.#endLinks.get(record)?.();
    this.#endLinks.set(record, esm.unlink(module));
  }

  /**
   * The text of a new version, transformed: what prepare has read, the last good one, or what the file holds.
   *
   * @param {ModuleRecord} record
   * @param {'staged' | 'current'} state
   */
  #textOf(record, state) {
    const { overlay } = this.#host.registry;
    const { current, path: filename } = record;
    // Of which no other text has been read for this stage.
    const last = state === 'staged' && !overlay?.gone.has(record) ? current : null;
    if (state === 'staged' && overlay) {
      const error = overlay.gone.get(record);
      if (error) throw error;
      if (overlay.lastGood && current?.esm)
        return { transformed: current.esm.transformed, fingerprint: current.fingerprint };
      const prepared = overlay.sources.get(filename);
      if (prepared?.transformed) {
        return { transformed: prepared.transformed, fingerprint: prepared.fingerprint };
      }
      if (!prepared && last?.esm && this.#host.isUnchanged(record)) {
        return { transformed: last.esm.transformed, fingerprint: last.fingerprint };
      }
    }
    const ahead = state === 'current' ? this.#host.takeAhead(filename) : undefined;
    if (ahead) {
      const { fingerprint, targets } = ahead;
      return { transformed: withComment(ahead, filename), fingerprint, targets };
    }
    const { source, fingerprint } = this.#read(filename);
    if (last?.esm && last.fingerprint !== fingerprint) {
      overlay?.unprepared.add(record);
      const reason = 'the file changed while the reload was under way';
      const details = { path: filename, reason, version: last.number };
      throw new SafeHotError('ERR_SAFE_HOT_EVALUATE', details);
    }
    if (last?.esm) return { transformed: last.esm.transformed, fingerprint };
    const transformed = this.transform(source, filename);
    if (transformed.type === 'invalid') {
      record.failedAs = fingerprint;
      throw this.#host.syntaxError(transformed.error, source, filename);
    }
    return { transformed, fingerprint };
  }

  /**
   * What a file holds, as Node reads a module.
   *
   * @param {string} filename
   */
  #read(filename) {
    const source = readText(filename).replace(/^\uFEFF/, '');
    const fingerprint = source.includes('\uFFFD')
      ? this.#host.fingerprint(filename)
      : this.#host.fingerprintText(source);
    return { source, fingerprint };
  }

  /**
   * @param {string} source
   * @param {string} filename
   */
  transform(source, filename) {
    return withComment(this.#host.transformFile(source, filename), filename);
  }

  /**
   * Of an ES module: nobody sees the list.
   *
   * @param {string} folder
   * @returns {string[]}
   */
  #pathsFrom(folder) {
    if (this.#lastPaths.folder !== folder) {
      this.#lastPaths = { folder, paths: Module._nodeModulePaths(folder) };
    }
    return this.#lastPaths.paths;
  }

  /**
   * What an import in CommonJS leads to.
   *
   * @param {Version} version
   * @param {string} specifier
   */
  #require(version, specifier) {
    const { registry, isHot, formats } = this.#host;
    const target = this.#imports.locate(version, specifier, 'require');
    if (target.type === 'builtin' || !isHot(target.path)) {
      return this.#imports.required(version, target);
    }
    const record = registry.recordFor(target.path);
    this.#host.link(version, record);
    const isStaged = version.state === 'staged';
    const source = isStaged ? registry.overlay?.sources.get(target.path)?.source : undefined;
    return formats.isOurs(target.path, source)
      ? this.#moduleOf(record, isStaged, version)
      : this.#imports.required(version, target);
  }

  /**
   * @param {Version} version
   * @param {EsModule} module
   * @param {number} start
   */
  #nameText({ record, fingerprint }, { transformed }, start) {
    return nameText(() => {
      const { code, moves, map, defaultFunction } = transformed;
      const hasOwnMap = !map && ownMapOf(code) !== undefined;
      const about = { start, length: code.length, fingerprint, defaultFunction, hasOwnMap };
      const { path: filename } = record;
      return map ? { filename, ...about, map, code } : { filename, ...about, moves };
    });
  }

  /**
   * @param {Version} version
   * @param {string} specifier
   * @param {Record<string, string>} attributes
   */
  #find(version, specifier, attributes) {
    const { registry, isHot } = this.#host;
    const target = this.#imports.locate(version, specifier);
    if (target.type !== 'file' || !isHot(target.path)) return this.#imports.cold(version, target);
    const record = registry.recordFor(target.path);
    this.#host.link(version, record);
    const isStaged = version.state === 'staged';
    const source = isStaged ? registry.overlay?.sources.get(target.path)?.source : undefined;
    if (!this.#isModule(version, record, source)) {
      return this.#imports.commonJs(version, record, attributes);
    }
    return this.#moduleOf(record, isStaged, version);
  }

  /**
   * What is loaded is what it is, whatever its file holds, or if it is gone.
   *
   * @param {Version} version that asks
   * @param {ModuleRecord} record
   * @param {string | undefined} source where it is known already
   */
  #isModule(version, record, source) {
    const { registry, formats } = this.#host;
    const isLastGood = version.state === 'staged' && registry.overlay?.lastGood;
    const known = registry.visible(version, record) ?? (isLastGood ? record.current : undefined);
    if (known) return known.esm !== null && !known.esm.commonJs;
    return formats.of(record.path, source) === 'module';
  }

  /**
   * Runs the body of a module as work of its version.
   *
   * @param {Version} version
   * @param {EsModule} module
   * @param {() => unknown} body
   */
  #execute(version, module, body) {
    // It was given up while it waited for its turn.
    if (version.state === 'aborted') return new Promise(() => {});
    const { registry } = this.#host;
    const { record } = version;
    if (version.state === 'staged' && record.current) this.#host.willReplace(record.current);
    version.isFoundAhead = false;
    if (module.token) version.mark(module.token);
    // Not before: it has what the dispose handlers of the version before have left.
    if (module.commonJs || record.handedData !== undefined) {
      const hot = (version.hot ??= new HotContext(version, this.#host.hot));
      if (module.commonJs) require('../cjs/module-hot').defineHot(version.module, hot);
    } else if (!version.hot) {
      version.makeHotLater(this.#makeHot(version));
    }
    const wasCold = switchEvaluation(false);
    let hasRun = false;
    try {
      const result = runAs(version, body);
      hasRun = true;
      if (result instanceof Promise) {
        result.then(
          () => this.#didEvaluate(version),
          () => this.#host.didFail(version),
        );
      } else {
        this.#didEvaluate(version);
      }
      return result;
    } finally {
      switchEvaluation(wasCold);
      if (!hasRun) {
        if (version.state === 'staged') registry.overlay?.failed.push(version);
        this.#host.didFail(version);
      }
    }
  }

  /** Holds nothing but the version. @param {Version} version */
  #makeHot(version) {
    const { hot } = this.#host;
    return () => new HotContext(version, hot);
  }

  /** @param {Version} version */
  #didEvaluate(version) {
    const { record, knownModule } = version;
    // It is stale by now.
    if (!version.esm) return;
    if (knownModule) knownModule.loaded = true;
    if (version.state === 'staged') this.#host.registry.overlay?.evaluated.push(version);
    this.#host.didLoad(record.path, version);
  }

  /**
   * @param {Version} version
   * @param {Record<string, any>} meta
   */
  #initializeMeta(version, meta) {
    const { record } = version;
    require('./node-meta').initializeMeta(meta, {
      filename: record.path,
      isMain: record === this.main,
      locate: (specifier) => this.#imports.locate(version, specifier),
      hot: (version.hot ??= new HotContext(version, this.#host.hot)),
    });
  }

  /**
   * What an `import()` leads to. What is cold is Node's to load, at its own time.
   *
   * @param {Version} version
   * @param {string} specifier
   * @param {Record<string, string>} attributes
   */
  async #findLater(version, specifier, { hot, ...attributes }) {
    if (isGivenUp(version)) return new Promise(() => {});
    const target = await this.#locateLater(version, specifier);
    if (isGivenUp(version)) return new Promise(() => {});
    if (target?.type === 'file' && this.#host.isHot(target.path)) {
      if (hot === 'true') version.hot?.acceptModules(specifier, undefined);
      return this.#find(version, specifier, attributes);
    }
    const url = target?.type === 'file' ? pathToFileURL(target.path).href : specifier;
    const { nativeImport } = require('../cjs/native-import');
    const loaded = await nativeImport(version.record.path, url, asWith(attributes));
    const namespace =
      target?.type === 'file' ? this.#host.didLoadCold(target.path, loaded) : loaded;
    return esm.createSynthetic(url, [], () => {}, namespace);
  }

  /**
   * Looks twice, as late as Node would: what Node loaded meanwhile it would hold for good.
   *
   * @param {Version} version
   * @param {string} specifier
   * @returns {Promise<import('./imports').Target | null>} null where only Node can say
   * @throws as Node does where a file is not there
   */
  async #locateLater(version, specifier) {
    try {
      return this.#imports.locate(version, specifier);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
    try {
      return this.#imports.locate(version, specifier);
    } catch (error) {
      // A folder, or a name with escapes, has an error of its own.
      const isFile = /^\.{1,2}\/[^%?#\\]*[^/%?#\\]$/.test(specifier);
      if (!isFile || mayFindMore()) return null;
      const file = path.resolve(path.dirname(version.record.path), specifier);
      const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
      if (!stats) throw error;
      return stats.isDirectory() ? null : this.#imports.locate(version, specifier);
    }
  }
}

/**
 * @param {import('./module').Module} module
 * @returns {Version | undefined} undefined for what is no file, or only a draft
 */
function ownerOf(module) {
  return 'owner' in module ? /** @type {Version | undefined} */ (module.owner) : undefined;
}

/** @param {EsModule} module that this has made @returns {Version} */
function versionOf(module) {
  return /** @type {Version} */ (module.owner);
}

/**
 * @template {{ map?: string }} T
 * @param {T} transformed
 * @param {string} filename
 */
function withComment(transformed, filename) {
  const { map } = transformed;
  return map ? { ...transformed, mapComment: commentFor(map, filename) } : transformed;
}

/**
 * @param {import('./transformed').ModuleAhead['requests']} requests
 * @param {import('./transformed').ModuleAhead['targets']} targets
 */
function foundIn(requests, targets) {
  /** @type {Map<string, string>} */
  const found = new Map();
  requests.forEach(({ specifier }, index) => {
    const target = targets[index];
    if (target) found.set(specifier, target);
  });
  return found;
}

/** @param {string} filename @returns {NodeModule} */
function holderFor(filename) {
  const holder = new Module(filename, undefined);
  holder.filename = filename;
  return holder;
}

/** Of which a URL has each character as it is. */
const PLAIN_PATH = /^\/[\w/.~@+-]*$/;

/** `pathToFileURL`, without the way through a `URL` where there is nothing to escape. @param {string} filename */
function fileUrl(filename) {
  return PLAIN_PATH.test(filename) ? `file://${filename}` : pathToFileURL(filename).href;
}

/**
 * Those of a version that its code can name.
 *
 * @param {Version} version
 * @param {string} code
 */
function timersIn(version, code) {
  const names = timerNamesIn(code);
  if (names.length === 0) return NO_VARIABLES;
  const timers = /** @type {Record<string, Function>} */ (timersFor(version));
  return Object.fromEntries(names.map((name) => [name, timers[name]]));
}

/** @param {Version} version */
function isGivenUp({ state }) {
  return state === 'aborted';
}

/** @param {Version} version */
function kindOf(version) {
  return version.esm?.commonJs ? 'require' : 'import';
}

/**
 * `module.parent`, by which older programs tell whether they are the entry. It keeps nothing alive.
 *
 * @param {any} holder
 * @param {NodeModule | null | undefined} parent
 */
function nameParent(holder, parent) {
  const ref = parent && new WeakRef(parent);
  Object.defineProperty(holder, 'parent', { configurable: true, get: () => ref?.deref() ?? null });
}

/** @param {Record<string, string>} attributes */
function asWith(attributes) {
  return Object.keys(attributes).length > 0 ? { with: attributes } : undefined;
}

exports.EsmLoader = EsmLoader;
