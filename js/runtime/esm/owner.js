'use strict';

/** The version of a file that an ES module stands for. */

/**
 * @typedef {import('./module').EsModule} EsModule
 * @typedef {import('../record').Version} Version
 */

/**
 * @param {import('./module').Module} module
 * @returns {Version | undefined} undefined for what is no file, or only a draft
 */
function ownerOf(module) {
  return 'owner' in module ? /** @type {Version | undefined} */ (module.owner) : undefined;
}

/** @param {EsModule} module that the loader has made @returns {Version} */
function versionOf(module) {
  return /** @type {Version} */ (module.owner);
}

exports.ownerOf = ownerOf;
exports.versionOf = versionOf;
