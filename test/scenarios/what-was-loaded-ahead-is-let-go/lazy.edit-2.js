exports.value = () => 'lazier';
