'use strict';

/*
 * Loaded into a program before it: at SIGUSR2, or PROBE_SIGNAL, it says, as one line, what the process holds. Works in a
 * program that is run by the command line, which a test cannot ask otherwise.
 */

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const turn = setImmediate;

process.on(process.env.PROBE_SIGNAL ?? 'SIGUSR2', () => collectAndSay(10));

function collectAndSay(rounds) {
  collect();
  if (rounds > 0) turn(collectAndSay, rounds - 1);
  else process.stdout.write(`holds ${JSON.stringify(holdings())}\n`);
}

function holdings() {
  const { versions } = require(path.join(__dirname, '..', '..'));
  const signals = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  return {
    // To collect garbage is to make immediates: the addon's values end in them.
    active: countEach(process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate')),
    listeners: Object.fromEntries(signals.sort()),
    watches: watchCount(),
    stale: versions()
      .filter(({ state }) => state !== 'current')
      .map((each) => `${path.basename(each.path)}@${each.version}`),
  };
}

function countEach(names) {
  const counts = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What the kernel watches for this process. */
function watchCount() {
  if (process.platform !== 'linux') return 0;
  const folder = '/proc/self/fdinfo';
  return fs
    .readdirSync(folder)
    .map((fd) => textOf(path.join(folder, fd)).match(/^inotify wd/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
