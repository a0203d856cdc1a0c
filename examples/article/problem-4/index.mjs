import { hotReload } from 'safe-hot';

setInterval(() => {
  const { default: update } = hotReload('./update_mod.mjs');
  update();
}, 100);

function printMemory() {
  const { rss, heapUsed } = process.memoryUsage();
  console.log(
    `rss: ${(rss / 1024 / 1024).toFixed(2)}MB, heapUsed: ${(heapUsed / 1024 / 1024).toFixed(2)}MB`,
  );
}
printMemory();
setInterval(printMemory, 1000);
