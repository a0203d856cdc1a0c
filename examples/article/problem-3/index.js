'use strict';

const { hotReload } = require('safe-hot');

require('./update_mod.js');

setInterval(() => hotReload('./update_mod.js'), 3000);
