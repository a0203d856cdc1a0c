'use strict';

/*
 * Writes what esbuild and TypeScript make of the programs in `test/fixtures/decorators/`. A program on which they agree
 * has one list of lines; else each has its own. The compilers are no packages of this project, since only this needs
 * them:
 *
 *     npm install --prefix <folder> esbuild@0.25.12 typescript@5.9.3
 *     node scripts/decorator-programs.js <folder>
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { EXPECTED, outcomeOf, programs } = require('../test/helpers/decorator-programs');

const AsyncFunction = async function () {}.constructor;

async function main() {
  const folder = process.argv[2];
  if (!folder) throw new Error('usage: node scripts/decorator-programs.js <folder with compilers>');
  const compilers = load(path.resolve(folder));
  /** @type {Record<string, unknown>} */
  const expected = {};
  for (const { name, source } of programs()) {
    const esbuild = await outcome(source, compilers.esbuild);
    const typescript = await outcome(source, compilers.typescript);
    expected[name] = isDeepStrictEqual(esbuild, typescript) ? esbuild : { esbuild, typescript };
  }
  fs.writeFileSync(EXPECTED, `${JSON.stringify(expected, null, 2)}\n`);
}

/** @param {string} folder */
function load(folder) {
  const load = createRequire(path.join(folder, 'index.js'));
  const [esbuild, typescript] = [load('esbuild'), load('typescript')];
  return {
    esbuild: (/** @type {string} */ source) =>
      esbuild.transformSync(source, { loader: 'ts', target: 'es2022' }).code,
    typescript: (/** @type {string} */ source) =>
      typescript.transpileModule(source, {
        compilerOptions: { target: 'es2022', module: 'esnext' },
      }).outputText,
  };
}

/**
 * @param {string} source
 * @param {(source: string) => string} compile
 */
function outcome(source, compile) {
  return outcomeOf((variables) =>
    AsyncFunction(
      ...Object.keys(variables),
      `'use strict';${compile(source)}`,
    )(...Object.values(variables)),
  );
}

main();
