'use strict';

const { hotReload } = require('safe-hot');

let mod = require('./update_mod.js');
require('./utils.js');

setInterval(() => {
  mod = hotReload('./update_mod.js');
  console.log('index', mod());
}, 1000);
