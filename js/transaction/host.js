'use strict';

/**
 * What a transaction needs of the rest of safe-hot, and what it gives back. Types only.
 *
 * @typedef {object} TransactionHost
 * @property {import('../runtime/registry').Registry} registry
 * @property {import('../graph').Graph} graph
 * @property {Pick<typeof import('../binding'), 'hotReload'>} native
 * @property {import('../runtime/cjs/loader').Loader} loader
 * @property {(overlay: import('../runtime/registry').Overlay, records: Iterable<import('../runtime/record').ModuleRecord>) => import('../runtime/esm/draft').BrokenLink | undefined} findBrokenLink see `EsmLoader`
 * @property {(overlay: import('../runtime/registry').Overlay) => () => void} prepareRepoint see `EsmLoader`
 * @property {(record: import('../runtime/record').ModuleRecord, module: import('../runtime/esm/module').EsModule) => { importer: string, names: string[] } | undefined} hiddenFromCold see `Shells`
 * @property {(replaced: Set<import('../runtime/record').Version>) => void} willStage a stage begins, to replace these
 * @property {(records: Iterable<import('../runtime/record').ModuleRecord>) => void} didStage what cold code has of these
 *   is current from now on
 * @property {import('../resources/servers').Servers} servers
 * @property {Pick<import('../adapters').Adapters, 'commit' | 'abort'>} adapters
 * @property {import('./status').Status} status
 * @property {import('../types').EngineOptions} options
 * @property {() => import('./prepare').PrepareHost} prepareHost
 * @property {(outcome: import('../types').Outcome, result: Result, durationMs: number) => import('../types').ReloadReport} makeReport
 * @property {(report: import('../types').ReloadReport) => void} publish
 * @property {() => boolean} hasMoreChanges is there something that the watcher has seen and not told yet?
 * @property {(files: Map<string, import('./prepare').ChangeKind>) => void} takeBackChanges see `NativeWatcher.takeBack`
 * @property {(error: unknown) => void} warn an exception of user code that stops nothing
 *
 * @typedef {object} CommitResult
 * @property {string[]} evaluated absolute paths, dependencies first
 * @property {string[]} pruned
 * @property {import('../types').DisposedReport[]} disposed
 * @property {import('../types').StaleReport[]} stale
 * @property {string[]} handedOver addresses of listening sockets
 * @property {import('../binding').HotReloadFailure[]} failures of dispose handlers
 * @property {import('../runtime/record').ModuleRecord[]} unaccepted
 *
 * @typedef {Partial<CommitResult> & {
 *   changed?: string[],
 *   error?: import('../errors').SafeHotError | undefined,
 *   traces?: string[],
 *   causes?: Map<import('../runtime/record').ModuleRecord, string>,
 *   plan?: import('../binding').NativePlan,
 * }} Result
 */

module.exports = {};
