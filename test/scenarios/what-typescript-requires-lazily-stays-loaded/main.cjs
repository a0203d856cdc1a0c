const { count } = require('./counter.cts');
exports.answer = () => count();
