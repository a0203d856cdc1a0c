#!/usr/bin/env node
'use strict';
require('../js/own-code').loadOwn('cli/main.js').main(process.argv.slice(2));
