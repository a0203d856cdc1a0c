const { part } = require('./part.cts');
exports.middle = part;
