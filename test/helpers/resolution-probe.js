'use strict';

/*
 * Runs under `register`: compares what the resolver of cold imports answers with what Node's own does, for the questions
 * in a file: `[importer, specifiers[]][]`. Prints what was answered, and what differs.
 */

const fs = require('node:fs');
const { registerHooks } = /** @type {any} */ (require('node:module'));
const { pathToFileURL } = require('node:url');
const { ColdImports } = require('../../js/hooks/cold-imports');

/** @type {[importer: string, specifiers: string[]][]} */
const questions = JSON.parse(fs.readFileSync(/** @type {string} */ (process.argv[2]), 'utf8'));
const coldImports = new ColdImports();
/** @type {string[]} */
const answered = [];
/** @type {object[]} */
const differences = [];

registerHooks({
  resolve(/** @type {string} */ asked, /** @type {any} */ context, /** @type {any} */ next) {
    if (asked !== 'ask-everything') return next(asked, context);
    for (const [importer, specifiers] of questions) {
      const parentURL = pathToFileURL(importer).href;
      for (const specifier of specifiers) {
        compare(specifier, importer, { ...context, parentURL }, next);
      }
    }
    return { url: 'node:fs', format: 'builtin', shortCircuit: true };
  },
});

/**
 * @param {string} specifier
 * @param {string} importer
 * @param {any} context
 * @param {any} next
 */
function compare(specifier, importer, context, next) {
  const ours = coldImports.resolve(specifier, context, importer);
  if (!ours) return;
  answered.push(specifier);
  const nodes = outcomeOf(() => next(specifier, context));
  if (ours.url === nodes.url && ours.format === nodes.format) return;
  differences.push({ specifier, importer, ours, nodes });
}

/** @param {() => { url: string, format?: string | null }} resolve */
function outcomeOf(resolve) {
  try {
    const { url, format } = resolve();
    return { url, format };
  } catch (error) {
    return { code: /** @type {any} */ (error).code };
  }
}

// @ts-expect-error there is no such module: the hook takes it
void import('ask-everything').then(() => {
  process.stdout.write(`${JSON.stringify({ answered, differences })}\n`);
});
