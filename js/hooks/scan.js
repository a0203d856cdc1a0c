'use strict';

/** What the text of a hot ES module tells where the module itself is out of reach. */

const fs = require('node:fs');
const { binding, guarded } = require('../native');
const { makeScope } = require('../scope');
const { makeResolveImport } = require('../resolve-import');
const { Tsconfigs } = require('../tsconfigs');
const { Formats, transformOptions } = require('../runtime/formats');
const { exportNames } = require('../runtime/esm/export-names');

/** @param {{ root: string, include: string[], exclude: string[] }} options */
function makeScanner(options) {
  const scope = makeScope(options);
  const tsconfigs = new Tsconfigs();
  const formats = new Formats(binding.hasModuleSyntax, tsconfigs);
  const resolveImport = makeResolveImport(tsconfigs);
  /** A broken tsconfig.json is told in the program's own thread, where the module is loaded. */
  const quiet = {
    of(/** @type {string} */ filename) {
      try {
        return tsconfigs.of(filename);
      } catch {
        return undefined;
      }
    },
    compilesJsxInJs: (/** @type {string} */ filename) => tsconfigs.compilesJsxInJs(filename),
  };
  const namesHost = {
    formats,
    transform(/** @type {string} */ source, /** @type {string} */ filename) {
      const options = transformOptions(filename, source, formats.of(filename, source), quiet);
      return guarded(() => binding.transform(source, options));
    },
    resolveImport(/** @type {string} */ importer, /** @type {string} */ specifier) {
      const target = resolveImport(importer, specifier);
      return target?.type === 'file' ? target.path : null;
    },
  };
  /** What cold files import by declarations: they are read once, as by Node. @type {Map<string, Set<string>>} */
  const declared = new Map();
  const declaredIn = (/** @type {string} */ filename) => {
    const source = textOf(filename);
    if (source === undefined || formats.of(filename, source) !== 'module') return new Set();
    const { requests = [] } = /** @type {any} */ (namesHost.transform(source, filename));
    return new Set(requests.map((/** @type {any} */ request) => request.specifier));
  };
  return {
    isHotModule: (/** @type {string} */ filename) =>
      scope.isHot(filename) && fs.existsSync(filename) && formats.isOurs(filename),
    namesOf: (/** @type {string} */ filename) => [...exportNames(namesHost, filename)].sort(),
    /** Is it an `import` declaration by which a cold file asks for a module? It sees that one for good. */
    importsForGood(/** @type {string} */ filename, /** @type {string} */ specifier) {
      const known = declared.get(filename) ?? declaredIn(filename);
      declared.set(filename, known);
      return known.has(specifier);
    },
  };
}

/** What is imported on the command line is imported by the working folder. @param {string} filename */
function textOf(filename) {
  try {
    return fs.readFileSync(filename, 'utf8');
  } catch {
    return undefined;
  }
}

exports.makeScanner = makeScanner;
