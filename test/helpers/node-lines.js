'use strict';

/**
 * For tests of what does not depend on the line of Node: the oldest one, which every machine of the project has, runs them
 * for all, so that four lines do not take four times as long.
 *
 * @type {Mocha.TestFunction | Mocha.PendingTestFunction}
 */
const itOnOneLine = process.versions.node.startsWith('20.') ? it : it.skip;

exports.itOnOneLine = itOnOneLine;
