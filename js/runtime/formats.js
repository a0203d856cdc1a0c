'use strict';

/**
 * What a file is to Node: an ES module, CommonJS or JSON. By its extension, then by the `type` of the nearest
 * `package.json`, then, where that says nothing, by its text.
 */

const path = require('node:path');
const { readText } = require('./read-text');

/**
 * @typedef {'module' | 'commonjs' | 'json' | 'other'} Format
 * @typedef {'js' | 'jsx' | 'ts' | 'tsx'} Language
 */

/** @type {Record<string, { format: Format | undefined, language: Language }>} */
const EXTENSIONS = {
  '.js': { format: undefined, language: 'js' },
  '.mjs': { format: 'module', language: 'js' },
  '.cjs': { format: 'commonjs', language: 'js' },
  '.jsx': { format: undefined, language: 'jsx' },
  '.ts': { format: undefined, language: 'ts' },
  '.mts': { format: 'module', language: 'ts' },
  '.cts': { format: 'commonjs', language: 'ts' },
  '.tsx': { format: undefined, language: 'tsx' },
  '.json': { format: 'json', language: 'js' },
};

/** What only an ES module may say has one of these words. */
const MODULE_WORDS = /\b(?:import|export|await)\b/;

class Formats {
  /** By folder; a change of `type` asks for a restart. @type {Map<string, string | undefined>} */
  #types = new Map();
  #hasModuleSyntax;

  /** @param {(source: string, filename: string) => boolean} hasModuleSyntax */
  constructor(hasModuleSyntax) {
    this.#hasModuleSyntax = hasModuleSyntax;
  }

  /**
   * @param {string} filename absolute
   * @param {string} [text] where it is known already
   * @param {boolean} [isModuleText] where it is known already that the text is, or is not, that of an ES module
   * @returns {Format}
   */
  of(filename, text, isModuleText) {
    const declared = this.declared(filename);
    if (declared) return declared;
    if (isModuleText !== undefined) return isModuleText ? 'module' : 'commonjs';
    const source = text ?? readText(filename);
    if (!MODULE_WORDS.test(source)) return 'commonjs';
    return this.#hasModuleSyntax(source, filename) ? 'module' : 'commonjs';
  }

  /**
   * @param {string} filename absolute
   * @returns {Format | undefined} undefined where its text decides
   */
  declared(filename) {
    const known = EXTENSIONS[path.extname(filename)];
    if (!known) return 'other';
    if (known.format) return known.format;
    const type = this.#typeOf(path.dirname(filename));
    return type === 'module' || type === 'commonjs' ? type : undefined;
  }

  /** @param {string} folder */
  #typeOf(folder) {
    if (!this.#types.has(folder)) this.#types.set(folder, this.#readType(folder));
    return this.#types.get(folder);
  }

  /**
   * @param {string} folder
   * @returns {string | undefined}
   */
  #readType(folder) {
    try {
      return JSON.parse(readText(path.join(folder, 'package.json'))).type;
    } catch {
      const parent = path.dirname(folder);
      const isEnd = parent === folder || path.basename(folder) === 'node_modules';
      return isEnd ? undefined : this.#typeOf(parent);
    }
  }
}

/** @param {string} filename @returns {Language} */
function languageOf(filename) {
  return EXTENSIONS[path.extname(filename)]?.language ?? 'js';
}

exports.Formats = Formats;
exports.languageOf = languageOf;
