/** `module.hot` of a hot module, by webpack's rules, with safe-hot's own `keep`, `use` and `watch`. */

export type HotStatus =
  'idle' | 'check' | 'prepare' | 'ready' | 'dispose' | 'apply' | 'abort' | 'fail';

export interface Hot {
  /** Is this version not replaced yet? */
  readonly active: boolean;
  /** What the dispose handlers of the version before left; undefined at first. */
  readonly data: any;
  /** This module accepts its own changes. */
  accept(onError?: (error: any, info: { moduleId: string; module: unknown }) => unknown): void;
  /** This module accepts changes of these imports; `callback` requires them again. */
  accept(
    dependencies: string | readonly string[],
    callback?: (paths: string[]) => unknown,
    onError?: (error: any, info: { moduleId: string; dependencyId: string }) => unknown,
  ): void;
  /** A change of this module, or of these imports, asks for a restart. */
  decline(dependencies?: string | readonly string[]): void;
  /** Runs before the next version evaluates, which finds as `data` what the handler leaves in it. */
  dispose(handler: (data: any) => unknown): void;
  addDisposeHandler(handler: (data: any) => unknown): void;
  removeDisposeHandler(handler: (data: any) => unknown): void;
  /** Has this module replaced although it has not changed. */
  invalidate(): void;
  status(): HotStatus;
  status(listener: (status: HotStatus) => unknown): void;
  addStatusHandler(listener: (status: HotStatus) => unknown): void;
  removeStatusHandler(listener: (status: HotStatus) => unknown): void;
  /** Resolves with the modules whose files have changed, applied or not; null if there are none. */
  check(apply?: boolean): Promise<string[] | null>;
  /** Resolves with what was evaluated; nothing if nothing has changed. */
  apply(): Promise<string[]>;
  /** One value for all versions of this module, such as a connection pool. */
  keep<T>(key: unknown, create: () => T, dispose?: (value: T) => unknown): T;
  /** Ends the resource with this version. Returns it. */
  use<T>(resource: T): T;
  /** A change of this file, relative to the module, is a change of this module. */
  watch(file: string): void;
}

declare global {
  namespace NodeJS {
    interface Module {
      /** Undefined when safe-hot is not running. */
      hot?: Hot;
    }
  }
}
