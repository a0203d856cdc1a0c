exports.answer = () => [require('./importer.cjs'), require('./reader.cjs')];
exports.answer();
