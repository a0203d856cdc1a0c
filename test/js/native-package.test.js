'use strict';

/* What a person is told where the native part is not to be had. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { makeApp } = require('../helpers/temp-app');
const { ROOT } = require('../helpers/cli-app');
const { skip } = require('../helpers/library-app');
const { isLowestLine } = require('../helpers/node-lines');

const FILES = ['own-code.js', 'native.js', 'native-package.js', 'errors.js', 'binding.js'];

/** What the program says of loading safe-hot as it is installed, without its addon. */
const PROGRAM = `if (process.argv[2]) Object.defineProperty(process, 'arch', { value: process.argv[2] });
try {
  require('./safe-hot/js/own-code').loadOwn('native.js');
} catch ({ code, message, details, cause }) {
  console.log(JSON.stringify({ code, message, details, cause: cause?.code }));
}
`;

/** @param {{ platforms: string[] | null, files?: Record<string, string>, arch?: string }} options */
async function load({ platforms, files = {}, arch }) {
  const optional = platforms && {
    optionalDependencies: Object.fromEntries(platforms.map((each) => [`safe-hot-${each}`, '1'])),
  };
  const app = makeApp({
    'main.js': PROGRAM,
    'safe-hot/package.json': JSON.stringify({ name: 'safe-hot', ...optional }),
    ...files,
  });
  for (const name of FILES) {
    app.write(`safe-hot/js/${name}`, fs.readFileSync(path.join(ROOT, 'js', name), 'utf8'));
  }
  const env = { NAPI_RS_NATIVE_LIBRARY_PATH: '' };
  const { values, stderr } = await app.run('main.js', { args: arch ? [arch] : [], env });
  assert.equal(values.length, 1, stderr);
  return values[0];
}

/** Of the machine that runs the test, as it is named where the addon is. */
const PLATFORM = fs
  .readdirSync(path.join(ROOT, 'js'))
  .flatMap((name) => /^safe-hot\.(.+)\.node$/.exec(name)?.[1] ?? [])[0];

describe('a native part that is not to be had', () => {
  before(function () {
    if (!isLowestLine) skip(this, 'what is said does not depend on the Node line');
  });

  it('is named with its package and what to run', async () => {
    const seen = await load({ platforms: [PLATFORM, 'darwin-x64'] });

    assert.equal(seen.code, 'ERR_SAFE_HOT_NATIVE_MISSING');
    assert.equal(seen.details.package, `safe-hot-${PLATFORM}`);
    assert.equal(
      seen.message,
      `safe-hot has no native part for ${PLATFORM}: the package safe-hot-${PLATFORM} is not installed; run \`npm install --include=optional\`, after removing node_modules and the lock file if they were made on another system`,
    );
    assert.equal(seen.cause, undefined);
  });

  it('since it is broken is told with what the system says', async () => {
    const files = {
      [`node_modules/safe-hot-${PLATFORM}/package.json`]: '{"main":"a.node"}',
      [`node_modules/safe-hot-${PLATFORM}/a.node`]: 'cut off',
    };
    const seen = await load({ platforms: [PLATFORM], files });

    assert.match(seen.message, /cannot be loaded: .*a\.node/);
    assert.equal(seen.cause, 'ERR_DLOPEN_FAILED');
  });

  it('for a system without one names those that have one', async () => {
    const platforms = ['darwin-x64', 'win32-x64-msvc'];
    const seen = await load({ platforms, arch: 's390x' });

    assert.match(seen.message, /s390x.*there is one for darwin-x64, win32-x64-msvc only$/);
  });

  it('in a clone asks for the build', async () => {
    const seen = await load({ platforms: null });

    assert.match(seen.message, /it is not built; run `npm run build`$/);
  });
});
