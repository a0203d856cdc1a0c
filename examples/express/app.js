'use strict';

const express = require('express');
const config = require('./config');
const errors = require('./middleware/errors');
const rateLimit = require('./middleware/rate-limit');
const requestId = require('./middleware/request-id');
const requestLog = require('./middleware/request-log');
const routes = require('./routes');

const app = express();

app.disable('x-powered-by');
app.locals.title = config.name;

app.use(requestId());
app.use(requestLog());
app.use(rateLimit(config.rateLimit));
app.use(express.json({ limit: '100kb' }));
app.use(routes);
app.use(errors.notFound);
app.use(errors.handler);

module.exports = app;
