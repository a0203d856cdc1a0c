const later = import('./one.mjs').then(
  ({ one }) => one,
  (error) => error.code ?? error.name,
);
exports.answer = () => later;
