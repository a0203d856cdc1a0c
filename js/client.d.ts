/** `import.meta.hot` of a hot ES module, by Vite's rules, with safe-hot's own `keep`, `use` and `watch`. */

import type { Hot } from './hot';

export interface ViteHot {
  /** Is this version not replaced yet? */
  readonly active: boolean;
  /** One object for all versions of this module, until it is pruned. */
  readonly data: any;
  /** This module accepts its own changes; `callback` gets the module that came in its place. */
  accept(callback?: (module: any) => unknown): void;
  /** This module accepts changes of an import, whose bindings are the new ones when `callback` runs. */
  accept(dependency: string, callback?: (module: any) => unknown): void;
  /** The same for several; those that have not changed are undefined. */
  accept(dependencies: readonly string[], callback?: (modules: any[]) => unknown): void;
  acceptExports(names: string | readonly string[], callback?: (module: any) => unknown): void;
  decline(): void;
  /** Runs before the next version evaluates. */
  dispose(handler: (data: any) => unknown): void;
  /** Runs when no module imports this one any more. */
  prune(handler: (data: any) => unknown): void;
  /** Has this module replaced although it has not changed, and its importers, whether it accepts itself or not. */
  invalidate(message?: string): void;
  /** Returns what takes the listener away; it goes with this version by itself. */
  on(event: string, listener: (data: any) => void): () => void;
  off(event: string, listener: (data: any) => void): void;
  /** Calls the listeners of all modules. */
  send(event: string, data?: any): void;
  /** The second argument of an `import()` that is made again for each new version, as hot-hook has it. */
  readonly boundary: { with: { hot: 'true' } };
  keep: Hot['keep'];
  use: Hot['use'];
  watch: Hot['watch'];
}

/** What `import.meta` has. Beside `vite/client`, `hot` is what that says; beside `@types/webpack-env`, `webpackHot` is. */
interface HotMeta {
  /** Undefined when safe-hot is not running. */
  readonly hot?: ImportMetaEnv extends { BASE_URL: string } ? any : ViteHot;
  /** The same by webpack's rules. */
  readonly webpackHot?: NodeJS.Require extends { context: unknown } ? any : Hot;
}

declare global {
  /** Vite's client declares variables in it. */
  interface ImportMetaEnv {}
  interface ImportMeta extends HotMeta {}
  namespace NodeJS {
    /** Webpack declares `require.context` in it. */
    interface Require {}
  }
}
