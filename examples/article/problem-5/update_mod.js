'use strict';

const version = 'v1';

module.exports = () => version;
