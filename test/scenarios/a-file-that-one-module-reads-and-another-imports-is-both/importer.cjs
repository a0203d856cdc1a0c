module.exports = require('./data.json').value;
