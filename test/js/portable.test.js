'use strict';

/* What the addon asks of the system and of Node. The same on each Node line, so looked at on one. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { neededVersions } = require('../helpers/elf');
const { ROOT } = require('../helpers/cli-app');
const { skip } = require('../helpers/library-app');
const { LOWEST_NODE, nodeOfLine } = require('../../scripts/node-lines');
const { isLowestLine } = require('../helpers/node-lines');

const JS = path.join(ROOT, 'js');
const OLDEST_GLIBC = 17;

describe('the addon', () => {
  before(function () {
    if (!isLowestLine) skip(this, 'the addon is the same on each Node line');
  });

  it('for Linux needs glibc 2.17 at most', function () {
    // Set by whoever has built it so.
    if (!process.env.SAFE_HOT_TEST_PORTABLE) {
      skip(this, 'the addon is linked for this machine, not by `npm run build:portable`');
    }
    const file = fs.readdirSync(JS).find((name) => /^safe-hot\.linux-\w+-gnu\.node$/.test(name));

    const needed = neededVersions(fs.readFileSync(path.join(JS, file)));

    const minors = needed.flatMap((name) => Number(/^GLIBC_2\.(\d+)/.exec(name)?.[1] ?? []));
    assert.ok(minors.length > 0, String(needed));
    assert.ok(Math.max(...minors) <= OLDEST_GLIBC, String(needed));
  });

  it('needs no newer Node-API than the lowest Node has', function () {
    this.timeout(120_000);
    const manifest = fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8');
    const level = Number(/^napi = .*"napi(\d+)"/m.exec(manifest)?.[1]);
    const ofLowest = execFileSync(nodeOfLine(LOWEST_NODE), ['-p', 'process.versions.napi']);

    assert.ok(level <= Number(ofLowest), `${level} of ${ofLowest}`);
  });
});
