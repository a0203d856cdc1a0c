'use strict';

/**
 * What a start does without, loaded once the program has started: no reload is to wait for it, nor to get it out of a
 * package that has been replaced on the disk by then.
 */

/** @param {boolean} hasEsModules has the program any? */
function loadAll(hasEsModules) {
  require('./report/channels');
  require('./report/frame');
  require('./resources/disposal');
  require('./resources/forward');
  require('./resources/succession');
  require('./resources/upgrades');
  require('./runtime/cjs/compile');
  require('./runtime/cjs/native-import');
  require('./runtime/cjs/real-paths');
  if (!hasEsModules) return;
  require('./runtime/esm/common-js');
  require('./runtime/esm/dynamic-import');
  require('./runtime/esm/export-names');
  require('./runtime/esm/node-meta');
  require('./runtime/esm/staying');
}

exports.loadAll = loadAll;
