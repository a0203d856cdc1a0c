exports.word = 'part';
