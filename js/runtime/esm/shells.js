'use strict';

/**
 * What Node's own loader sees of a hot ES module: a *shell*, one small native module for its URL, whose exports are
 * variables that are set whenever those of the current version are. To debuggers and coverage, which know scripts by
 * their URL, it has one of its own.
 */

const { NAMESPACE, Resolver } = require('./resolve-export');
const { namespaceOf } = require('./namespace');

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('../record').Version} Version
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 *
 * @typedef {object} ShellsHost what Node is to have of a module; of TypeScript in CommonJS, what it has of CommonJS
 * @property {(module: EsModule) => import('./module').Module} seenByNode once it has evaluated
 * @property {(module: EsModule) => string[]} namesSeenByNode once it is linked
 */

/** The text of a shell calls this on the engine. */
const OPEN = 'openShell';

/** The query of the URLs of further shells of one module. */
const VIEW = 'safe-hot';

/**
 * @param {string} url of the module
 * @param {string[]} names that it exports
 * @param {{ isAsync: boolean }} options does its graph await?
 */
function shellText(url, names, { isAsync }) {
  const engine = "globalThis[Symbol.for('safe-hot.engine')]";
  const variables = names.map((_, index) => `$${index}`);
  const cases = variables.map((variable, index) => `case ${index}: ${variable} = value; break;`);
  const exported = names.map((name, index) => `$${index} as ${JSON.stringify(name)}`);
  return [
    `const shell = ${engine}.${OPEN}(${JSON.stringify(url)}, ${JSON.stringify(names)});`,
    isAsync ? 'await shell.promise;' : '',
    variables.length > 0 ? `let ${variables.join(', ')};` : '',
    `shell.connect((index, value) => { switch (index) { ${cases.join(' ')} } });`,
    `export { ${exported.join(', ')} };`,
    `//# sourceURL=safe-hot:shell/${url}`,
  ].join('\n');
}

/** One for each URL under which Node evaluates it: the module's own, and others where an importer needs another view. */
class Shell {
  /** @type {import('./environment').Link[]} */
  #links = [];
  /** @type {((index: number, value: unknown) => void) | null} null until Node has evaluated it */
  #write = null;
  /** The versions that have asked for it, or null where it is held for good. @type {Set<Version> | null} */
  #holders = new Set();
  /** What it shows while a stage runs that has asked for it; else the current version. @type {EsModule | null} */
  #staged = null;
  #record;
  #host;

  /**
   * @param {string} url
   * @param {string[]} names
   * @param {ModuleRecord} record
   * @param {ShellsHost} host
   */
  constructor(url, names, record, host) {
    this.url = url;
    this.names = names;
    this.#record = record;
    this.#host = host;
    /** While the graph awaits. @type {Promise<void> | undefined} */
    this.promise = undefined;
  }

  /** Has Node evaluated it? */
  get isOpen() {
    return this.#write !== null;
  }

  /** The version that importers see. */
  get shown() {
    return this.#staged ?? this.#record.current?.esm;
  }

  /** @param {Version | undefined} owner undefined for what lasts as long as the process */
  hold(owner) {
    if (!owner) this.#holders = null;
    else if (!owner.isStale) this.#holders?.add(owner);
  }

