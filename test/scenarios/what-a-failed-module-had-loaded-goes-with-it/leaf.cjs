exports.leaf = 'leaf';
