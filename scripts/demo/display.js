'use strict';

/* How the demo looks: plain text, with colour only where a person sees it. */

const { styleText } = require('node:util');

const INDENT = '     ';
const hasColour = process.stdout.isTTY && !process.env.NO_COLOR;

/**
 * @param {Parameters<typeof styleText>[0]} style
 * @param {string} text
 */
function paint(style, text) {
  return hasColour ? styleText(style, text) : text;
}

/** @param {string} [line] */
function print(line = '') {
  process.stdout.write(`${line}\n`);
}

/** @param {string} text may have several lines */
function printIndented(text) {
  for (const line of text.split('\n')) print(INDENT + line);
}

/**
 * @param {number} number
 * @param {{ file: string, title: string }} step
 */
function printHeading(number, { file, title }) {
  print();
  print(`${paint('bold', `${String(number).padStart(3)}  ${file}`)}  ${paint('dim', title)}`);
}

/**
 * The lines that an edit takes and gives.
 *
 * @param {string} before
 * @param {string} after
 */
function printDiff(before, after) {
  const [old, young] = [before.split('\n'), after.split('\n')];
  const taken = old.filter((line) => !young.includes(line));
  const given = young.filter((line) => !old.includes(line));

  for (const line of taken) printIndented(paint('red', `- ${line.trim()}`));
  for (const line of given) printIndented(paint('green', `+ ${line.trim()}`));
}

/** @param {string[]} facts what is known of a step that went as it should */
function printOutcome(facts) {
  const [first = '', ...rest] = facts;
  printIndented([paint('green', `✓ ${first}`), ...rest].join(' · '));
}

/** @param {number} value */
function milliseconds(value) {
  return `${value.toFixed(1)} ms`;
}

/** @param {number} sizeBytes */
function megabytes(sizeBytes) {
  return `${(sizeBytes / 1024 / 1024).toFixed(0)} MB`;
}

/** @param {number[]} values at least one */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

module.exports = {
  median,
  megabytes,
  milliseconds,
  paint,
  print,
  printDiff,
  printHeading,
  printIndented,
  printOutcome,
};
