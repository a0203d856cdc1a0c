'use strict';

const mod = require('./update_mod.js');

setInterval(() => console.log('utils', mod()), 1000);
