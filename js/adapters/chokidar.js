'use strict';

/** A watcher opens and closes handles as files come and go. */

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'chokidar',
  client: {
    what: 'watcher',
    members: ['unwatch', 'getWatched', 'close'],
    end: (watcher) => watcher.close(),
  },
};
