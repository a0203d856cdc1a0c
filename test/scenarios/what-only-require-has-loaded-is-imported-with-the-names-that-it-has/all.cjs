module.exports = require('./base.cjs');
module.hot?.dispose(() => {});
