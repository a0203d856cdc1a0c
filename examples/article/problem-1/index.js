'use strict';

const { hotReload } = require('safe-hot');

let mod = require('./update_mod.js');
mod();
mod();

setInterval(() => {
  mod = hotReload('./update_mod.js');
  mod();
}, 100);

function printMemory() {
  const { rss, heapUsed } = process.memoryUsage();
  const [rssMb, heapMb] = [rss, heapUsed].map((bytes) => (bytes / 1024 / 1024).toFixed(2));
  console.log(`rss: ${rssMb}MB, heapUsed: ${heapMb}MB`);
}

printMemory();
setInterval(printMemory, 1000);
