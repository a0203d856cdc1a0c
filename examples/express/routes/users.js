'use strict';

const { Router } = require('express');
const todos = require('../services/todos');
const users = require('../services/users');
const layout = require('../views/layout');
const userView = require('../views/user');

const router = Router();

router.get('/', (req, res) => {
  res.json({ users: users.list() });
});

router.get('/:id', (req, res) => {
  const user = users.get(req.params.id);
  const owned = todos.list({ userId: user.id });

  res.format({
    json: () => res.json({ user, todos: owned }),
    html: () => res.send(String(layout({ title: user.name, body: userView(user, owned) }))),
  });
});

module.exports = router;
