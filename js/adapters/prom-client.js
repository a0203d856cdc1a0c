'use strict';

/** prom-client keeps each metric in a registry, and refuses a second one of the same name. */

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'prom-client',
  adapt({ register }, { registry }) {
    registry(register, '_metrics');
    registry(register, '_defaultLabels');
  },
};
