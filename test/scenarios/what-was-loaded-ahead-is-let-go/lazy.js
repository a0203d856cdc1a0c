exports.value = () => 'lazy';
