'use strict';

const config = require('../config');

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];
const threshold = LEVELS.indexOf(config.logLevel);

function write(level, message) {
  if (LEVELS.indexOf(level) < threshold) return;

  const stream = level === 'error' ? process.stderr : process.stdout;
  stream.write(`${new Date().toISOString()} ${level} ${message}\n`);
}

module.exports = {
  debug: (message) => write('debug', message),
  info: (message) => write('info', message),
  warn: (message) => write('warn', message),
  error: (message) => write('error', message),
};
