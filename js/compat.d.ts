/**
 * Drop-ins for `decache`, `clear-module` and `import-fresh`. A module that they take out of `require.cache` is held by nothing of Node's, and what it
 * made (timers, servers, listeners) goes with it. While a reload evaluates new code they take nothing out: what has changed is new there already.
 *
 * Names are relative to the calling file. ES modules are not in `require.cache`: `hotReload` is for all kinds.
 */

/** Takes a module, and all that it has loaded, out of `require.cache`. Does nothing for what cannot be found or is not loaded. */
export function decache(moduleName: string): void;

/** Takes a module, and all that it has loaded, out of `require.cache`. Does nothing for what cannot be found or is not loaded. */
export const clearModule: {
  (moduleId: string): void;
  /** All modules. */
  all(): void;
  /** All modules whose file names match, and all that they have loaded. */
  match(regex: RegExp): void;
  /** A module alone: what it has loaded stays. */
  single(moduleId: string): void;
};

/** Evaluates a module anew, alone, and returns its exports. Throws as `require` does. */
export function importFresh<T = any>(moduleId: string): T;
