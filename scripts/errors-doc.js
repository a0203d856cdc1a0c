'use strict';

/* Writes docs/errors.md from the catalogue of codes. With --check it writes nothing and fails if the file differs. */

const fs = require('node:fs');
const path = require('node:path');
const { CATALOGUE } = require('../js/errors');

const FILE = path.resolve(__dirname, '..', 'docs', 'errors.md');

const HEAD = `# Errors

Every error of safe-hot has a \`code\`, which stays the same from release to release; messages may change. This page is
made from \`js/errors.js\` by \`node scripts/errors-doc.js\`. In the messages, \`‹…›\` stands for a value.
`;

/** What a message is made with: each detail shows as its own name. */
const PLACEHOLDERS = new Proxy(
  {},
  {
    get: (_, name) => (name === 'reasons' ? ['‹reasons›'] : `‹${String(name)}›`),
  },
);

/** @returns {string} the page */
function errorsPage() {
  const sections = Object.entries(CATALOGUE).map(
    ([code, { message, solve }]) => `
## ${code}

**What happened:** ${message(PLACEHOLDERS)}.

**How to solve it:** ${solve}
`,
  );
  return [HEAD, ...sections].join('');
}

function main() {
  const page = errorsPage();
  if (!process.argv.includes('--check')) {
    fs.mkdirSync(path.dirname(FILE), { recursive: true });
    fs.writeFileSync(FILE, page);
  } else if (!fs.existsSync(FILE) || fs.readFileSync(FILE, 'utf8') !== page) {
    console.error('docs/errors.md is not up to date: run node scripts/errors-doc.js');
    process.exitCode = 1;
  }
}

exports.FILE = FILE;
exports.errorsPage = errorsPage;

if (require.main === module) main();
