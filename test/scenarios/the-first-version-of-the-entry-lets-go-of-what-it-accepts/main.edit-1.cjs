let { word } = require('./part.cjs');
module.hot?.accept('./part.cjs', () => ({ word } = require('./part.cjs')));
exports.answer = async () => ['two', word, (await import('./value.mjs')).value];
