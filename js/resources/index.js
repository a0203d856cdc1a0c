'use strict';

/** Begins to see what the program makes, each kind in a file of its own. */

const builtins = require('./builtins');
const handles = require('./handles');
const listeners = require('./listeners');
const ownership = require('./ownership');
const reads = require('./reads');
const sockets = require('./sockets');
const timers = require('./timers');

/**
 * @typedef {object} OwnHost
 * @property {(filePath: string) => import('../runtime/record').Version | undefined} versionOfFile
 * @property {() => number} graceMs how long what must end may take, in milliseconds
 *
 * @typedef {OwnHost & import('./reads').ReadsHost} ResourcesHost
 */

/** @param {ResourcesHost} host */
function installResources(host) {
  const { versionOfFile, graceMs } = host;
  ownership.setVersionLookup(versionOfFile);
  listeners.install(handles.onConstruct);
  handles.install(graceMs);
  sockets.install(graceMs);
  timers.install(graceMs);
  reads.install(host);
  builtins.install(timers.timerModuleForCaller);
}

exports.installResources = installResources;
