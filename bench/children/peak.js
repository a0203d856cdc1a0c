'use strict';

/** Tells what a process has taken: the time, that of the processor, and the most memory that it had at once. */

const before = process.cpuUsage();

/** @param {number} startMs on the clock of `performance.now()` */
function tell(startMs) {
  const { user, system } = process.cpuUsage(before);
  const took = {
    durationMs: performance.now() - startMs,
    processorMs: (user + system) / 1_000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(`\n${JSON.stringify(took)}\n`);
}

exports.tell = tell;
