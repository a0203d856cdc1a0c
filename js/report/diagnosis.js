'use strict';

/** Diagnoses as text: versions of a module that have the same holders are one paragraph. */

const { sizeText } = require('./size');

/** @typedef {import('../types').Diagnosis} Diagnosis */

/** How many versions are named before it says how many more there are. */
const MOST_VERSIONS = 5;

/**
 * @param {Diagnosis[]} diagnoses
 * @returns {string} lines, with the last line's end
 */
function diagnosisText(diagnoses) {
  if (diagnoses.length === 0) return 'No old version is reachable.\n';
  return [...groupsOf(diagnoses).values()].map(paragraph).join('\n');
}

/** @param {Diagnosis[]} diagnoses */
function groupsOf(diagnoses) {
  /** @type {Map<string, Diagnosis[]>} */
  const groups = new Map();
  for (const diagnosis of diagnoses) {
    // Each version has a place of its own in a list.
    const holders = diagnosis.holders.map(({ text }) => text.replace(/\[\d+\]/g, '[]'));
    const key = JSON.stringify([diagnosis.path, holders]);
    const group = groups.get(key);
    if (group) group.push(diagnosis);
    else groups.set(key, [diagnosis]);
  }
  return groups;
}

/** @param {Diagnosis[]} group not empty */
function paragraph(group) {
  const [{ path, holders, dominator }] = /** @type {[Diagnosis]} */ (group);
  const bytes = group.reduce((sum, { retainedBytes }) => sum + retainedBytes, 0);
  const size = `, ${sizeText(bytes)}`;
  const head = `${path}${versionsText(group)} ${group.length > 1 ? 'are' : 'is'} still reachable${size}`;
  const lines = holders.flatMap(({ text, advice }) => [`  ${text}`, `    ${advice}`]);
  // One holder says it itself.
  const shared =
    holders.length > 1 && dominator !== null ? [`  All of it is under ${dominator}`] : [];
  return `${[head, ...lines, ...shared].join('\n')}\n`;
}

/** @param {Diagnosis[]} group */
function versionsText(group) {
  const numbers = group.flatMap(({ version }) => version ?? []).sort((a, b) => a - b);
  if (numbers.length === 0) {
    return group.length > 1 ? `: ${group.length} old module objects` : ': an old module object';
  }
  const shown = numbers.slice(0, MOST_VERSIONS).map((number) => `@${number}`);
  const more = numbers.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

exports.diagnosisText = diagnosisText;
