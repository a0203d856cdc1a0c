#!/usr/bin/env node
'use strict';
require('../js/cli/main').main(process.argv.slice(2));
