exports.answer = async () => [require('./lazy.mjs').value, (await import('./later.mjs')).value];
