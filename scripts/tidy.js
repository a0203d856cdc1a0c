'use strict';

/*
 * Rules that the linters do not know, part of `npm run lint`. Each says why it is there.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');

/** A folder of a person or of a build machine, as it stands in a file by accident. */
const MACHINE_PATH = /(?<![\w.:/-])\/(?:home|root|Users|work)\/[\w.-]+|\b[A-Za-z]:\\Users\\/;

/** @typedef {{ in: RegExp, but?: RegExp, never: RegExp, because: string }} Rule */

/** @type {Rule[]} */
const RULES = [
  {
    in: /^src\/.*\.rs$/,
    but: /^src\/binding\//,
    never: /\bnapi(?:_derive)?\b(?!`)/,
    because: 'napi is named in src/binding alone: all else is tested without Node',
  },
  {
    in: /^src\/(?:graph|plan)\//,
    never: /\bstd::(?:fs|thread)\b|\buse std::\{[^}]*\b(?:fs|thread)\b/,
    because: 'graph and plan decide from what they are given: they read and write nothing',
  },
  {
    in: /^src\/binding\/.*\.rs$/,
    never:
      /#\[napi(?!\((?:[^\])]*\b(?:catch_unwind|object|string_enum|discriminant)\b))[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*pub (?:const |async )*fn\b/,
    because: 'an export without catch_unwind ends the process when it panics',
  },
  {
    in: /./,
    but: /\.(?:snap|node)$/,
    never: MACHINE_PATH,
    because: 'a path of one machine means nothing on another',
  },
];

/** @param {string} file @returns {string[]} */
function faultsOf(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  return RULES.flatMap((rule) => {
    if (!rule.in.test(file) || rule.but?.test(file)) return [];
    const found = rule.never.exec(text);
    if (!found) return [];
    const line = text.slice(0, found.index).split('\n').length;
    return [`${file}:${line} ${found[0].split('\n')[0]}${os.EOL}    ${rule.because}`];
  });
}

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
const files = tracked.split('\0').filter((file) => file && fs.existsSync(path.join(ROOT, file)));
const faults = files.filter((file) => file !== 'scripts/tidy.js').flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
