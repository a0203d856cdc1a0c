import './hot';
import type { Diagnosis, ReadyReport, ReloadReport, RetainedReport, WatchReport } from './types';

export type { Hot, HotStatus } from './hot';
export type {
  CheckedModule,
  CheckReport,
  Diagnosis,
  DisposedReport,
  Holder,
  HolderKind,
  Outcome,
  ReadyReport,
  ReloadReport,
  Report,
  ReportedError,
  RetainedReport,
  StaleReport,
  WatchReport,
} from './types';

export interface HotReloadOptions {
  /** Refuse, before anything is touched, a module that more than one module imports. Default: false. */
  isolated?: boolean;
}

/**
 * Evaluates a module again and returns its fresh exports. Synchronous. Every other importer of the module is
 * evaluated again too, so no one keeps the old version; the caller is not, since it receives the new exports.
 * If the new version fails, the old one stays in use, state included.
 *
 * @param path relative to the calling file, absolute, a `file:` URL, or a bare specifier
 * @throws {SafeHotError} `ERR_SAFE_HOT_SYNTAX`, `ERR_SAFE_HOT_EVALUATE` (its `cause` is what the module threw), …
 */
export function hotReload<T = any>(path: string | URL, options?: HotReloadOptions): T;

/**
 * Reloads the given modules, or every module whose file has changed. Resolves when the transaction has ended,
 * well or badly: a failed reload is a report, not an exception.
 *
 * @throws {SafeHotError} `ERR_SAFE_HOT_INTERNAL`, of a bug in safe-hot; the promise is rejected
 */
export function reload(paths?: string | URL | readonly (string | URL)[]): Promise<ReloadReport>;

export interface WatchOptions {
  /** Files, relative to the project root, that export an adapter or an array of them. */
  adapters?: string[];
  /** Globs, relative to the project root: only these files are hot. Default: all outside `node_modules`. */
  include?: string[];
  /** Globs, relative to the project root: these files are cold. */
  exclude?: string[];
  /** What to do with a change that no module accepts. Default: `'reload'`, which replaces the entry too. */
  unaccepted?: 'reload' | 'restart' | 'ignore';
  /** How long a new version may take to listen where the old one does, in milliseconds. Default: 5,000. */
  settleTimeoutMs?: number;
  /** How long what a version made may take to end, before it is destroyed, in milliseconds. Default: 5,000. */
  graceMs?: number;
  /** Keep upgraded connections (WebSockets) on the old code, instead of closing them. Default: false. */
  keepUpgraded?: boolean;
  /** Reload a module when a file or folder that it read while it evaluated has changed. Default: true. */
  trackReads?: boolean;
  /** Report what would be replaced and replace nothing. Default: false. */
  dryRun?: boolean;
  /** Look at the files instead of being told of changes: true, or the interval in milliseconds. Default: false. */
  poll?: boolean | number;
  /** How reports are printed to standard error. Default: `'none'`. */
  report?: 'text' | 'json' | 'none';
}

export interface Watcher {
  /** Resolves with the number of folders that are watched, once all of them are. */
  ready(): Promise<number>;
  /** Absolute paths of the folders that are watched. */
  folders(): string[];
  close(): void;
}

/**
 * Reloads on save, from now on. Watches the folders of loaded files only, and never keeps the process alive.
 *
 * @throws {SafeHotError} `ERR_SAFE_HOT_ALREADY_WATCHING`, `ERR_SAFE_HOT_UNKNOWN_OPTION`, `ERR_SAFE_HOT_BAD_GLOB`, …
 */
export function watch(options?: WatchOptions): Watcher;

/** What an adapter does with a package. `holder` and `key` name the place `holder[key]`. */
export interface AdapterTools {
  /** The file of the package that was loaded, relative to its folder: `index.js`. */
  file: string;
  /**
   * An object, array, `Map` or `Set` in which the package keeps what modules gave it. From now on each entry belongs to the
   * module whose evaluation made it: a new version of that module does not see it, everyone else does until the
   * commit, and it goes with its version. A module that uses an entry while it evaluates depends on the entry's maker.
   *
   * @param end ends an entry that goes, such as a connection
   * @throws {TypeError} if there is no registry in that place
   */
  registry(holder: any, key: string, end?: (value: any, key: unknown) => unknown): void;
  /**
   * An object that the package has one of, and that a module sets up by calling a method. When that module is replaced,
   * its new version finds the fields as they are at first, and everyone else as they were, until the commit.
   *
   * @param setUpBy names of methods
   * @param fresh the fields of the object with their first values, made anew at each call
   */
  singleton(holder: any, setUpBy: string[], fresh: () => Record<string, any>): void;
  /**
   * Something that has been made now belongs to the module that asked for it, and is ended with its version. What
   * the package opens for it is its own business. Returns `thing`.
   *
   * @param what as people say it: `pool of knex`
   * @param end `graceMs` is how long requests of the old version may go on using it
   */
  own<T>(thing: T, what: string, end: (thing: T, graceMs: number) => unknown): T;
  /**
   * What this method opens belongs to the package, and stays when the module goes that called it.
   *
   * @param isOther gets the arguments of each call: does it ask for something else than what is open? If a new version
   * does, the process has to start again (`ERR_SAFE_HOT_KEPT`)
   */
  keep(holder: any, key: string, isOther?: (...args: any[]) => boolean): void;
}

