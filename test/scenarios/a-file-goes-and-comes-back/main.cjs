exports.answer = () => require('./value');
exports.answer();
