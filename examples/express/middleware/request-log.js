'use strict';

const logger = require('../lib/logger');
const stats = require('../services/stats');

module.exports = function requestLog() {
  return (req, res, next) => {
    const startedAt = performance.now();

    res.on('finish', () => {
      const durationMs = (performance.now() - startedAt).toFixed(1);
      stats.count(res.statusCode);
      logger.info(`${req.id} ${req.method} ${req.originalUrl} ${res.statusCode} ${durationMs} ms`);
    });
    next();
  };
};
