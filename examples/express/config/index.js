'use strict';

const { env } = process;

module.exports = {
  name: env.APP_NAME || 'Todo service',
  port: Number(env.PORT || 3000),
  logLevel: env.LOG_LEVEL || 'info',
  pageSize: 20,
  rateLimit: {
    windowMs: 60_000,
    max: Number(env.RATE_LIMIT_MAX || 600),
  },
};
