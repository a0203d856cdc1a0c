'use strict';

/** The line between hot and cold, as options draw it. */

const path = require('node:path');
const { binding, guarded, fromNative } = require('./native');

const OWN_FOLDER = path.dirname(__dirname);

/**
 * @param {Pick<import('./types').EngineOptions, 'root' | 'include' | 'exclude'>} options
 * @throws {import('./errors').SafeHotError} ERR_SAFE_HOT_BAD_GLOB
 */
function makeScope({ root, include, exclude }) {
  const outcome = guarded(() =>
    binding.createScope({ root, include, exclude, ownFolder: OWN_FOLDER }),
  );
  if (outcome.type === 'failed') throw fromNative(outcome.error);
  return outcome.scope;
}

exports.makeScope = makeScope;
