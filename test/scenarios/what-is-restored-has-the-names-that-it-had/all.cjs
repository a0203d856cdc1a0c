exports.one = 1;
module.hot?.dispose(() => {});
