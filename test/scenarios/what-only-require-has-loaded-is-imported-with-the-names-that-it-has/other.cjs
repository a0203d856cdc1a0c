exports.value = 'other';
