module.exports = () => require('./lazy.mjs');
module.hot?.dispose(() => {});
// 
