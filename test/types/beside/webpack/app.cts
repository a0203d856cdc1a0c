/* `module.hot` beside the types of webpack's runtime. Compiled, never run. */

/// <reference types="../../../../js/client.d.ts" />

import 'safe-hot';

module.hot?.accept('./part', () => {});
module.hot?.accept(
  ['./part', './other'],
  (paths) => paths.length,
  (error: Error) => error.message,
);
module.hot?.dispose((data) => (data.count = 1));
const pool: Map<string, number> | undefined = module.hot?.keep(
  'pool',
  () => new Map<string, number>(),
);
const context = require.context('./pages', true, /\.js$/);
const hot: __WebpackModuleApi.Hot | undefined = module.hot;

export = { pool, context, hot };
