'use strict';

/** Writes what a run measured into `bench/README.md`: one section a bench, between two marks. */

const fs = require('node:fs');
const path = require('node:path');

const README = path.join(__dirname, '..', 'README.md');

/**
 * @typedef {object} Budget
 * @property {string} budget as the design has it
 * @property {string} measured
 * @property {boolean} isMet
 *
 * @typedef {object} Result
 * @property {string} setting how it was measured: numbers of runs and modules
 * @property {string[][]} rows of the table, the head first
 * @property {{ caption: string, rows: string[][] }} [second] a second table, after the first
 * @property {Budget[]} budgets
 * @property {{ name: string, svg: string }} [plot] a file beside the README
 */

/**
 * @param {string} name
 * @param {Result} result
 */
function writeSection(name, result) {
  const text = fs.readFileSync(README, 'utf8');
  const [begin, end] = [`<!-- ${name}: written by the run -->`, `<!-- ${name}: end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`bench/README.md has no marks for ${name}`);
  const section = `${begin}\n\n${sectionOf(result)}\n`;
  fs.writeFileSync(README, text.slice(0, from) + section + text.slice(to));
  const { plot } = result;
  if (plot) fs.writeFileSync(path.join(path.dirname(README), plot.name), plot.svg);
}

/** @param {Result} result */
function sectionOf({ setting, rows, second, budgets }) {
  const parts = [`Node ${process.versions.node}; ${setting}.`, table(rows)];
  if (second) parts.push(`${second.caption}:`, table(second.rows));
  if (budgets.length > 0) {
    const head = ['budget', 'measured', 'met'];
    const body = budgets.map(({ budget, measured, isMet }) => [
      budget,
      measured,
      isMet ? 'yes' : '**no**',
    ]);
    parts.push(table([head, ...body]));
  }
  return `${parts.join('\n\n')}\n`;
}

/** @param {string[][]} rows the head first */
function table([head = [], ...body]) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

module.exports = { writeSection, sectionOf };
