'use strict';

/**
 * What a file is to Node: an ES module, CommonJS or JSON. By its extension, then by the `type` of the nearest
 * `package.json`, then by what TypeScript makes of it, then, where nothing says so, by its text.
 */

const path = require('node:path');
const { derived } = require('./kept');
const { readText } = require('./read-text');

/**
 * @typedef {'module' | 'commonjs' | 'commonjs-typescript' | 'json' | 'other'} Format `commonjs-typescript`, Node's own
 *   word, is what TypeScript compiles to CommonJS
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
  '.cts': { format: 'commonjs-typescript', language: 'ts' },
  '.tsx': { format: undefined, language: 'tsx' },
  '.json': { format: 'json', language: 'js' },
};

/** What only an ES module may say has one of these words. */
const MODULE_WORDS = /\b(?:import|export|await)\b/;

/** Most JavaScript has nothing like it, so that no tsconfig.json is looked for. */
const MAYBE_JSX = /<[\w$>]/;

class Formats {
  /** By folder; a change of `type` asks for a restart. @type {Map<string, string | undefined>} */
  #types = new Map();
  #hasModuleSyntax;
  #tsconfigs;

  /**
   * @param {(source: string, filename: string) => boolean} hasModuleSyntax
   * @param {import('../tsconfigs').Tsconfigs} tsconfigs
   */
  constructor(hasModuleSyntax, tsconfigs) {
    this.#hasModuleSyntax = hasModuleSyntax;
    this.#tsconfigs = tsconfigs;
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
    if (this.#isModule(filename, text)) return 'module';
    return languageOf(filename) === 'js' ? 'commonjs' : 'commonjs-typescript';
  }

  /**
   * @param {string} filename
   * @param {string | undefined} given its text; undefined for that of the file, of which a start before may have kept what counts
   */
  #isModule(filename, given) {
    /** @type {typeof derived} */
    const follows = (file, name, derive) =>
      given === undefined ? derived(file, name, derive) : derive(given);
    const { isModule, maybeJsx } = follows(filename, 'format', (text) => {
      const hasWords = MODULE_WORDS.test(text);
      return {
        isModule: hasWords && this.#hasModuleSyntax(text, filename),
        maybeJsx: hasWords && MAYBE_JSX.test(text),
      };
    });
    if (!isJsxFile(filename, maybeJsx, this.#tsconfigs)) return isModule;
    return follows(filename, 'isModuleAsJsx', (text) =>
      this.#hasModuleSyntax(text, `${filename}x`),
    );
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
    if (type === 'module') return type;
    if (known.language === 'js') return type === 'commonjs' ? type : undefined;
    const isCommonJs = type === 'commonjs' || this.#tsconfigs.compilesToCommonJs(filename);
    return isCommonJs ? 'commonjs-typescript' : undefined;
  }

  /**
   * Is it evaluated by us, rather than by Node's loader? Its text has to be made anew, or Node could not let it go.
   *
   * @param {string} filename absolute
   * @param {string} [text] where it is known already
   */
  isOurs(filename, text) {
    return isOurs(this.of(filename, text));
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

/**
 * A `.js` file may be more than JavaScript, where a tsconfig.json says how JSX in it is compiled.
 *
 * @param {string} filename
 * @param {string} source
 * @param {Pick<import('../tsconfigs').Tsconfigs, 'compilesJsxInJs'>} tsconfigs
 */
function languageIn(filename, source, tsconfigs) {
  const isJsx = isJsxFile(filename, MAYBE_JSX.test(source), tsconfigs);
  return isJsx ? 'jsx' : languageOf(filename);
}

/**
 * @param {string} filename
 * @param {boolean} maybeJsx as its text says
 * @param {Pick<import('../tsconfigs').Tsconfigs, 'compilesJsxInJs'>} tsconfigs
 */
function isJsxFile(filename, maybeJsx, tsconfigs) {
  return filename.endsWith('.js') && maybeJsx && tsconfigs.compilesJsxInJs(filename);
}

/** @param {Format | undefined} format */
function isOurs(format) {
  return format === 'module' || format === 'commonjs-typescript';
}

/**
 * What the native transform is to know of a file.
 *
 * @param {string} filename
 * @param {string} source
 * @param {Format} format
 * @param {Pick<import('../tsconfigs').Tsconfigs, 'of' | 'compilesJsxInJs'>} tsconfigs
 * @returns {import('../binding').NativeTransformOptions}
 * @throws {SafeHotError} ERR_SAFE_HOT_TSCONFIG
 */
function transformOptions(filename, source, format, tsconfigs) {
  const language = languageIn(filename, source, tsconfigs);
  // Plain JavaScript has none.
  const compilerOptions = language === 'js' ? undefined : tsconfigs.of(filename)?.options;
  return {
    path: filename,
    language,
    kind: format === 'commonjs-typescript' ? 'compiled' : 'module',
    ...(compilerOptions ? { compilerOptions } : {}),
  };
}

exports.transformOptions = transformOptions;
exports.Formats = Formats;
exports.isOurs = isOurs;
exports.languageOf = languageOf;
