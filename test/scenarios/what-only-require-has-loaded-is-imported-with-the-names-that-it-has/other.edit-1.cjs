throw new Error('not yet');
exports.value = 'other';
