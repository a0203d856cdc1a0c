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
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 */

/** The text of a shell calls this on the engine. */
const OPEN = 'openShell';

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

/** The names of a linked module, those of `export *` included. @param {EsModule} module */
function namesOf(module) {
  return new Resolver().namespaceEntries(module).map(([name]) => name);
}

/** One for each evaluation of a shell's text: a query makes Node evaluate it again. */
class Shell {
  /** @type {import('./environment').Link[]} */
  #links = [];
  /** @type {(index: number, value: unknown) => void} */
  #write = () => {};

  /**
   * @param {string[]} names
   * @param {() => EsModule | null | undefined} current
   * @param {Promise<void> | undefined} promise while the graph awaits
   */
  constructor(names, current, promise) {
    this.names = names;
    this.promise = promise;
    this.current = current;
  }

  /** @param {(index: number, value: unknown) => void} write sets a variable of the shell */
  connect(write) {
    this.#write = write;
    this.refresh();
  }

  /** The current version is another one. */
  refresh() {
    for (const link of this.#links.splice(0)) link.remove();
    const module = this.current();
    if (!module) return;
    const entries = new Map(new Resolver().namespaceEntries(module));
    this.names.forEach((name, index) => {
      const resolution = entries.get(name);
      if (!resolution) this.#write(index, undefined);
      else if (resolution.slot === NAMESPACE) this.#write(index, namespaceOf(resolution.module));
      else this.#links.push(resolution.module.environment.link(resolution.slot, this, index));
    });
  }

  /**
   * Called by the links.
   *
   * @param {number} index
   * @param {unknown} value
   */
  write(index, value) {
    this.#write(index, value);
  }
}

class Shells {
  /** @type {Map<ModuleRecord, Shell[]>} */
  #shells = new Map();
  /** Files of cold modules that import them. @type {Map<string, Set<string>>} */
  #importers = new Map();

  /**
   * @param {ModuleRecord} record
   * @param {string[]} names
   * @param {Promise<void> | undefined} promise
   */
  open(record, names, promise) {
    const shell = new Shell(names, () => record.current?.esm, promise);
    this.#shells.set(record, [...(this.#shells.get(record) ?? []), shell]);
    return shell;
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
   * @returns {{ importer: string, names: string[] } | undefined}
   */
  hiddenFromCold(record, module) {
    const [importer] = this.#importers.get(record.path) ?? [];
    const [shell] = this.#shells.get(record) ?? [];
    if (importer === undefined || !shell) return undefined;
    const before = new Set(shell.names);
    const now = new Set(namesOf(module));
    const names = [
      ...[...now].filter((name) => !before.has(name)),
      ...[...before].filter((name) => !now.has(name)),
    ];
    return names.length > 0 ? { importer, names } : undefined;
  }

  /** @param {Iterable<ModuleRecord>} records that have another version now */
  refresh(records) {
    for (const record of records)
      for (const shell of this.#shells.get(record) ?? []) shell.refresh();
  }
}

exports.Shells = Shells;
exports.namesOf = namesOf;
exports.shellText = shellText;
