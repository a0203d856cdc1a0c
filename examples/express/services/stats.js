'use strict';

const db = require('../db');

const startedAt = Date.now();
const requests = { total: 0, failed: 0 };

function count(statusCode) {
  requests.total += 1;
  if (statusCode >= 500) requests.failed += 1;
}

function summary() {
  return {
    uptimeSeconds: (Date.now() - startedAt) / 1000,
    requests: { ...requests },
    users: db.users.size,
    todos: db.todos.size,
  };
}

module.exports = { count, summary };
