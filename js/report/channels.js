'use strict';

/** Where reports go: listeners of `on()`, a diagnostics channel, and standard error. */

const diagnosticsChannel = require('node:diagnostics_channel');

/** @typedef {import('../types').Report} Report */

const channel = diagnosticsChannel.channel('safe-hot');

/**
 * Writes a report to standard error as the option says. What cannot be written is left out: a closed terminal must
 * not end the program.
 *
 * @param {Report} report
 * @param {'text' | 'json' | 'none'} format
 */
function print(report, format) {
  if (format === 'none') return;
  const text = format === 'json' ? JSON.stringify(report) : asText(report);
  try {
    process.stderr.write(`${text}\n`);
  } catch {
    // Nothing to tell it to.
  }
}

/** Loaded when there is something to say. @param {Report} report */
function asText(report) {
  return require('./text').textOf(report, { color: hasColor() });
}

function hasColor() {
  return process.stderr.isTTY === true && !process.env['NO_COLOR'];
}

/** @param {Report} report */
function publishToChannel(report) {
  if (channel.hasSubscribers) channel.publish(report);
}

exports.print = print;
exports.publishToChannel = publishToChannel;
