/* The types of `import.meta.hot`, compiled and never run. */

/// <reference types="../../js/client.d.ts" />

import.meta.hot?.accept();
import.meta.hot?.accept((module) => module.name);
import.meta.hot?.accept('./a.js', (module) => module.name);
import.meta.hot?.accept(['./a.js', './b.js'], ([a, b]) => [a, b]);
import.meta.hot?.dispose((data) => data.count);
const pool: { end(): void } | undefined = import.meta.hot?.keep('pool', () => ({ end() {} }));
pool?.end();
import.meta.webpackHot?.accept('./a.js', (paths) => paths.length);
const remove: (() => void) | undefined = import.meta.hot?.on('event', () => {});
remove?.();
// @ts-expect-error the name of an event is a string
import.meta.hot?.send(1);
