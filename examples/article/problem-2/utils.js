'use strict';

require('./update_mod.js');

setInterval(() => require('./update_mod.js'), 100);
