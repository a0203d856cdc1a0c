'use strict';

const { NODE_LINES } = require('../../scripts/node-lines');

const [MAJOR] = process.versions.node.split('.').map(Number);

/** Whether this is the oldest line of Node, which every machine of the project has. */
const isLowestLine = MAJOR === NODE_LINES[0];

/**
 * For tests of what does not depend on the line of Node: the lowest one runs them for all, so that four lines do not take
 * four times as long.
 *
 * @type {Mocha.TestFunction | Mocha.PendingTestFunction}
 */
const itOnOneLine = isLowestLine ? it : it.skip;

exports.isLowestLine = isLowestLine;
exports.itOnOneLine = itOnOneLine;
