'use strict';

/** A worker of a queue ends when the job that it works on is done. */

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'bullmq',
  client: {
    what: 'worker of a queue',
    members: ['getNextJob', 'isRunning', 'close', 'pause'],
    end: (worker) => worker.close(),
  },
};
