const { value } = require('./child');

exports.answer = () => value;
