'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { CATALOGUE, SafeHotError } = require('../../js/errors');
const { FILE, errorsPage } = require('../../scripts/errors-doc');

const ROOT = path.resolve(__dirname, '..', '..');

/** @param {string} folder @param {RegExp} name @returns {string[]} the texts of the files below it */
function textsOf(folder, name) {
  return fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) return textsOf(inside, name);
    if (!name.test(entry.name) || inside === path.join('js', 'errors.js')) return [];
    return fs.readFileSync(path.join(ROOT, inside), 'utf8');
  });
}

describe('errors', () => {
  const codes = Object.keys(CATALOGUE);
  const texts = [...textsOf('src', /\.rs$/), ...textsOf('js', /\.(js|mjs|ts)$/)];
  const used = new Set(texts.flatMap((text) => text.match(/ERR_SAFE_HOT_[A-Z_]*[A-Z]/g) ?? []));

  it('have each code that is used in the catalogue, and each code of it used', () => {
    assert.deepEqual([...used].sort(), [...codes].sort());
  });

  it('are listed in the order of the alphabet', () => {
    assert.deepEqual(codes, [...codes].sort());
  });

  it('have an up to date page in docs', () => {
    assert.equal(fs.readFileSync(FILE, 'utf8'), errorsPage(), 'run node scripts/errors-doc.js');
  });

  it('say what happened in one sentence without a full stop, and what to do in full sentences', () => {
    for (const code of codes) {
      const { message } = new SafeHotError(code, { reason: 'why', reasons: ['a', 'b'] });
      assert.doesNotMatch(message, /[.\n]$/, code);
      assert.match(/** @type {any} */ (CATALOGUE[code]).solve, /\.$/, code);
    }
  });

  it('keep code, details and cause; paths in the message are relative to the working folder', () => {
    const cause = new Error('mine');
    const details = { path: path.resolve('lib', 'a.js'), reason: 'mine', version: 3 };

    const error = new SafeHotError('ERR_SAFE_HOT_EVALUATE', details, cause);

    const file = path.join('lib', 'a.js');
    assert.equal(error.message, `Evaluating ${file} failed: mine; version 3 stays in use`);
    assert.deepEqual(
      [error.name, error.code, error.details, error.cause],
      ['SafeHotError', 'ERR_SAFE_HOT_EVALUATE', details, cause],
    );
  });
});
