exports.c = 2;
