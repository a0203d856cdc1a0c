'use strict';

const config = require('../config');
const db = require('../db');
const HttpError = require('../lib/http-error');
const users = require('./users');

function list({ userId, done, page = 1 } = {}) {
  const found = db.todos.where(
    (todo) =>
      (userId === undefined || todo.userId === Number(userId)) &&
      (done === undefined || todo.done === (String(done) === 'true')),
  );
  const start = (Number(page) - 1) * config.pageSize;
  return found.slice(start, start + config.pageSize);
}

function open() {
  return db.todos.where((todo) => !todo.done);
}

function get(id) {
  const todo = db.todos.find(id);
  if (!todo) throw HttpError.notFound(`Todo ${id}`);
  return todo;
}

function create({ userId, title } = {}) {
  const user = users.get(userId);
  return db.todos.insert({ userId: user.id, title: checkedTitle(title), done: false });
}

function update(id, { title, done } = {}) {
  get(id);
  const changes = {};
  if (title !== undefined) changes.title = checkedTitle(title);
  if (done !== undefined) changes.done = Boolean(done);
  return db.todos.update(id, changes);
}

function remove(id) {
  get(id);
  db.todos.remove(id);
}

function checkedTitle(title) {
  if (typeof title === 'string' && title.trim() !== '') return title.trim();
  throw HttpError.badRequest('A todo needs a title');
}

module.exports = { list, open, get, create, update, remove };
