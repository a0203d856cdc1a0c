'use strict';

const fs = require('node:fs');
const { reporters } = require('mocha');
const { inWords } = require('./totals');

/**
 * One line for each group of tests; a failure is told at once, and at the end as mocha prints it. Totals, and the
 * failures again, go to the file that SAFE_HOT_TEST_TOTALS names.
 */
class Compact extends reporters.Base {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    let startMs = 0;
    /** @type {import('./totals').Totals} */
    let atStart = this.#totals();

    runner.on('suite', (suite) => {
      if (!suite.parent?.root) return;
      startMs = performance.now();
      atStart = this.#totals();
    });
    runner.on('fail', (test, error) => console.log(`FAILED ${test.fullTitle()}: ${error.message}`));
    runner.on('suite end', (suite) => {
      if (!suite.parent?.root) return;
      const { passed, failed, skipped } = this.#totals();
      const counts = {
        passed: passed - atStart.passed,
        failed: failed - atStart.failed,
        skipped: skipped - atStart.skipped,
      };
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      console.log(`${suite.title.padEnd(40)} ${inWords(counts)}, ${seconds} s`);
    });
    runner.once('end', () => {
      this.epilogue();
      const { SAFE_HOT_TEST_TOTALS: file } = process.env;
      if (file) fs.writeFileSync(file, JSON.stringify(this.#totals()));
    });
  }

  /** @returns {import('./totals').Totals} */
  #totals() {
    const { passes, failures, pending } = this.stats;
    const what = this.failures.map((test) => `${test.fullTitle()}: ${test.err?.message}`);
    return { passed: passes, failed: failures, skipped: pending, failures: what };
  }
}

module.exports = Compact;
