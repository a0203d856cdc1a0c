exports.asks = false;
exports.lazy = () => require('./lazy');
