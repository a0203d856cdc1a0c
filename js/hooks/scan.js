'use strict';

/** What the text of a hot ES module tells where the module itself is out of reach. */

const fs = require('node:fs');
const { binding, guarded } = require('../native');
const { makeScope } = require('../scope');
const { makeResolveImport } = require('../resolve-import');
const { Tsconfigs } = require('../tsconfigs');
const { Formats } = require('../runtime/formats');
const { exportNames } = require('../runtime/esm/export-names');

/** @param {{ root: string, include: string[], exclude: string[] }} options */
function makeScanner(options) {
  const scope = makeScope(options);
  const formats = new Formats(binding.hasModuleSyntax);
  const tsconfigs = new Tsconfigs();
  const resolveImport = makeResolveImport(tsconfigs);
  const namesHost = {
    formats,
    transform: (/** @type {string} */ source, /** @type {any} */ given) =>
      guarded(() => binding.transform(source, given)),
    resolveImport(/** @type {string} */ importer, /** @type {string} */ specifier) {
      const target = resolveImport(importer, specifier);
      return target?.type === 'file' ? target.path : null;
    },
  };
  return {
    isHotModule: (/** @type {string} */ filename) =>
      scope.isHot(filename) && fs.existsSync(filename) && formats.of(filename) === 'module',
    namesOf: (/** @type {string} */ filename) => [...exportNames(namesHost, filename)].sort(),
  };
}

exports.makeScanner = makeScanner;
