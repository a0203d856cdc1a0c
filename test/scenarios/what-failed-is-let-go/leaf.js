exports.value = () => 'one';
