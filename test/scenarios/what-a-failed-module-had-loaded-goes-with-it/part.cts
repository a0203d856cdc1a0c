require('./leaf.cjs');
throw new Error('not yet');
