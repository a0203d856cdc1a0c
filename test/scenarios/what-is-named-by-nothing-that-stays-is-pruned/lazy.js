exports.value = 'lazy';
