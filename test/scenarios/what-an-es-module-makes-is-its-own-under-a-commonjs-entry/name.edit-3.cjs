module.exports = 'three';
