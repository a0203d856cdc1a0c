'use strict';

/** Loads `main.js` of a folder, then reloads its leaf as often as it is told to, and answers with the times. */

const path = require('node:path');

const { reload } = require(path.join(process.argv[2] ?? '', 'main.js'));

process.on('message', (count) => {
  const times = [];
  for (let index = 0; index < Number(count); index += 1) {
    const from = performance.now();
    reload();
    times.push(performance.now() - from);
  }
  process.send?.(times);
});
process.send?.('ready');
