'use strict';

/*
 * Programs with decorators, and what each logs. `programs.ts` holds the programs, each under a line with its name;
 * they see `log` and `spy`, and may await.
 */

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', 'fixtures', 'decorators');

/** What two compilers make of each program; `scripts/decorator-programs.js` writes it. */
const EXPECTED = path.join(FOLDER, 'expected.json');

/** @returns {{ name: string, source: string }[]} */
function programs() {
  const text = fs.readFileSync(path.join(FOLDER, 'programs.ts'), 'utf8');
  return text
    .split(/^\/\/# /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { name: part.slice(0, end), source: part.slice(end + 1).trimEnd() };
    });
}

/**
 * What a program sees besides the language.
 *
 * @param {string[]} lines gets what is logged
 */
function variablesFor(lines) {
  const log = (/** @type {unknown[]} */ ...values) => void lines.push(values.map(format).join(' '));
  /** A decorator that changes nothing, and tells what it was given and when its initializer runs. */
  const spy =
    (/** @type {string} */ label) => (/** @type {unknown} */ value, /** @type {any} */ context) => {
      const { kind, name, static: isStatic, private: isPrivate, access } = context;
      const how = [isStatic && 'static', isPrivate && 'private', ...Object.keys(access ?? {})];
      log(label, kind, name, how.filter(Boolean).join(','), value);
      /** @this {unknown} */
      function initializer() {
        log('initializer', label, typeof this === 'function' ? 'class' : this);
      }
      context.addInitializer(initializer);
    };
  return { log, spy };
}

/** @param {unknown} value */
function format(value) {
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'symbol') return String(value);
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value)}}`;
  return `${value}`;
}

/**
 * What comes of a program.
 *
 * @param {(variables: Record<string, unknown>) => unknown} start
 * @returns {Promise<string[]>}
 */
async function outcomeOf(start) {
  /** @type {string[]} */
  const lines = [];
  try {
    await start(variablesFor(lines));
  } catch (error) {
    lines.push(`throws ${error}`);
  }
  return lines;
}

module.exports = { EXPECTED, outcomeOf, programs };
