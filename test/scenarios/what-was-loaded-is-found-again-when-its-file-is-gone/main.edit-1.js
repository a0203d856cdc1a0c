exports.answer = () => 'nothing';
throw new Error('not yet');
