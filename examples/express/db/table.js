'use strict';

/** Rows by id, in the order in which they were inserted. */
class Table {
  #rows = new Map();
  #lastId = 0;

  get size() {
    return this.#rows.size;
  }

  all() {
    return [...this.#rows.values()];
  }

  find(id) {
    return this.#rows.get(Number(id));
  }

  where(predicate) {
    return this.all().filter(predicate);
  }

  insert(values) {
    const now = new Date().toISOString();
    const row = { id: ++this.#lastId, ...values, createdAt: now, updatedAt: now };
    this.#rows.set(row.id, row);
    return row;
  }

  update(id, values) {
    const row = this.find(id);
    if (!row) return undefined;
    return Object.assign(row, values, { updatedAt: new Date().toISOString() });
  }

  remove(id) {
    return this.#rows.delete(Number(id));
  }
}

module.exports = Table;
