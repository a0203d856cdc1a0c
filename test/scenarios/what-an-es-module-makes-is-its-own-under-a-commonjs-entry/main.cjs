require('./listener.mjs');
const name = require('./name.cjs');
exports.answer = () => [name, process.listeners('ping').filter(({ app }) => app === __dirname).length];
