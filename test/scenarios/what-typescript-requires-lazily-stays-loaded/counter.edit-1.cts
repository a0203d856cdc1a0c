// Another text.
exports.count = (): number => require('./state.cjs').next();
