exports.value = 2;
throw new Error('no');
