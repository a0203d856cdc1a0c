'use strict';

const HttpError = require('../lib/http-error');
const logger = require('../lib/logger');

function notFound(req, res, next) {
  next(HttpError.notFound(req.path));
}

// Express tells an error handler by its four parameters.
// eslint-disable-next-line no-unused-vars
function handler(error, req, res, next) {
  const status = error.status ?? 500;
  if (status >= 500) logger.error(`${req.id} ${error.stack}`);

  const message = status >= 500 ? 'Something went wrong' : error.message;
  res.status(status).json({ error: message, requestId: req.id });
}

module.exports = { notFound, handler };
