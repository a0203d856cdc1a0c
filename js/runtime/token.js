'use strict';

/**
 * The token of a version: an object that lives exactly as long as any of its code is reachable. In a heap snapshot it
 * names the version, so every field is a string: a snapshot has no numbers. The analysis in `src/heap/` knows the class
 * by its name, and the fields by theirs.
 */

class SafeHotVersion {
  path = '';
  version = '';
  /** @type {import('./record').VersionState} */
  state = 'staged';
}

exports.SafeHotVersion = SafeHotVersion;
