exports.value = () => 'laziest';
