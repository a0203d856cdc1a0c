const words = ['two'];
exports.answer = async () => [words, (await import('./value.mjs')).value];
