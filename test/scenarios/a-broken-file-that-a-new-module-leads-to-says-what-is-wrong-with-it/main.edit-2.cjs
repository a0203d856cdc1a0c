const later = import('./three.mjs').then(
  ({ one }) => one,
  (error) => error.code ?? error.name,
);
exports.answer = () => later;
