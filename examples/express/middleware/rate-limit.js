'use strict';

const HttpError = require('../lib/http-error');

/** At most `max` requests from one address in each window. */
module.exports = function rateLimit({ windowMs, max }) {
  const clients = new Map();
  let windowEnd = 0;

  return (req, res, next) => {
    const now = Date.now();
    if (now >= windowEnd) {
      clients.clear();
      windowEnd = now + windowMs;
    }

    const used = (clients.get(req.ip) ?? 0) + 1;
    clients.set(req.ip, used);
    res.set('ratelimit-limit', String(max));
    res.set('ratelimit-remaining', String(Math.max(0, max - used)));

    if (used <= max) return next();
    res.set('retry-after', String(Math.ceil((windowEnd - now) / 1000)));
    next(new HttpError(429, 'Too many requests'));
  };
};
