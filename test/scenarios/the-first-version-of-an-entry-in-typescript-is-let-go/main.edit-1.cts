require('./kit.cjs');
const words: string[] = ['two'];
exports.answer = () => words;
