'use strict';

const db = require('../db');
const HttpError = require('../lib/http-error');

function publicUser({ id, name, email }) {
  return { id, name, email };
}

function list() {
  return db.users.all().map(publicUser);
}

function get(id) {
  const user = db.users.find(id);
  if (!user) throw HttpError.notFound(`User ${id}`);
  return publicUser(user);
}

module.exports = { list, get };
