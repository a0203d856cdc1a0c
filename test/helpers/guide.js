'use strict';

/* Reads what the guide shows: the files of a section by name, what to run, and what to change. */

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./cli-app');

const GUIDE = path.join(ROOT, 'docs', 'guide');

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {Record<string, string>} files from blocks with a name after the language
 * @property {string[]} command after `npx safe-hot`
 * @property {any} settings a block of JSON that is no file
 * @property {{ from: string, to: string, file: string, url: string, answer: string } | null} change
 */

/** @param {string} page @returns {Section[]} */
function sectionsOf(page) {
  const text = fs.readFileSync(path.join(GUIDE, page), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const blocks = [...section.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)];
      const command = /^npx safe-hot (.+)$/m.exec(section)?.[1]?.split(' ') ?? [];
      return {
        title: section.slice(0, section.indexOf('\n')),
        files: Object.fromEntries(blocks.map(([, name, content]) => [name, content])),
        command,
        settings: JSON.parse(/^```json\n(.*?)^```$/ms.exec(section)?.[1] ?? 'null'),
        change: changeIn(section),
      };
    });
}

/** @param {string} section */
function changeIn(section) {
  const [line, from, to, file] = /^Change `(.+?)` to `(.+?)` in `(.+?)`.*$/m.exec(section) ?? [];
  if (!line) return null;
  const url = /ask for `(.+?)`/.exec(line)?.[1] ?? '/';
  const answer = /answers `(.+?)`/.exec(line)?.[1] ?? to;
  return { from, to, file, url, answer };
}

exports.sectionsOf = sectionsOf;
