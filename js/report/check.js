'use strict';

/** What `safe-hot check` found, as a table, and below it who holds what is retained. */

const { diagnosisText } = require('./diagnosis');

/**
 * @typedef {import('../types').CheckReport} CheckReport
 * @typedef {import('../types').CheckedModule} CheckedModule
 */

const HEAD = ['module', 'evaluated', 'disposed', 'left over', 'retained'];

/**
 * @param {CheckReport} report
 * @returns {string} lines, with the last line's end
 */
function checkText(report) {
  const { modules, diagnoses } = report;
  const parts = [table([HEAD, ...modules.map(row)])];
  const errors = modules.flatMap(({ path, error }) =>
    error ? [`${path} could not be reloaded: ${error.message} (${error.code})\n`] : [],
  );
  if (errors.length > 0) parts.push(errors.join(''));
  if (diagnoses.length > 0) parts.push(diagnosisText(diagnoses));
  return `${[...parts, verdict(report)].join('\n')}`;
}

/** @param {CheckedModule} module */
function row({ path, evaluated, disposed, left, retained }) {
  return [
    path,
    String(evaluated),
    listed(disposed.map(({ kind, count }) => counted(kind, count))),
    listed(countedNames(left)),
    retained.length > 0 ? counted('version', retained.length) : '–',
  ];
}

/** @param {CheckReport} report */
function verdict({ entry, rounds, durationMs, isSafe, modules, unchecked }) {
  const bad = modules.filter(
    ({ left, retained, error }) => left.length + retained.length > 0 || error,
  );
  const how = `${counted('module', modules.length)}, ${counted('reload', rounds)} each, in ${(durationMs / 1_000).toFixed(1)} s`;
  if (isSafe) return `✓ ${entry} is safe to reload: ${how}\n`;
  const why = [
    ...(modules.length === 0 ? ['it has no hot module'] : []),
    ...(bad.length > 0 ? [`${bad.length} of ${how}`] : []),
    ...(unchecked.length > 0 ? [`no time was left for ${listed(unchecked)}`] : []),
  ];
  return `✗ ${entry} is not safe to reload: ${why.join('; ')}\n`;
}

/** @param {string[]} names the same one several times */
function countedNames(names) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count > 1 ? `${name} (${count} ×)` : name));
}

/** @param {string} noun @param {number} count */
function counted(noun, count) {
  const plural = noun.replace(/(s|ch)?( process)?$/, (end) => (end ? `${end}es` : 's'));
  return `${count} ${count === 1 ? noun : plural}`;
}

/** @param {string[]} list */
function listed(list) {
  return list.length > 0 ? list.join(', ') : '–';
}

/** @param {string[][]} rows */
function table(rows) {
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => pad(cell, widths[column] ?? 0, column))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Numbers stand to the right. @param {string} cell @param {number} width @param {number} column */
function pad(cell, width, column) {
  return column === 1 ? cell.padStart(width) : cell.padEnd(width);
}

exports.checkText = checkText;
