const leaf = require('./leaf');

module.hot?.keep('leaf', () => () => leaf);
throw new Error('not yet');
