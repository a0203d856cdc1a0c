import type { Adapters } from '../adapters';
import type { HotReloadFailure, NativePlan } from '../binding';
import type { SafeHotError } from '../errors';
import type { Graph } from '../graph';
import type { Servers } from '../resources/servers';
import type { Loader } from '../runtime/cjs/loader';
import type { BrokenLink } from '../runtime/esm/draft';
import type { EsModule } from '../runtime/esm/module';
import type { ModuleRecord, Version } from '../runtime/record';
import type { Overlay, Registry } from '../runtime/registry';
import type { DisposedReport, EngineOptions, Outcome, ReloadReport, StaleReport } from '../types';
import type { ChangeKind, PrepareHost } from './prepare';
import type { Status } from './status';

/** What a transaction needs of the rest of safe-hot, and what it gives back. */
export interface TransactionHost {
  registry: Registry;
  graph: Graph;
  native: Pick<typeof import('../binding'), 'hotReload'>;
  loader: Loader;
  /** See `EsmLoader`. */
  findBrokenLink: (overlay: Overlay, records: Iterable<ModuleRecord>) => BrokenLink | undefined;
  /** A file was read of which no version has come: a change of it is to be told. */
  didRead: (file: string, fingerprint: string | null) => void;
  /** See `EsmLoader`. */
  prepareRepoint: (overlay: Overlay) => () => void;
  /** See `Shells`. */
  hiddenFromCold: (
    record: ModuleRecord,
    module: EsModule,
  ) => { importer: string; names: string[] } | undefined;
  /** A stage begins, to replace these. */
  willStage: (replaced: Set<Version>) => void;
  /** What cold code has of these is current from now on. */
  didStage: (records: Iterable<ModuleRecord>) => void;
  servers: Servers;
  adapters: Pick<Adapters, 'commit' | 'abort'>;
  status: Status;
  options: EngineOptions;
  prepareHost: () => PrepareHost;
  makeReport: (outcome: Outcome, result: Result, durationMs: number) => ReloadReport;
  publish: (report: ReloadReport) => void;
  /** Is there something that the watcher has seen and not told yet? */
  hasMoreChanges: () => boolean;
  /** See `NativeWatcher.takeBack`. */
  takeBackChanges: (files: Map<string, ChangeKind>) => void;
  /** An exception of user code that stops nothing. */
  warn: (error: unknown) => void;
}

export interface CommitResult {
  /** Absolute paths, dependencies first. */
  evaluated: string[];
  pruned: string[];
  disposed: DisposedReport[];
  stale: StaleReport[];
  /** Addresses of listening sockets. */
  handedOver: string[];
  /** Of dispose handlers. */
  failures: HotReloadFailure[];
  unaccepted: ModuleRecord[];
}

export type Result = Partial<CommitResult> & {
  changed?: string[];
  error?: SafeHotError | undefined;
  traces?: string[];
  causes?: Map<ModuleRecord, string>;
  plan?: NativePlan;
};
