exports.value = '';
