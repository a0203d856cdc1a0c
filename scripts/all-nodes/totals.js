'use strict';

/**
 * How many tests ended how.
 *
 * @typedef {object} Totals
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} failures what failed, and why
 */

/** @type {Totals} */
const NOTHING = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** @param {Totals[]} all @returns {Totals} */
function addUp(all) {
  return all.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
      failures: [...sum.failures, ...each.failures],
    }),
    NOTHING,
  );
}

/** @param {Omit<Totals, 'failures'>} totals */
function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

exports.NOTHING = NOTHING;
exports.addUp = addUp;
exports.inWords = inWords;
