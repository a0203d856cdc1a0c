'use strict';

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return plural(Math.floor(seconds), 'second');
  return plural(minutes, 'minute');
}

module.exports = { plural, duration };
