const = require('./leaf');
