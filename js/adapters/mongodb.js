'use strict';

/** A client of MongoDB looks after its servers all the time. A stale request may go on asking. */

const { setTimeout } = require('../clock');

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'mongodb',
  client: {
    what: 'client of MongoDB',
    members: ['connect', 'close', 'db', 'startSession', 'withSession'],
    end: (client, graceMs) => void setTimeout(() => client.close(), graceMs).unref(),
  },
};
