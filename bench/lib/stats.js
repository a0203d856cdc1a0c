'use strict';

/** Medians and percentiles, and the words they are printed in. */

/** @param {number[]} values */
function median(values) {
  return percentile(values, 50);
}

/**
 * The nearest-rank percentile.
 *
 * @param {number[]} values
 * @param {number} percent
 */
function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? NaN;
}

/** @param {number} value in milliseconds */
function ms(value) {
  if (value < 1) return `${value.toFixed(3)} ms`;
  return value < 100 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** @param {number} value */
function times(value) {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ×`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

module.exports = { median, percentile, ms, times, megabytes };
