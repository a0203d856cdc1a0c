exports.value = 'lazier';
