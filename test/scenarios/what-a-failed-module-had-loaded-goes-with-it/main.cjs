let middle;
try {
  middle = require('./middle.cts');
} catch (error) {
  middle = error.message;
}
exports.answer = () => middle;
