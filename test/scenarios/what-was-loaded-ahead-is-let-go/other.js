exports.value = () => 'other';
