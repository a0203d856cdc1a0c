'use strict';

const fs = require('node:fs');
const { reporters } = require('mocha');

/** Mocha's `spec` reporter, which also writes the totals to the file that SAFE_HOT_TEST_TOTALS names. */
class SpecWithTotals extends reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const { SAFE_HOT_TEST_TOTALS: file } = process.env;
    if (file) runner.once('end', () => fs.writeFileSync(file, JSON.stringify(this.#totals())));
  }

  #totals() {
    const { passes, failures, pending } = this.stats;
    return { passed: passes, failed: failures, skipped: pending };
  }
}

module.exports = SpecWithTotals;
