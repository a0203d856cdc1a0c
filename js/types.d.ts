/** Shared types. Imports nothing at run time. */

export type Outcome =
  | 'committed'
  | 'refused'
  | 'rolled-back'
  | 'restored'
  | 'unchanged'
  | 'restart-required'
  | 'planned';

/** Resources of one kind that went with a version. */
export interface DisposedReport {
  path: string;
  version: number;
  kind: string;
  count: number;
}

/** A version that is used on although it was replaced, and why. */
export interface StaleReport {
  path: string;
  version: number;
  reason: string;
}

export interface ReportedError {
  code: string;
  message: string;
  frame?: string;
}

/** What one transaction came to. Paths are relative to the project root. */
export interface ReloadReport {
  type: 'reload';
  outcome: Outcome;
  changed: string[];
  /** In the order in which their evaluation ended: dependencies first. */
  evaluated: string[];
  pruned: string[];
  disposed: DisposedReport[];
  stale: StaleReport[];
  /** Addresses of listening sockets that moved to a new version. */
  handedOver: string[];
  /** What new versions left on the process itself, which is not undone: `globalThis.cache`, `process.env.TZ`. */
  traces: string[];
  /** From each changed module to what was loaded again for it. */
  chains: string[][];
  durationMs: number;
  error?: ReportedError;
  /** Exceptions of dispose handlers, which stop nothing. */
  failures?: ReportedError[];
}

/** The entry ran for the first time. */
export interface ReadyReport {
  type: 'ready';
  entry: string;
  durationMs: number;
  hot: number;
  cold: number;
  folders: number;
}

/** The watcher looks at files in another way than before. */
export interface WatchReport {
  type: 'watch';
  mode: 'native' | 'polling' | 'closed';
  reason?: string;
}

/** A version that was replaced is still reachable: something in the program holds on to it. Told once for each. */
export interface RetainedReport {
  type: 'retained';
  /** Relative to the project root. */
  path: string;
  version: number;
  /** How many versions of the module are reachable, with this one and the current one. */
  inMemory: number;
}

/** How a value is held; the advice goes by it. */
export type HolderKind =
  | 'variable'
  | 'collection'
  | 'instance'
  | 'bound'
  | 'listener'
  | 'timer'
  | 'promise'
  | 'weak-map'
  | 'finalization'
  | 'async-context'
  | 'children'
  | 'global'
  | 'stack'
  | 'cold';

/** Something that keeps code of an old version reachable. */
export interface Holder {
  kind: HolderKind;
  /** The file of the variable or of the module that holds; null for a global, a timer, or what only V8 knows. */
  file: string | null;
  /** 1-based, where the variable is declared, if that is known. */
  line: number | null;
  /** The variable: `jobs`, `exports`, `globalThis`; empty if there is none. */
  name: string;
  /** One line, as people say it. */
  text: string;
  /** What to do about holders of this kind. */
  advice: string;
  /**
   * What is freed when what is held goes, as developer tools show it: next to nothing if others lead to what it leads to. A
   * version that others hold too is not freed with it.
   */
  retainedBytes: number;
  /** Each step of V8's shortest way from a root to what is held, with the retained size of what it leads to. */
  path: string[];
}

/** An old version whose code is still reachable, and who holds it. */
export interface Diagnosis {
  /** Relative to the project root. */
  path: string;
  /** Null for a module object of Node's that safe-hot knows no version of. */
  version: number | null;
  /** The nearest first; four at most. */
  holders: Holder[];
  /**
   * What all ways to the version lead over, however many holders it has: `jobs` of src/bus.js:3. Without it the version is free. Null
   * if they have nothing in common that a source has a name for.
   */
  dominator: string | null;
  /**
   * What is freed with the version: what only its functions lead to, and what of it these holders have. Each version counts as one object of
   * the heap's dominator tree.
   */
  retainedBytes: number;
}

/** A module that `safe-hot check` has reloaded. */
export interface CheckedModule {
  /** Relative to the project root. */
  path: string;
  /** How often, its own reloads and those of what it imports. */
  evaluated: number;
  /** What went with its stale versions by itself, in sum. */
  disposed: { kind: string; count: number }[];
  /** What did not: handles and listeners of stale versions, each by its kind, and what reloads added to the process. */
  left: string[];
  /** Numbers of the stale versions whose code is still reachable. */
  retained: number[];
  /** Why a reload of it did not succeed, or what a dispose handler threw. */
  error: ReportedError | null;
}

/** What `safe-hot check` found. */
export interface CheckReport {
  type: 'check';
  entry: string;
  /** How often each module was reloaded. */
  rounds: number;
  durationMs: number;
  /** Nothing is left over, nothing retained, nothing failed, and there was time for all modules. */
  isSafe: boolean;
  modules: CheckedModule[];
  /** Modules that there was no time for. */
  unchecked: string[];
  /** Who holds what is retained. */
  diagnoses: Diagnosis[];
}

/** The program ended, and the command line waits for a save. */
export interface EndReport {
  type: 'end';
  entry: string;
  code: number | null;
  signal: string | null;
}

export type Report = ReloadReport | ReadyReport | WatchReport | RetainedReport | EndReport;

export interface EngineOptions {
  root: string;
  /** Files, relative to the root. */
  adapters: string[];
  /** Where they stand, if in a file of their own, and what that requires. */
  configFiles: string[];
  include: string[];
  exclude: string[];
  unaccepted: 'reload' | 'restart' | 'ignore';
  settleTimeoutMs: number;
  graceMs: number;
  dryRun: boolean;
  trackReads: boolean;
  keepUpgraded: boolean;
  /** Milliseconds between two looks, or null to be told by the system. */
  pollIntervalMs: number | null;
  report: 'text' | 'json' | 'none';
}
