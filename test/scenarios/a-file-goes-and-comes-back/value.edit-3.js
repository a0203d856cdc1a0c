module.exports = 'file again';
