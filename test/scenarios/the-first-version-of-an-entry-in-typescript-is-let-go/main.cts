require('./kit.cjs');
const words: string[] = ['one'];
exports.answer = () => words;
