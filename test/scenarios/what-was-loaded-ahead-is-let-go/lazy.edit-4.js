exports.value = () => 'too late';
