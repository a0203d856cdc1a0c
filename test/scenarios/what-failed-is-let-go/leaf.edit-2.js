exports.value = () => 'two';
