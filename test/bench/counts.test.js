'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');

const { SNAPSHOT, countAll } = require('../../bench/counts');

describe('bench: counts', () => {
  it('evaluates as many modules and calls the addon as often as the snapshot says', () => {
    const counted = countAll();
    if (process.env['UPDATE_SNAPSHOTS']) fs.writeFileSync(SNAPSHOT, counted);

    assert.equal(counted, fs.readFileSync(SNAPSHOT, 'utf8'));
  });
});
