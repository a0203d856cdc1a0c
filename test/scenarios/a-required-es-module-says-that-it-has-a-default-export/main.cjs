const value = require('./value.mjs');
exports.answer = () => Object.entries(value);