/** A kind of client that is an event emitter and looks after what it opens itself. */
export interface ClientKind {
  /** As people say it: `pool of PostgreSQL connections`. */
  what: string;
  /** Names of members that tell the class from others. */
  members: string[];
  /** `graceMs` is how long requests of the old version may go on using it. */
  end(client: any, graceMs: number): unknown;
}

/** What safe-hot has to know of one package: `adapt`, `client` or both. */
export interface Adapter {
  /** Its name, as in `node_modules`. */
  package: string;
  /** Which versions `adapt` fits, as limits with a blank between them: `>=6 <10`. Default: all. */
  versions?: string;
  /** Other packages that do the work of its clients, such as a pool: what those open is the clients' own. */
  uses?: string[];
  /** Each such client goes with the module that asked for it, whoever has loaded the package. */
  client?: ClientKind;
  /**
   * Called once for what each file of the package exports that is loaded from outside of it, before anyone gets it. May return what is to be
   * given out instead.
   */
  adapt?(exports: any, tools: AdapterTools): unknown;
}

/**
 * Adds an adapter for a package, before the package is loaded.
 *
 * @throws {SafeHotError} `ERR_SAFE_HOT_INVALID_ARGUMENT`
 */
export function adapter(
  definition: Adapter & (Required<Pick<Adapter, 'adapt'>> | Required<Pick<Adapter, 'client'>>),
): void;

/**
 * Listens for reports. A listener of a hot module goes with the version that added it.
 *
 * @returns a function that takes the listener away
 */
export function on(event: 'reload', listener: (report: ReloadReport) => void): () => void;
export function on(event: 'ready', listener: (report: ReadyReport) => void): () => void;
export function on(event: 'watch', listener: (report: WatchReport) => void): () => void;
export function on(event: 'retained', listener: (report: RetainedReport) => void): () => void;

/** A loaded hot module. Paths are relative to the project root. */
export interface ModuleInfo {
  path: string;
  version: number;
  imports: string[];
  importers: string[];
  /** Imports whose changes this module accepts. */
  accepts: string[];
  selfAccepts: boolean;
  /** The entry, or loaded by cold code. */
  isRoot: boolean;
}

/** Every loaded hot module with its edges. */
export function graph(): ModuleInfo[];

export interface VersionInfo {
  /** Relative to the project root. */
  path: string;
  version: number;
  state: 'staged' | 'current' | 'stale';
}

/**
 * The versions whose code is still reachable, of one module or of all. A stale one goes from the list once it has
 * been collected, so `global.gc()` before the call gives an exact answer.
 */
export function versions(path?: string | URL): VersionInfo[];

/**
 * Who holds the old versions that are still reachable, of one module or of all: of each module the newest twenty. Takes a heap snapshot, which stops the
 * process for as long as V8 needs (seconds for a heap of hundreds of megabytes) and takes several times the heap's
 * size; it is read on another thread.
 */
export function diagnose(path?: string | URL): Promise<Diagnosis[]>;

/** Something that a version made and that is disposed with it. */
export interface ResourceInfo {
  /** `timer`, `server`, `socket`, `listener`, `watcher`, `child process`, … */
  kind: string;
  /** As people say it: `interval 1000 ms`, `listening on :3000`, `socket to 127.0.0.1:5432`. */
  what: string;
  /** Null for a socket that was opened while a request or a call was served: it is left alone. */
  owner: { path: string; version: number } | null;
  /** In milliseconds. */
  ageMs: number;
}

/** What the current versions own, of one module or of all; without a path, client sockets that no one owns too. */
export function resources(path?: string | URL): ResourceInfo[];

/** An error with a stable `code`. */
export class SafeHotError extends Error {
  constructor(code: string, details?: Record<string, unknown>, cause?: unknown);
  readonly code: string;
  readonly details: Record<string, unknown>;
  /** The place in the user's file, as text. */
  frame: string | undefined;
}
