exports.value = require('./leaf').value;
