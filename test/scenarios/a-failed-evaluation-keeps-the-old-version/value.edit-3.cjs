exports.other = 3;
