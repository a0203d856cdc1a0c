'use strict';

/** Tells what a process has taken: the time, and the most memory that it had at once. */

/** @param {number} startMs on the clock of `performance.now()` */
function tell(startMs) {
  const took = {
    durationMs: performance.now() - startMs,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(`\n${JSON.stringify(took)}\n`);
}

exports.tell = tell;
