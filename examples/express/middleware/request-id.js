'use strict';

const { randomUUID } = require('node:crypto');

/** Keeps the id that a proxy has given to the request, or gives it one. */
module.exports = function requestId() {
  return (req, res, next) => {
    req.id = req.get('x-request-id') || randomUUID();
    res.set('x-request-id', req.id);
    next();
  };
};
