'use strict';

/** Modules that stay as a stage is committed, and go on with the new version of what they import. */

const { prepareRepoint } = require('./repoint');

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('./module').Module} Module
 * @typedef {import('../record').ModuleRecord} ModuleRecord
 * @typedef {{ from: Module, importers: EsModule[] }} Staying
 */

class StayingModules {
  #overlay;
  #imports;

  /**
   * @param {import('../registry').Overlay} overlay
   * @param {import('./imports').Imports} imports
   */
  constructor(overlay, imports) {
    this.#overlay = overlay;
    this.#imports = imports;
  }

  /**
   * Finds out whether they can go on with the new versions.
   *
   * @returns {() => void} makes them
   * @throws {SyntaxError} one of them needs an export that is no more
   */
  prepareRepoint() {
    const moves = [...this.#overlay.versions.values()].flatMap((version) => {
      const to = () => version.esm ?? this.#imports.replacedRequired(version);
      const strict = () =>
        version.esm && !version.esm.commonJs ? version.esm : this.#imports.replaced(version);
      return [
        ...movesOf(this.importing(version.record), strict),
        ...movesOf(this.#requiring(version.record), to),
      ];
    });
    return prepareRepoint(moves, (module) => this.has(module));
  }

  /** @param {EsModule} module */
  has(module) {
    // A draft has none.
    const owner = /** @type {import('../record').Version | undefined} */ (module.owner);
    return owner?.state === 'current' && !this.#isReplaced(owner.record);
  }

  /**
   * Those that import a module, whose names have to be there.
   *
   * @param {ModuleRecord} record that is replaced
   * @returns {Staying | undefined}
   */
  importing({ current }) {
    const isLinked = current?.esm && !current.esm.commonJs;
    const from = isLinked ? current.esm : current && this.#imports.known(current.module);
    return this.#among(from, (each) => !each.commonJs);
  }

  /**
   * The same for importers that are CommonJS themselves: nothing that they import has to be there.
   *
   * @param {ModuleRecord} record
   * @returns {Staying | undefined}
   */
  #requiring({ current }) {
    const from = current && (current.esm ?? this.#imports.knownRequired(current.module));
    return this.#among(from, (each) => each.commonJs !== null);
  }

  /**
   * @param {Module | null | undefined} from
   * @param {(importer: EsModule) => boolean} isMeant
   * @returns {Staying | undefined} undefined if there are none
   */
  #among(from, isMeant) {
    const all = [...(from?.importers ?? [])];
    const importers = all.filter((each) => isMeant(each) && this.has(each));
    return from && importers.length > 0 ? { from, importers } : undefined;
  }

  /** Does the version that serves go with the stage? @param {ModuleRecord} record */
  #isReplaced(record) {
    const { planned, versions, cutOff } = this.#overlay;
    return planned.has(record) || versions.has(record) || cutOff.has(record);
  }
}

/**
 * @param {Staying | undefined} staying
 * @param {() => Module} to
 * @returns {import('./repoint').Move[]}
 */
function movesOf(staying, to) {
  if (!staying) return [];
  const next = to();
  return staying.importers.map((importer) => ({ importer, from: staying.from, to: next }));
}

exports.StayingModules = StayingModules;
