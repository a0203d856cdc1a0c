'use strict';

/** What a version's hot context means for the module graph. */

/**
 * @param {import('../runtime/record').Version} version with a hot context
 * @returns {import('../binding').NativeGraphChange}
 */
function hotFlags({ record, hot }) {
  const context = /** @type {import('../runtime/hot-context').HotContext} */ (hot);
  const ids = (/** @type {Iterable<import('../runtime/record').ModuleRecord>} */ records) =>
    [...records].map(({ id }) => id);
  return {
    type: 'hot',
    id: record.id,
    accepts: ids(context.accepted.keys()),
    selfAccepts: context.selfAccepts,
    declines: ids(context.declined),
    selfDeclines: context.selfDeclines,
  };
}

exports.hotFlags = hotFlags;
