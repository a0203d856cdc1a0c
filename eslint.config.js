'use strict';

/*
 * One linter for all JavaScript. The second half keeps the folders of `js/` apart: data flows from the watcher to
 * the report, and nothing points back.
 */

const js = require('@eslint/js');
const globals = require('globals');

const TIMERS = ['Timeout', 'Interval', 'Immediate'].flatMap((kind) => [
  `set${kind}`,
  `clear${kind}`,
]);

module.exports = [
  {
    ignores: [
      'target*/',
      '.nodes/',
      '.zig/',
      'dist/',
      'coverage/',
      'js/binding.js',
      'test/{fixtures,scenarios}/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node },
    rules: {
      strict: ['error', 'global'],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  { files: ['examples/koa/**'], languageOptions: { sourceType: 'module' } },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module', globals: globals.nodeBuiltin } },
  { files: ['test/**'], languageOptions: { globals: globals.mocha } },
  { files: ['js/dashboard/page/**'], languageOptions: { globals: globals.browser } },

  {
    files: ['js/**'],
    // In processes of their own.
    ignores: ['js/cli/**', 'js/doctor/**', 'js/watch-list.js'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[...TIMERS, 'performance'].map((name) => ({
          name,
          message: 'The program may have put a clock of its own there: see js/clock.js.',
        })),
      ],
    },
  },

  keepApart({
    files: ['js/errors.js'],
    from: '[.][.]?/',
    never: ['[^/]+'],
    because: 'errors.js is the catalogue that all others use: it imports nothing of ours.',
  }),
  keepApart({
    files: ['js/report/**'],
    never: ['(?!errors\\b|types\\b)[^/]+'],
    because: 'a report is data: what prints it must not be able to change what happened.',
  }),
  keepApart({
    files: ['js/runtime/**', 'js/resources/**'],
    never: ['transaction', 'native', 'cli', 'dashboard'],
    because:
      'runtime and resources do what a transaction asks; they decide nothing and know no one above.',
  }),
  keepApart({
    files: ['js/hooks/**'],
    never: ['transaction', 'cli', 'dashboard'],
    because: 'what Node calls while it loads a module must not start or steer a transaction.',
  }),
  keepApart({
    files: ['js/transaction/**'],
    never: ['cli', 'dashboard'],
    because: 'a transaction reports what happened as data; who shows it comes later.',
  }),
  keepApart({
    files: ['js/cli/**', 'js/dashboard/**'],
    never: ['runtime', 'resources', 'transaction', 'hooks', 'native'],
    because: 'the front ends use the public API and the report, as any user could.',
  }),
];

/**
 * Forbids modules of `files` to load what the patterns of `never` name. A core rule knows `import` or `require`, not
 * both, so this looks at the syntax.
 *
 * @param {object} boundary
 * @param {string[]} boundary.files
 * @param {string} [boundary.from] what a path out of these files starts with, as a regular expression
 * @param {string[]} boundary.never regular expressions for the name after that
 * @param {string} boundary.because
 */
function keepApart({ files, from = '([.][.]/)+', never, because }) {
  // esquery ends a regular expression at the first slash, escaped or not.
  const path = `^${from}(${never.join('|')})([.]js|/|$)`.replaceAll('/', '\\u002F');
  const loads = [
    'CallExpression[callee.name="require"] > Literal.arguments',
    'ImportDeclaration > Literal.source',
    'ImportExpression > Literal.source',
  ];
  const message = `Not from here: ${because}`;
  const selector = loads.map((load) => `${load}[value=/${path}/]`).join(', ');

  return { files, rules: { 'no-restricted-syntax': ['error', { selector, message }] } };
}
