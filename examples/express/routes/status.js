'use strict';

const { Router } = require('express');
const stats = require('../services/stats');

const router = Router();

router.get('/health', (req, res) => {
  res.json({ status: 'ok' });
});

router.get('/stats', (req, res) => {
  const { rss, heapUsed } = process.memoryUsage();
  res.json({ ...stats.summary(), memory: { rss, heapUsed } });
});

module.exports = router;
