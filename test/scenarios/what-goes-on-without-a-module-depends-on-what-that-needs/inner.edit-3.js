exports.value = 'better';
