const words = ['one'];
exports.answer = async () => [words, (await import('./value.mjs')).value];
