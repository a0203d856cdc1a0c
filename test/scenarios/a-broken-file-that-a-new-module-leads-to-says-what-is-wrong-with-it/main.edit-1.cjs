const later = import('./two.mjs').then(
  ({ one }) => one,
  (error) => error.code ?? error.name,
);
exports.answer = () => later;