  /** Is there anyone left but versions that `isGone`? @param {(version: Version) => boolean} isGone */
  isHeldBeyond(isGone) {
    if (!this.#holders) return true;
    for (const holder of this.#holders) if (holder.isStale) this.#holders.delete(holder);
    return [...this.#holders].some((holder) => !isGone(holder));
  }

  /** @param {(index: number, value: unknown) => void} write sets a variable of the shell */
  connect(write) {
    this.#write = write;
    this.#refresh();
  }

  /** @param {EsModule} module of the stage */
  showStaged(module) {
    this.#staged = module;
    this.#refresh();
  }

  /** The stage is over, or the current version is another one. */
  showCurrent() {
    this.#staged = null;
    this.#refresh();
  }

  #refresh() {
    for (const link of this.#links.splice(0)) link.remove();
    const write = this.#write;
    const module = this.shown;
    if (!write || !module) return;
    const entries = new Map(new Resolver().namespaceEntries(this.#host.seenByNode(module)));
    this.names.forEach((name, index) => {
      const resolution = entries.get(name);
      if (!resolution) write(index, undefined);
      else if (resolution.slot === NAMESPACE) write(index, namespaceOf(resolution.module));
      else {
        const link = resolution.module.environment.link(resolution.slot, this, index);
        if (link) this.#links.push(link);
      }
    });
  }

  /**
   * Called by the links.
   *
   * @param {number} index
   * @param {unknown} value
   */
  write(index, value) {
    this.#write?.(index, value);
  }
}

class Shells {
  #host;
  /** @type {Map<ModuleRecord, Shell[]>} */
  #shells = new Map();
  /** How many URLs of a module Node has been given. @type {Map<ModuleRecord, number>} */
  #urlCounts = new Map();
  /** Files of cold modules that import them. @type {Map<string, Set<string>>} */
  #importers = new Map();

  /** @param {ShellsHost} host */
  constructor(host) {
    this.#host = host;
  }

  /**
   * The shell by which an importer sees `module`: one that shows it already, or, so that nothing grows with each reload,
   * one that only stale versions have asked for, or a new one.
   *
   * @param {ModuleRecord} record
   * @param {EsModule} module linked
   * @param {{ url: string, isStaged: boolean, isAsync: boolean }} options `url` is the module's own; of a graph that
   *   awaits, Node has to evaluate a shell anew to wait for it
   */
  shellFor(record, module, { url, isStaged, isAsync }) {
    const names = this.#host.namesSeenByNode(module);
    const fitting = this.#of(record).filter((shell) => isEqual(shell.names, names));
    const showing = fitting.find(({ shown }) => shown === module);
    if (showing) return showing;
    const free = isAsync ? undefined : fitting.find((shell) => !shell.isHeldBeyond(() => false));
    const shell = free ?? this.add(record, this.#nextUrl(record, url), names);
    if (isStaged) shell.showStaged(module);
    return shell;
  }

  /**
   * @param {ModuleRecord} record
   * @param {string} url
   */
  at(record, url) {
    return this.#of(record).find((shell) => shell.url === url);
  }

  /**
   * @param {ModuleRecord} record
   * @param {string} url
   * @param {string[]} names
   */
  add(record, url, names) {
    if (!this.#urlCounts.has(record)) this.#urlCounts.set(record, 1);
    const shell = new Shell(url, names, record, this.#host);
    this.#shells.set(record, [...this.#of(record), shell]);
    return shell;
  }

  /** Node keeps what went wrong: the URL is of no use any more. @param {ModuleRecord} record @param {Shell} shell */
  remove(record, shell) {
    const others = this.#of(record).filter((each) => each !== shell);
    this.#shells.set(record, others);
  }

  /**
   * @param {string} filename of a hot module
   * @param {string} importer a cold file
   */
  addImporter(filename, importer) {
    this.#importers.set(filename, (this.#importers.get(filename) ?? new Set()).add(importer));
  }

  /**
   * What a cold importer of a module could not see of its new version: names that came or went.
   *
   * @param {ModuleRecord} record
   * @param {EsModule} module the new version, linked
   * @param {(version: Version) => boolean} isGoing is a version replaced, and asks again?
   * @returns {{ importer: string, names: string[] } | undefined}
   */
  hiddenFromCold(record, module, isGoing) {
    const [importer] = this.#importers.get(record.path) ?? [];
    const shell = this.#of(record).find((each) => each.isHeldBeyond(isGoing));
    if (importer === undefined || !shell) return undefined;
    const before = new Set(shell.names);
    const now = new Set(this.#host.namesSeenByNode(module));
    const names = [
      ...[...now].filter((name) => !before.has(name)),
      ...[...before].filter((name) => !now.has(name)),
    ];
    return names.length > 0 ? { importer, names } : undefined;
  }

  /** @param {Iterable<ModuleRecord>} records that have another version now, or were to have one */
  refresh(records) {
    for (const record of records) for (const shell of this.#of(record)) shell.showCurrent();
  }

  /** @param {ModuleRecord} record */
  #of(record) {
    return this.#shells.get(record) ?? [];
  }

  /**
   * @param {ModuleRecord} record
   * @param {string} url
   */
  #nextUrl(record, url) {
    const count = this.#urlCounts.get(record) ?? 0;
    this.#urlCounts.set(record, count + 1);
    return count === 0 ? url : `${url}?${VIEW}=${count}`;
  }
}

/**
 * @param {string[]} some
 * @param {string[]} others
 */
function isEqual(some, others) {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

exports.Shell = Shell;
exports.Shells = Shells;
exports.VIEW = VIEW;
exports.shellText = shellText;
