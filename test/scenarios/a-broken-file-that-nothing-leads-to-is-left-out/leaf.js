exports.value = 'of the leaf';
