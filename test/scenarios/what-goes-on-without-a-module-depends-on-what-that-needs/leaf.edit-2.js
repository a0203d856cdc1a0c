exports.value = 'two';
