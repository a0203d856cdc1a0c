'use strict';

/**
 * What `safe-hot/register` starts: the engine, and a watcher for everything. The command line hears through a pipe what
 * it must know.
 */

const path = require('node:path');
const { atExit } = require('../at-exit');

/** The exit status of wrong options, as of a wrong command line. */
const WRONG_USE = 2;

function main() {
  const { takeSettings, openChannel } = require('../supervision');
  const { doNothing, isProduction } = require('../production');
  const settings = takeSettings();
  const channel = settings && openChannel(settings.fd);
  if (isProduction() && !settings?.check) {
    doNothing('register');
    channel?.send({ type: 'unwatched' });
    return;
  }
  try {
    start(settings, channel);
  } catch (error) {
    if (!(error instanceof require('../errors').SafeHotError)) throw error;
    // A save of them starts the program again.
    channel?.send({ type: 'files', files: settingsFiles().map((file) => ({ path: file })) });
    process.stderr.write(`safe-hot: ${error.message} (${error.code})\n`);
    process.exit(WRONG_USE);
  }
}

function settingsFiles() {
  const { configFiles } = require('../config-file');
  const root = require('../options').rootFor();
  return [path.join(root, 'package.json'), ...configFiles(root)];
}

/**
 * @param {import('../supervision').Settings | null} settings of the command line
 * @param {ReturnType<typeof import('../supervision').openChannel> | null} channel to it
 */
function start(settings, channel) {
  const entry = process.argv[1];
  if (entry) require('../ahead').lookAhead(entry);
  const { getEngine } = require('../engine');
  const { binding } = require('../native');
  const engine = getEngine();
  engine.configure(settings?.options ?? {}, { report: 'text' });
  const watcher = engine.watch(null);
  if (settings && entry) engine.hotFiles.addPackageOf(entry);
  engine.expectEntry(entry);
  const { root } = engine.options;
  // Once the program has started: none of that time goes into what is loaded for this.
  watcher.onReady = (ready) => {
    const { answerDoctor } = require('../doctor/answer');
    answerDoctor({ root, entry: ready }, () => require('../diagnose').diagnoseProcess(root));
  };
  if (!settings || !channel) return;
  if (settings.check) {
    require('../check').beginCheck(engine, settings.check, (report) => channel.send(report));
    return;
  }
  watcher.onFiles = (files) => channel.send({ type: 'files', files });
  // At once: a module that kills the process while it evaluates leaves no time for more.
  watcher.onBegin = (file) => channel.send({ type: 'files', files: [{ path: file }] });
  engine.events.on('reload', ({ outcome, changed, evaluated }) => {
    channel.send({ type: 'files', files: [...changed, ...evaluated].map(asItIsNow) });
    if (outcome === 'restart-required') channel.send({ type: 'restart' });
    if (outcome === 'committed') channel.send({ type: 'committed' });
  });
  // What was loaded and not told yet, if the program ends before the watcher stands.
  atExit(() => channel.send({ type: 'files', ...watcher.interests() }));

  /** What the program has seen of a file, taken or refused, starts it no second time. */
  function asItIsNow(/** @type {string} */ relative) {
    const file = path.resolve(engine.options.root, relative);
    const fingerprint = binding.fingerprint(file);
    return fingerprint === null ? { path: file } : { path: file, fingerprint };
  }
}

exports.main = main;
