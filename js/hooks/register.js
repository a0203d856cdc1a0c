'use strict';

/**
 * `node -r safe-hot/register app.js`, or `--import`: hot reload for a program that knows nothing of it. The command
 * line starts its program with this too.
 */

const { loadOwn } = require('../own-code');

/** Without loading what threads need, where there is no other: Node marks the functions that only the first one has. */
function isMainThread() {
  const { disabled } = /** @type {any} */ (process.chdir);
  return !disabled || require('node:worker_threads').isMainThread;
}

if (isMainThread()) {
  /** @type {typeof import('./start')} */
  const { main } = loadOwn('hooks/start.js');
  main();
}
