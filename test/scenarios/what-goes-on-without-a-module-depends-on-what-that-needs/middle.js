const { value } = require('./leaf');
if (!value) throw new Error('no value');
exports.value = `${value} of ${require('./inner').value}`;
