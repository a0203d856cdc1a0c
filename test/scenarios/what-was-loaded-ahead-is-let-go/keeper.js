exports.asks = true;
exports.lazy = () => require('./lazy');
exports.other = () => require('./other');
