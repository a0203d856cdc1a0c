'use strict';

const assert = require('node:assert/strict');
const { makeSideTable } = require('../../js/runtime/side-table');

describe('side table', () => {
  it('ties one value to an object, whatever the object is', () => {
    const table = makeSideTable();
    const keys = [{}, Object.freeze({}), () => {}, new Proxy({}, {}), Object.create(null)];

    for (const [index, key] of keys.entries()) {
      assert.equal(table.get(key), undefined);
      table.set(key, index);
      table.set(key, index + 1);
    }

    assert.deepEqual(
      keys.map((key) => table.get(key)),
      [1, 2, 3, 4, 5],
    );
  });

  it('shows nothing on the object, and nothing to another table', () => {
    const [table, other] = [makeSideTable(), makeSideTable()];
    const key = {};

    table.set(key, 'value');

    assert.deepEqual(Reflect.ownKeys(key), []);
    assert.equal(other.get(key), undefined);
    table.delete(key);
    assert.equal(table.get(key), undefined);
  });
});
