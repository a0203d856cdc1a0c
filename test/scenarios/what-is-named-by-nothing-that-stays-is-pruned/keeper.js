exports.asks = true;
exports.lazy = () => require('./lazy');
