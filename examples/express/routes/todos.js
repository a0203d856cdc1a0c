'use strict';

const { Router } = require('express');
const todos = require('../services/todos');

const router = Router();

router.get('/', (req, res) => {
  const { userId, done, page } = req.query;
  res.json({ todos: todos.list({ userId, done, page }) });
});

router.post('/', (req, res) => {
  const todo = todos.create(req.body);
  res.status(201).location(`/todos/${todo.id}`).json({ todo });
});

router.get('/:id', (req, res) => {
  res.json({ todo: todos.get(req.params.id) });
});

router.patch('/:id', (req, res) => {
  res.json({ todo: todos.update(req.params.id, req.body) });
});

router.delete('/:id', (req, res) => {
  todos.remove(req.params.id);
  res.status(204).end();
});

module.exports = router;
