/* `import.meta.hot` beside the types of Vite's client, whose own it is then. Compiled, never run. */

/// <reference types="../../../../js/client.d.ts" />
/// <reference path="./vite-client.d.ts" />

import.meta.hot?.accept('./part.js', (module) => module?.['name']);
import.meta.webpackHot?.accept();
const base: string = import.meta.env.BASE_URL;

export { base };
