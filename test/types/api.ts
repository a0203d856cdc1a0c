/* The public types as a program uses them. Compiled, never run. */

import { EventEmitter } from 'node:events';
import { adapter, graph, hotReload, on, reload, SafeHotError, versions, watch } from 'safe-hot';
import { clearModule, decache, importFresh } from 'safe-hot/compat';
import type {
  HotReloadOptions,
  ModuleInfo,
  ReloadReport,
  Report,
  VersionInfo,
  Watcher,
  WatchOptions,
} from 'safe-hot';

interface Plugin {
  run(input: string): number;
}

const options: HotReloadOptions = { isolated: true };
adapter({
  package: 'jobs',
  versions: '>=2 <3',
  adapt(jobs, { registry, singleton, own, keep, file }) {
    registry(jobs, 'all', (job: Plugin) => job);
    singleton(jobs, ['init'], () => ({ file }));
    keep(jobs, 'connect');
    const pool: Plugin = own(jobs as Plugin, 'pool', (made: Plugin, graceMs: number) => graceMs);
    return pool;
  },
});
adapter({
  package: 'jobs',
  client: {
    what: 'queue of jobs',
    members: ['add', 'drain'],
    end: (queue: Plugin) => queue.run('x'),
  },
});
// @ts-expect-error -- an adapter has to adapt, or to tell a client
adapter({ package: 'jobs' });

const plugin = hotReload<Plugin>('./plugin', options);
const length: number = plugin.run('text');
hotReload(new URL('file:///app/plugin.js')).anything.goes;

// @ts-expect-error a number is no path
hotReload(42);
// @ts-expect-error there is no such option
hotReload('./plugin', { isolate: true });
// @ts-expect-error an option is left out, not undefined
hotReload('./plugin', { isolated: undefined });

async function reloads(): Promise<ReloadReport> {
  await reload();
  await reload('./a');
  await reload(['./a', new URL('file:///app/b.js')] as const);
  // @ts-expect-error null is no path
  await reload(null);
  return reload([]);
}

async function watches() {
  const given: WatchOptions = {
    include: ['src/**'],
    exclude: [],
    unaccepted: 'restart',
    settleTimeoutMs: 1_000,
    dryRun: false,
    poll: 100,
    report: 'json',
  };
  const watcher: Watcher = watch(given);
  const count: number = await watcher.ready();
  const folders: string[] = watcher.folders();
  watcher.close();
  // @ts-expect-error one of three words
  watch({ unaccepted: 'throw' });
  return { count, folders };
}

const stop: () => void = on('reload', (report) => {
  if (report.outcome === 'committed') report.evaluated.map((file) => file.toUpperCase());
  // @ts-expect-error no such outcome
  if (report.outcome === 'failed') return;
  const frame: string | undefined = report.error?.frame;
  report.disposed.forEach(({ path, version, kind, count }) => [path, version + count, kind, frame]);
  report.stale.forEach(({ path, version, reason }) => [path, version, reason]);
});
on('ready', ({ entry, hot, cold }) => [entry, hot + cold]);
on('watch', ({ mode, reason }) => [mode, reason]);
on('retained', ({ path, version, inMemory }) => [path, version + inMemory]);
// @ts-expect-error no such event
on('reloaded', () => {});
stop();

function name(report: Report): string {
  switch (report.type) {
    case 'reload':
      return report.outcome;
    case 'ready':
      return report.entry;
    case 'watch':
      return report.mode;
    case 'retained':
      return report.path;
    case 'end':
      return String(report.code ?? report.signal);
  }
}

const modules: ModuleInfo[] = graph();
const alive: VersionInfo[] = versions('./a').filter(({ state }) => state === 'stale');

try {
  hotReload('./a');
} catch (error) {
  if (!(error instanceof SafeHotError)) throw error;
  const code: string = error.code;
  const cause: unknown = error.cause;
  new EventEmitter().emit(code, cause, error.details['path'], error.frame);
}

decache('./a');
clearModule('./a');
clearModule.all();
clearModule.match(/a/);
clearModule.single('./a');
const fresh: number = importFresh<Plugin>('./plugin').run('text');
// @ts-expect-error a number is no name
decache(1);

export { fresh };
export { alive, length, modules, name, reloads, watches };
