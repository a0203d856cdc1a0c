'use strict';

const { Router } = require('express');
const stats = require('../services/stats');
const todos = require('../services/todos');
const users = require('../services/users');
const homeView = require('../views/home');
const layout = require('../views/layout');

const router = Router();

router.get('/', (req, res) => {
  const { title } = req.app.locals;
  const body = homeView({ users: users.list(), open: todos.open(), stats: stats.summary() });
  res.type('html').send(String(layout({ title, body })));
});

module.exports = router;
