const all = require('./all.cjs');
const typed = require('./typed.cts');
const later = [import('./all.cjs'), import('./typed.cts')];
const { value } = require('./other.cjs');

exports.answer = async () => {
  const imported = await Promise.all(later);
  return [value, ...Object.keys({ ...all, ...typed }), ...imported.flatMap(Object.keys)];
};
