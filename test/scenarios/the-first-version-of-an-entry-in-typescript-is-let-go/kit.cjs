// Cold, and loaded by the entry: its `require.main` is the first version for good.
exports.isMain = () => require.main === module;
