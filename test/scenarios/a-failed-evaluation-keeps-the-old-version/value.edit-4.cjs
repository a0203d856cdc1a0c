exports.value = 4;
