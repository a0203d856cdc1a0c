'use strict';

const seed = require('./seed');
const Table = require('./table');

const tables = {
  users: new Table(),
  todos: new Table(),
};

/** Opens the store. It lives in memory, so this only fills it, and only once. */
async function connect() {
  if (tables.users.size > 0) return;

  for (const user of seed.users) tables.users.insert(user);
  for (const todo of seed.todos) tables.todos.insert(todo);
}

module.exports = { ...tables, connect };
