/* `module.hot` as a program uses it. Compiled, never run. */

import type { Hot } from 'safe-hot';

module.hot?.accept();
module.hot?.accept('./part', (paths) => paths.map((each) => each.toUpperCase()));
module.hot?.accept(['./part', './other'], undefined, (error, { dependencyId }) => [
  error,
  dependencyId.length,
]);
module.hot?.accept((error, { moduleId }) => [error, moduleId.length]);
module.hot?.dispose((data) => (data.count = 1));
const count: number | undefined = module.hot?.data?.count;
const pool = module.hot?.keep(
  'pool',
  () => new Map<string, number>(),
  (value) => value.clear(),
);
const size: number | undefined = pool?.size;
const timer: { close(): void } | undefined = module.hot?.use({ close() {} });
module.hot?.watch('./schema.json');
const hot: Hot | undefined = module.hot;
if (hot?.status() === 'idle') hot.invalidate();

// @ts-expect-error it may not be there
module.hot.accept();
// @ts-expect-error a number is no path
module.hot?.accept(42);
// @ts-expect-error no such status
if (hot?.status() === 'asleep') hot.decline();

export = { count, size, timer };
