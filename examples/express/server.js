'use strict';

const app = require('./app');
const config = require('./config');
const db = require('./db');
const logger = require('./lib/logger');

async function main() {
  await db.connect();

  app.listen(config.port, (error) => {
    if (error) throw error;
    logger.info(`${config.name} listens on port ${config.port}`);
  });
}

main().catch((error) => {
  logger.error(error.stack);
  process.exit(1);
});
