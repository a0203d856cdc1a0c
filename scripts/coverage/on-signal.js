'use strict';

/*
 * Tests end most programs that they start by a signal, and Node writes no coverage of a program that a signal ends. What
 * was reached until then is written, and the signal does what it does without us.
 */

const v8 = require('node:v8');

process.once('SIGTERM', () => {
  v8.takeCoverage();
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
});
