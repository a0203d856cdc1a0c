exports.asks = false;
exports.lazy = () => require('./lazy');
exports.other = () => require('./other');
